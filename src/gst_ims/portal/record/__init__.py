"""Inward records: counts and lists."""
