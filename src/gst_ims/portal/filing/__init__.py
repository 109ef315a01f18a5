"""What suppliers file: GSTR-1, IFF and GSTR-1A; and where it goes."""
