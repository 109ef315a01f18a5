"""The door: in and out."""
