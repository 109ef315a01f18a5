"""What stands where, and what is due."""
