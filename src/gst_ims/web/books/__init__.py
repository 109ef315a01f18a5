"""Purchase registers: dropped into the browser, looked at, kept, and matched."""
