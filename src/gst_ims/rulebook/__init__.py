"""The law as dated data, and the pure functions that read it."""
