"""One interface to a recipient's IMS, and the ways to reach it."""
