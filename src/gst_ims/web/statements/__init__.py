"""GSTR-2B by version, against what the decisions promised."""
