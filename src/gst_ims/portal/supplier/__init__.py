"""What suppliers see: their documents with the recipients' actions, and liability added back."""
