"""Whom to write to: addresses of suppliers and customers."""
