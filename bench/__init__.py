"""What the portal's work costs beside what PostgreSQL alone needs for it, on the same server and the same data."""
