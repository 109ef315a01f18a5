"""Signing in: passwords, one-time codes, lock-out, and the sessions of a browser."""
