"""The workbench of a tax team."""
