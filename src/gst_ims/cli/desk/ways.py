"""From a profile of the config file to the portal of a taxpayer."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gst_ims.cli.client import opening as clients
from gst_ims.cli.client.config import Profile
from gst_ims.cli.client.options import Place
from gst_ims.cli.exits import Usage
from gst_ims.client import Client, FileStore, Session
from gst_ims.connect.portal import Portal
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Ways
from gst_ims.portal.access.service import TEST_KEY, TEST_OTP, TEST_SECRET


def ways_of(config: Path) -> Ways:
    """The ways to portals that the profiles of a config file name."""

    @contextmanager
    def ways(name: str, gstin: Gstin) -> Generator[Portal]:
        place = Place(config, name)
        ((_, profile),) = clients.profiles(place).items()
        if profile.gstin != gstin:
            raise Usage(f"Profile {name!r} is {profile.gstin}'s, not {gstin}'s: give the desk its own one.")
        if profile.api_key == TEST_KEY:
            with _in_test_mode(profile, config.parent) as session:
                yield session
            return
        with clients.opened(place) as it:
            yield it.session

    return ways


@contextmanager
def _in_test_mode(profile: Profile, folder: Path) -> Generator[Session]:
    """To a portal whose keys and one-time password everybody knows: nobody is asked to sign in, and time may jump."""
    store, state = FileStore(folder / "tokens"), folder / "state"
    with Client(
        base_url=profile.portal, api_key=TEST_KEY, api_secret=TEST_SECRET, token_store=store, state=state
    ) as client:
        session = client.taxpayer(profile.gstin, profile.username)
        session.request_otp()
        session.verify(TEST_OTP)
        yield session
