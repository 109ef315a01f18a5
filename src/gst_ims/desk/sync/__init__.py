"""What the portal says, as versions: each reading of it is a snapshot, and what differs from the last one is known."""
