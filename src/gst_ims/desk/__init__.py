"""The workbench of a tax team: what the books say, what the portal says, and what to do about it."""
