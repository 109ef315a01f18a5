"""What must never happen, tried hard: requests lost or done twice, waits that never end. See docs/reliability.md."""
