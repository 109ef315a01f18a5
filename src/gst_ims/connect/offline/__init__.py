"""IMS through the files of the GST portal's offline tool: no API, no subscription, a person carries them."""

from gst_ims.connect.offline.batch import Batch
from gst_ims.connect.offline.reading import Problem, Reading, read
from gst_ims.connect.offline.way import Offline

__all__ = ["Batch", "Offline", "Problem", "Reading", "read"]
