"""What only the person who runs the portal may do."""
