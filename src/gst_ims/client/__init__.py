"""A client of the IMS API: of Sandbox, and of the portal of this project."""
