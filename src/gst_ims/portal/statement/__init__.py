"""GSTR-2B, its computing anew, and the GSTR-3B that closes a tax period."""
