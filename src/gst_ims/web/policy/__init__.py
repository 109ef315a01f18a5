"""The rules: written with a live check, tried on what there is, and put into force by two."""
