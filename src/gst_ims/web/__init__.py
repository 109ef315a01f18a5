"""The workbench: the desk in a browser. Pages are written by the server; nothing is asked of any other host."""
