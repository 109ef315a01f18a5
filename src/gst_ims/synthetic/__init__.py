"""Made-up GST data, from a seed: companies, their returns, and what their customers decide in IMS.

The same seed gives the same data, on every machine. `demo` is a story worth showing, `sized` is as much data as wanted.
Names are invented; check digits, tax and dates are as they would be.
"""

from gst_ims.synthetic.bulk import sized
from gst_ims.synthetic.documents import Document, Item, body
from gst_ims.synthetic.events import Act, Body, Distribution, Event, File, Imports, Reset, Save, act_body
from gst_ims.synthetic.people import Company, Role, companies
from gst_ims.synthetic.world import NOW, Closing, World, demo

__all__ = [
    "NOW",
    "Act",
    "Body",
    "Closing",
    "Company",
    "Distribution",
    "Document",
    "Event",
    "File",
    "Imports",
    "Item",
    "Reset",
    "Role",
    "Save",
    "World",
    "act_body",
    "body",
    "companies",
    "demo",
    "sized",
]
