"""What can go wrong on the ways to a portal, beside what the client itself raises."""

from __future__ import annotations

from gst_ims.core.errors import ImsError


class Unreadable(ImsError):
    """The file isn't one of IMS, or not one of this taxpayer: download it again."""


class Unwritable(ImsError):
    """The file can't be written there: choose another place."""


class NotOffered(ImsError):
    """This way to the portal can't do that."""


class NothingChanged(ImsError):
    """Nothing has changed since the records were downloaded, so there is nothing to upload: no file was written."""


class AlreadyThere(ImsError):
    """There is a file of this name already: nothing was written over it."""
