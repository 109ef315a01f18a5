"""The inward records: the grid, and all about one record beside it."""
