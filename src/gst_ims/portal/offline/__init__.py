"""The files that a taxpayer works on without the portal: the offline tool's JSON, and the Excel of IMS details."""
