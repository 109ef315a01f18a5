"""Maker and checker: what people decide about records, who approves it, and what was said about them."""
