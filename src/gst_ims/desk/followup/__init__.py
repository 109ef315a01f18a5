"""Suppliers and customers to talk to, what to correct, and alerts."""
