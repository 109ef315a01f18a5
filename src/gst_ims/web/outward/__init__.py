"""The other side: what customers do with what was sold, what comes back, and whom to ask."""
