"""The user's own rules: one readable file, whose conditions reach nothing but the documented columns of a record."""
