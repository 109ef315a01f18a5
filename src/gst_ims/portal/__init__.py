"""The IMS of record: the server behind the IMS API."""
