"""India's GST Invoice Management System: the portal, the client and the desk."""

__version__ = "0.1.0"
