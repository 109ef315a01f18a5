"""Large answers: a token instead of the data, then files to be fetched, checked and decrypted (GSTN's FILEDET)."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import tarfile
import zlib
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from msgspec import Struct

from gst_ims.client.access import API, Access
from gst_ims.client.errors import FileDamaged, NothingFound, NotReady, UnexpectedAnswer
from gst_ims.client.protocol import MALFORMED, Reply, integer
from gst_ims.client.steps import Call, Sleep, Steps

_REQUEST = "in.co.sandbox.gst.compliance.taxpayer.file_details.request"
#: What a file has at most, unpacked, in bytes.
LARGEST = 1_000_000_000
#: How often the portal is asked whether the files are there.
_ASKS = 60


class _Promise(Struct):
    token: str = ""
    est: int | str = 0


class _File(Struct):
    ul: str
    hash: str = ""


class _Files(Struct):
    urls: list[_File] = []
    ek: str = ""


def whole(access: Access, payload: bytes) -> Steps[list[bytes]]:
    """The data of an answer: itself, or the texts of the files for which it has a token.

    Raises NotReady where the portal hasn't made them in time, FileDamaged where one isn't what the portal says.
    """
    promise = _promise(payload)
    if promise is None:
        return [payload]
    details = yield from _details(access, promise)
    texts: list[bytes] = []
    for file in details.urls:
        texts.append(unpacked((yield from _fetch(access, file)), details.ek))
    return texts


def _promise(payload: bytes) -> _Promise | None:
    try:
        promise = msgspec.json.decode(payload, type=_Promise)
    except MALFORMED:
        return None
    return promise if promise.token else None


def _details(access: Access, promise: _Promise) -> Steps[_Files]:
    today = access.line.clock.now()
    body = msgspec.json.encode({"@entity": _REQUEST, "token": promise.token})
    path = f"{API}/gstrs/{today:%Y}/{today:%m}/file-details/download"
    # To make the same job twice does no harm.
    reply = yield from access.ask(Call("POST", path, body=body, repeatable=True))
    job = _job(reply)
    ask = Call(
        "GET", f"{API}/gstrs/file-details/download", query={"job_id": str(job.get("job_id", ""))}, repeatable=True
    )
    # `est` is in minutes, and an upper bound: it is asked for earlier, at a slowing pace.
    longest = max(5.0, min(integer(promise.est) or 0, 60) * 60 / 10)
    for attempt in itertools.count(1):
        found = _found(job)
        if found is not None:
            return found
        if attempt > _ASKS:
            raise NotReady(call=ask.name)
        yield Sleep(access.line.pause(attempt, longest))
        try:
            reply = yield from access.ask(ask)
        except (NotReady, NothingFound):
            continue
        job = _job(reply)
    raise AssertionError("unreachable")


def _job(reply: Reply) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.payload, type=dict[str, Any])
    except MALFORMED as error:
        raise UnexpectedAnswer(f"It isn't a list of files ({error})", call="file-details") from error


def _found(job: dict[str, Any]) -> _Files | None:
    # Sandbox doesn't document what the job becomes: GSTN's reply itself, or that inside of a member.
    inside: list[Any] = [value for value in job.values() if isinstance(value, dict)]
    for candidate in [job, *inside]:
        try:
            files = msgspec.convert(candidate, type=_Files)
        except msgspec.ValidationError as error:
            raise UnexpectedAnswer(f"It isn't a list of files ({error})", call="file-details") from error
        if files.urls:
            return files
    return None


def _fetch(access: Access, file: _File) -> Steps[bytes]:
    # With no token and no key: the files stand on another host, and each address has its own permission.
    url = urljoin(access.line.base_url + "/", file.ul)
    call = Call("GET", url, repeatable=True)
    answer = yield from access.line.fetch(call)
    if file.hash and hashlib.sha256(answer.body).hexdigest() != file.hash.lower():
        raise FileDamaged("Its hash is another one.", call=f"GET {urlsplit(url).path}")
    return answer.body


def unpacked(archive: bytes, key: str) -> bytes:
    """The JSON in a file: a tar.gz with one member, AES-256-ECB with PKCS7, in base64. Raises FileDamaged."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            member = next(entry for entry in tar if entry.isfile())
            content = tar.extractfile(member)
            text = content.read(LARGEST + 1) if content else b""
        if len(text) > LARGEST:
            raise FileDamaged(f"It has more than {LARGEST:,} bytes.")
        # ECB is GSTN's choice, not ours.
        cipher = Cipher(algorithms.AES(base64.b64decode(key, validate=True)), modes.ECB())  # noqa: S305
        decryptor, unpadder = cipher.decryptor(), PKCS7(128).unpadder()
        padded = decryptor.update(base64.b64decode(text.strip().strip(b'"'))) + decryptor.finalize()
        plain = unpadder.update(padded) + unpadder.finalize()
        return plain if plain[:1] in (b"{", b"[") else base64.b64decode(plain, validate=True)
    except (tarfile.TarError, zlib.error, StopIteration, EOFError, OSError, ValueError) as error:
        raise FileDamaged(f"It can't be unpacked: {type(error).__name__}.") from error
