"""What both clients are made of."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple
from urllib.parse import urlsplit

from gst_ims.client.access import Access, Account
from gst_ims.client.errors import ClientError, CredentialsMissing
from gst_ims.client.journal import Batch, Journal
from gst_ims.client.protocol import PRODUCTION, RATES, TEST, Line
from gst_ims.client.sending import Sender
from gst_ims.client.tokens import TokenStore, default_store, state_directory
from gst_ims.core.clock import Clock, SystemClock
from gst_ims.core.errors import Invalid
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
        """Raises CredentialsMissing if there is no key, or no secret, here or in the environment; Invalid."""
        key = (api_key or os.environ.get("IMS_API_KEY") or "").strip()
        secret = (api_secret or os.environ.get("IMS_API_SECRET") or "").strip()
        if not key or not secret:
            raise CredentialsMissing
        if not re.fullmatch("[!-~]+", key + secret):
            raise CredentialsMissing("The API key or its secret has characters that none can have: copy both again.")
        if rate is not None and rate < 1:
            raise Invalid(f"A rate of {rate} requests a minute lets none go: give 1 or more, or none for no limit.")
        self.base_url = address(base_url or (TEST if key.startswith("key_test_") else PRODUCTION))
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

    def batch(self, name: str, gstin: Gstin | None = None) -> Batch:
        """What the journal knows by an id. Raises ClientError where it is nothing, or of another portal or `gstin`."""
        batch = self.journal.load(name)
        if gstin not in (None, batch.gstin):
            raise ClientError(f"{name[:40]} is of {batch.gstin}, not of {gstin}.")
        if batch.base_url != self.base_url:
            raise CredentialsMissing(f"{name[:40]} is at {batch.base_url}, not at {self.base_url}: use its base URL.")
        return batch


def address(base_url: str) -> str:
    """A base URL without what may stand at its ends. Raises Invalid, which doesn't show it: it may have a password.

    Without TLS only this machine is called, and the hosts that IMS_PLAIN_HTTP names.
    """
    said, host = base_url.strip().rstrip("/"), None
    with suppress(ValueError):  # which a port that is none raises, and a bracket that isn't closed
        url = urlsplit(said)
        bare = not (url.username or url.password or url.query or url.fragment or re.search(r"[^!-~]", said))
        if url.scheme in ("http", "https") and url.hostname and bare and url.port != 0:
            host = url.hostname
            if url.scheme == "https" or _may_be_plain(host):
                return said
    if host is None:
        raise Invalid("The base URL isn't one such as https://api.sandbox.co.in: give scheme and host, and no more.")
    raise Invalid(
        f"The base URL is without TLS, so secrets would go to {host} for all to read: use https://. If nobody else is"
        f" on the way there, set IMS_PLAIN_HTTP={host}."
    )


def _may_be_plain(host: str) -> bool:
    """Whether it is this machine, or whoever runs this says that nobody listens on the way."""
    if host == "localhost" or host in os.environ.get("IMS_PLAIN_HTTP", "").lower().replace(",", " ").split():
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
