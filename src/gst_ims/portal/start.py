"""Starting a portal on a database: migrate it, install it once, hand out what is shown once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from gst_ims.core.clock import SystemClock
from gst_ims.core.errors import ImsError
from gst_ims.database.connection import open_pool
from gst_ims.portal.access import service as access
from gst_ims.portal.access.notifier import NoNotifier, Notifier
from gst_ims.portal.context import Portal, Settings, VirtualClock, queries
from gst_ims.portal.operator.schemas import TaxpayerRow
from gst_ims.portal.operator.service import put_taxpayers

# The identity that the documentation of the real test host uses.
SAMPLE = TaxpayerRow("29AAACQ3770E000", "acme.com", "Acme", "Acme", "monthly", "Regular")


class WrongMode(ImsError):
    """The data was made in the other mode."""


@dataclass(frozen=True)
class Credentials:
    """Made at the first start, and seen only then."""

    api_key: str
    api_secret: str
    operator_key: str


@contextmanager
def open_portal(
    url: str, settings: Settings, notifier: Notifier | None = None, pool_size: int = 16
) -> Generator[Portal]:
    """The portal on an up-to-date database. Raises WrongMode: test mode's known keys must not guard real data."""
    with ExitStack() as stack:
        pool = stack.enter_context(open_pool(url, pool_size))
        with pool.connection() as db:
            queries.install(db, test_mode=settings.test_mode)
            if queries.installation(db).test_mode != settings.test_mode:
                made, now = ("without", "with") if settings.test_mode else ("with", "without")
                raise WrongMode(
                    f"This data was made {made} --test-mode and can't be used {now} it: choose another data directory."
                )
        clock = VirtualClock(stack.enter_context(open_pool(url, 2))) if settings.test_mode else SystemClock()
        yield Portal(pool, settings, notifier or NoNotifier(), clock)


def install(portal: Portal) -> Credentials | None:
    """The credentials of a new installation; None where it has some already."""
    with portal.transaction() as db:
        if access.queries.any_operator_key(db):
            return None
        at = SystemClock().now()
        if portal.settings.test_mode:
            key, secret = access.create_api_key(db, at, "test mode", key=access.TEST_KEY, secret=access.TEST_SECRET)
            operator_key = access.create_operator_key(db, at, access.TEST_OPERATOR_KEY)
        else:
            key, secret = access.create_api_key(db, at, "first key")
            operator_key = access.create_operator_key(db, at)
    if portal.settings.test_mode:
        put_taxpayers(portal, [SAMPLE])
    return Credentials(key, secret, operator_key)
