"""API keys, tokens, one-time passwords, taxpayer sessions and rate limits."""
