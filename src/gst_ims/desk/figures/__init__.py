"""Figures at a glance: what stands where, for all taxpayers of a person."""
