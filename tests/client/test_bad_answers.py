"""Portals that answer with anything: each call ends in an error of the client's own, and never in one of a library."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.client.conftest import Time
from tests.client.replay import Replay, Said, failure, flat, well
from tests.client.test_documents_of_reading import JOB, POLL, packed
from tests.client.test_documents_of_saves import fates, invoices, saved, state
from tests.client.test_record import INVOICE

from gst_ims.client import AsyncClient, Client, Session, errors, files, transport
from gst_ims.core.errors import ImsError, Invalid

SALES, STATEMENT = "invoices/2025/10/sales", "gstrs/gstr-2b/2025/10"


def deep(start: bytes, end: bytes) -> Said:
    return Said(start + b"[" * 100_000 + b"]" * 100_000 + end)


ANSWERS = {
    "no payload": Said({"code": 200, "data": None}),
    "null": well(None),
    "a list": well([1]),
    "text": well("x"),
    "text that is no UTF-8 beside the data": Said(b'{"message": "\xff", "data": {"status_cd": "1", "data": []}}'),
    "text that is no UTF-8 in the data": Said(b'{"data": {"status_cd": "1", "data": "\xff"}}'),
    "half a character": Said(b'{"data": {"status_cd": "1", "data": "\\ud800"}}'),
    "depth in the data": deep(b'{"data": {"status_cd": "1", "data": ', b"}}"),
    "depth in a section": deep(b'{"data": {"status_cd": "1", "data": {"b2b": ', b"}}}"),
    "depth in an error": Said(b"[" * 100_000, 500),
    "numbers without end": Said(b'{"timestamp": ' + b"9" * 5000 + b', "data": {"status_cd": "1", "data": {}}}'),
    "a digit that is none": failure(429, retry_after="\xb2"),
}
CALLS: dict[str, tuple[str, str, Callable[[Session], object]]] = {
    "counts": ("GET", "invoices/count", lambda session: session.counts()),
    "records": ("GET", "invoices", lambda session: list(session.records("B2B"))),
    "status": ("GET", "invoices/status", lambda session: session.status("r1")),
    "sales": ("GET", SALES, lambda session: session.sales("102025", "B2B")),
    "added back": ("GET", "invoices/added-back-liabilities/2025/10", lambda session: session.added_back("102025")),
    "GSTR-2B": ("GET", STATEMENT, lambda session: session.gstr2b("102025")),
    "computation": ("POST", f"{STATEMENT}/regenerate", lambda session: session.regenerate("102025")),
    "renewal": ("POST", "session/refresh", lambda session: session.refresh()),
    "signing in": ("POST", "otp/verify", lambda session: session.verify("575757")),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("call", CALLS)
def test_whatever_comes_is_an_error_that_says_which_call(
    call: str, answer: str, replay: Replay, reading: Session
) -> None:
    method, path, act = CALLS[call]
    replay.on(method, path, ANSWERS[answer])
    with pytest.raises(errors.CallFailed, match=path):
        act(reading)


@pytest.mark.parametrize(
    "told",
    [{"ttl_cnt": "many"}, {"ttl_cnt": None}, {"b2b": 5}, {"b2b": {"noaction": "x"}}, {"b2b": {"accept": [1]}}],
    ids=str,
)
def test_counts_that_are_none_are_said(told: dict[str, Any], replay: Replay, reading: Session) -> None:
    replay.on("GET", "invoices/count", well({"all_oth": told}))
    with pytest.raises(errors.UnexpectedAnswer, match="invoices/count"):
        reading.counts()


@pytest.mark.parametrize(
    ("document", "words"),
    [({"imsactn": "Z"}, "Action 'Z'"), ({"val": [1]}, "Amount val"), ({"val": True}, "Amount val")],
)
def test_a_sale_that_cannot_be_is_said(document: dict[str, Any], words: str, replay: Replay, reading: Session) -> None:
    sold = {"inum": "1", "idt": "01-10-2025", **document}
    replay.on("GET", SALES, well({"gstr1": {"b2b": [{"ctin": "24AAXCT0003K1ZA", "inv": [sold]}]}}))
    with pytest.raises(Invalid, match=words):
        reading.sales("102025", "B2B")


@pytest.mark.parametrize("told", [{"gstin": "24AAXCT0003K1ZA"}, {"rtnprd": "092025"}], ids=str)
@pytest.mark.parametrize("call", ["sales", "added back", "GSTR-2B"])
def test_what_is_another_taxpayers_or_of_another_period_is_refused(
    call: str, told: dict[str, str], replay: Replay, reading: Session
) -> None:
    method, path, act = CALLS[call]
    replay.on(method, path, well({"gstin": "27AAXCT0001K1Z6", "rtnprd": "102025", "docdata": {}} | told))
    with pytest.raises(errors.UnexpectedAnswer, match="not of 27AAXCT0001K1Z6 for 102025"):
        act(reading)


@pytest.mark.parametrize("page", [None, [1], "x"])
def test_a_gstr_2b_without_content_is_not_an_empty_one(page: Any, replay: Replay, reading: Session) -> None:
    replay.on("GET", STATEMENT, well({"chksum": "x", "data": page}))
    with pytest.raises(errors.UnexpectedAnswer, match="GSTR-2B"):
        reading.gstr2b("102025")


def test_a_gstr_2b_with_an_action_that_nobody_knows_is_said(replay: Replay, reading: Session) -> None:
    replay.on("GET", STATEMENT, well({"data": {"docdata": {"b2b": [{"inv": [{"inum": "1", "imsStatus": "ZZ"}]}]}}}))
    with pytest.raises(Invalid, match="Action 'ZZ'"):
        reading.gstr2b("102025")


@pytest.mark.parametrize("expiry", ["soon", "\xb2", 10**18, "9" * 5000])
def test_a_token_whose_end_cannot_be_read_lasts_six_hours(
    expiry: object, replay: Replay, reader: Client, moment: Time
) -> None:
    session = reader.taxpayer("27AAXCT0001K1Z6", "acme.com")
    replay.on("POST", "otp/verify", flat(access_token="t", token_expiry=expiry))
    session.verify("575757")
    assert session.signed_in


@pytest.mark.parametrize("token", ["", "two\nlines", "t\u00f6ken", "a b"])
def test_a_token_that_no_header_can_have_is_said_where_it_is_got(token: str, replay: Replay, reader: Client) -> None:
    replay.on("POST", "otp/verify", flat(access_token=token))
    with pytest.raises(errors.UnexpectedAnswer, match="otp/verify"):
        reader.taxpayer("27AAXCT0001K1Z6", "acme.com").verify("575757")


@pytest.mark.parametrize("count", ["-3", "\xb2", "9" * 5000, "many"])
def test_a_count_that_is_none_proves_nothing(count: str, replay: Replay, reading: Session) -> None:
    done = state("S") | {"proc_cnt": count}
    assert fates(saved(replay, reading, "b2b", invoices(), done, then=invoices(action="A"))) == "aaa"


@pytest.mark.parametrize("taken", ["text that is no UTF-8 in the data", "depth in the data"])
def test_a_save_whose_answer_cannot_be_read_is_looked_for_in_the_records(
    taken: str, replay: Replay, reading: Session
) -> None:
    replay.on("GET", "invoices", well({"b2b": [INVOICE]}), well({"b2b": [INVOICE | {"action": "A"}]}))
    replay.on("POST", "invoices/status/save", ANSWERS[taken])
    (record,) = reading.records("B2B")
    assert reading.save([record.accept()]).wait().complete


@pytest.mark.parametrize(
    "details", [None, [1], {"urls": "x"}, {"urls": [{"ul": 5}]}, {"urls": [{"ul": "/f"}], "ek": 5}], ids=str
)
def test_files_that_are_none_are_said(details: Any, replay: Replay, reading: Session) -> None:
    replay.on("GET", "invoices", well({"token": "t", "est": "soon"}))
    replay.on("POST", JOB, well({"job_id": "j"}))
    replay.on("GET", POLL, well(details))
    with pytest.raises(errors.UnexpectedAnswer):
        reading.records("B2B")


def test_a_file_that_is_broken_in_its_middle_is_damaged() -> None:
    archive = packed({"b2b": [INVOICE | {"inum": str(n)} for n in range(5000)]})
    middle = len(archive) // 2
    with pytest.raises(errors.FileDamaged):
        files.unpacked(archive[:middle] + b"\xff" * 64 + archive[middle + 64 :], "AAAA")


def test_a_file_that_is_a_bomb_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    with pytest.raises(errors.FileDamaged, match="1,000 bytes"):
        files.unpacked(packed({"b2b": [INVOICE] * 20}), "AAAA")


BOMB = Said(gzip.compress(json.dumps({"message": "x" * 2_000_000}).encode()), headers={"content-encoding": "gzip"})


def test_an_answer_that_is_a_bomb_is_left(replay: Replay, reading: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 1_000_000)
    replay.on("GET", "invoices/count", BOMB)
    with pytest.raises(errors.UnexpectedAnswer, match="1,000,000 bytes"):
        reading.counts()
    assert len(replay.calls("invoices/count")) == 1


def test_so_it_is_without_blocking(replay: Replay, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 1_000_000)
    replay.on("POST", "/authenticate", BOMB)

    async def sign_in() -> None:
        async with AsyncClient(base_url=replay.address, api_key="k", api_secret="s", state=state) as client:
            await client.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()

    with pytest.raises(ImsError, match="1,000,000 bytes"):
        asyncio.run(sign_in())


@pytest.mark.parametrize("place", ["/elsewhere", "http://127.0.0.1:9/"])
def test_a_redirect_is_not_followed(place: str, replay: Replay, reading: Session) -> None:
    replay.on("GET", "invoices/count", Said(b"", 307, {"location": place}))
    with pytest.raises(errors.UnexpectedAnswer, match="307"):
        reading.counts()
    assert not [call for call in replay.asked if call.path == "/elsewhere"]
