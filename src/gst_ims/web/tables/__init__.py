"""Any table of a page as a file."""
