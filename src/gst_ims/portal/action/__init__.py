"""What recipients do: save, reset, and the status of such requests."""
