"""Files between their upload and the moment when somebody says how they are to be read."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO
from weakref import finalize

from litestar.datastructures import UploadFile

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Unknown
from gst_ims.web.pages import AnyRequest

#: Seconds that a file waits.
KEPT = 3600
#: Bytes of a person's files together: what waits longest makes room for more.
MOST = 1_000_000_000


@dataclass(frozen=True)
class Upload:
    """A file, in a folder of its own, under the name that it was sent with."""

    person: str
    gstin: Gstin
    path: Path
    digest: str
    size: int
    since: float


class Uploads:
    """The files of one server, which go when it ends. Nobody reaches another person's, or for another taxpayer."""

    def __init__(self) -> None:
        """None yet."""
        self._there: dict[str, Upload] = {}
        self._lock = Lock()
        self._home = tempfile.mkdtemp(prefix="gst-ims-uploads-")
        finalize(self, shutil.rmtree, self._home, ignore_errors=True)

    def add(self, person: str, gstin: Gstin, name: str, content: IO[bytes]) -> str:
        """Keep a file for an hour. Returns what it is found by."""
        self._forget_old()
        folder = Path(tempfile.mkdtemp(prefix="gst-ims-upload-", dir=self._home))
        try:
            path = folder / _safe(name)
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found = Upload(person, gstin, path, digest, path.stat().st_size, time.monotonic())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._there[token] = found
        self._make_room(person)
        return token

    def find(self, token: str, person: str, gstin: Gstin) -> Upload:
        """A person's own file for this taxpayer. Raises Unknown."""
        found = self._there.get(token)
        if found is None or (found.person, found.gstin) != (person, gstin):
            raise Unknown("The file isn't here any more: drop it again.")
        return found

    @contextmanager
    def looking(self, person: str, gstin: Gstin, files: Iterable[UploadFile]) -> Generator[dict[str, Upload]]:
        """Keep files that are looked at, by what they are found by; after an error none of them."""
        there: dict[str, Upload] = {}
        try:
            for it in files:
                token = self.add(person, gstin, it.filename, it.file)
                there[token] = self.find(token, person, gstin)
            yield there
        except BaseException:
            for token in there:
                self.drop(token)
            raise

    @contextmanager
    def looking_at_one(self, person: str, gstin: Gstin, files: Sequence[UploadFile]) -> Generator[tuple[str, Upload]]:
        """The same for one file. Raises Invalid for more, or none."""
        if len(files) != 1:
            raise Invalid("Drop one file.")
        with self.looking(person, gstin, files) as there:
            yield next(iter(there.items()))

    def drop(self, token: str) -> None:
        """Forget a file."""
        with self._lock:
            found = self._there.pop(token, None)
        if found:
            shutil.rmtree(found.path.parent, ignore_errors=True)

    def close(self) -> None:
        """Forget all files."""
        for token in list(self._there):
            self.drop(token)

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT
        for token, it in list(self._there.items()):
            if it.since < oldest:
                self.drop(token)

    def _make_room(self, person: str) -> None:
        mine = [(token, it.size) for token, it in list(self._there.items()) if it.person == person]
        left = MOST
        for token, size in reversed(mine):
            left -= size
            if left < 0:
                self.drop(token)


def _safe(name: str) -> str:
    """What a browser calls a file is no path of ours, and no longer than a file system takes."""
    safe = Path(name.replace("\\", "/")).name.replace("\0", "").encode(errors="ignore")[-200:].decode(errors="ignore")
    return "register" if safe in ("", "..") else safe


def uploads_of(request: AnyRequest) -> Uploads:
    """The files of the server that was called."""
    return request.app.state["uploads"]
