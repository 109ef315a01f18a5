"""The commands that work for a taxpayer, at any portal."""
