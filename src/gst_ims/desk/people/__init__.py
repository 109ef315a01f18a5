"""People, the taxpayers whose desk it is, and who may do what for whom."""
