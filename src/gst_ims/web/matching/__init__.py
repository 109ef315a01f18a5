"""Matching by hand: what has no partner, pairs in doubt, links, and what each run changed."""
