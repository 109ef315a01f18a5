"""What both clients are made of."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

from gst_ims.client.access import Access, Account
from gst_ims.client.errors import CredentialsMissing
from gst_ims.client.journal import Batch, Journal
from gst_ims.client.protocol import PRODUCTION, RATES, TEST, Line
from gst_ims.client.sending import Sender
from gst_ims.client.tokens import TokenStore, default_store, state_directory
from gst_ims.core.clock import Clock, SystemClock
from gst_ims.core.gstin import Gstin

#: Seconds for which a save waits for its turn, and for which a wait goes on, unless it is said otherwise.
TURN, WAIT = 300.0, 1800.0


class Equipment(NamedTuple):
    """A taxpayer's access, and what sends for him."""

    access: Access
    sender: Sender


class Setup:
    """A client's account and its place on disk, without anything that does I/O over the network."""

    def __init__(
        self,
        base_url: str | None,
        api_key: str | None,
        api_secret: str | None,
        rate: int | None,
        state: Path | None,
        store: TokenStore | None,
        clock: Clock | None,
        random: Callable[[], float] | None,
    ) -> None:
        """Raises CredentialsMissing if there is no key, or no secret, here or in the environment."""
        key, secret = api_key or os.environ.get("IMS_API_KEY"), api_secret or os.environ.get("IMS_API_SECRET")
        if not key or not secret:
            raise CredentialsMissing
        self.base_url = (base_url or (TEST if key.startswith("key_test_") else PRODUCTION)).rstrip("/")
        place = state or state_directory()
        line = Line(
            self.base_url,
            key,
            rate if rate is not None else RATES.get(self.base_url),
            clock or SystemClock(),
            random or SystemRandom().random,
        )
        self.account = Account(line, key, secret, store or default_store(place), place)
        self.journal = Journal(place)

    def taxpayer(self, gstin: str, username: str) -> Equipment:
        """Raises Invalid if it isn't a GSTIN; its check digit isn't looked at."""
        access = Access(self.account, Gstin(gstin), username)
        return Equipment(access, Sender(access, self.journal))

    def batch(self, name: str) -> Batch:
        """What the journal knows by an id. Raises ClientError for one that it doesn't, or of another portal."""
        batch = self.journal.load(name)
        if batch.base_url != self.base_url:
            raise CredentialsMissing(f"{name[:40]} is at {batch.base_url}, not at {self.base_url}: use its base URL.")
        return batch
