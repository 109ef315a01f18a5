"""What is read, against documents of the contract: every root, every alias, nothing at all, and large answers."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from tests.client.conftest import Time
from tests.client.replay import Replay, Said, failure, refusal, replaying, well
from tests.client.test_record import INVOICE, NOTE

from gst_ims.client import Session, State, errors
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Section

COUNT, LIST, SALES = "invoices/count", "invoices", "invoices/2025/11/sales"
BACK, STATEMENT = "invoices/added-back-liabilities/2025/11", "gstrs/gstr-2b/2025/11"
NOTHING = ["RET11416", "IMS0027", "RET13508", "RET13509", "RET13510"]


def count(accept: Any, noaction: Any, pending: Any = 0, reject: Any = 0) -> dict[str, Any]:
    return {"accept": accept, "noaction": noaction, "pending": pending, "reject": reject}


ROOTS = {
    "one root": {"all_oth": {"b2b": count(1, 11), "b2bcn": count(0, 2), "ttl_cnt": 14}},
    "text for numbers": {"all_oth": {"b2b": count("1", "11"), "b2bcn": count("0", "2"), "ttl_cnt": "14"}},
    "no total": {"all_oth": {"b2b": count(1, 11), "b2bcn": count(0, 2)}},
    "two roots": {
        "all_oth": {"b2b": count(1, 11), "ttl_cnt": 12},
        "inv_supp_isd": {"isdcn": count(0, 0), "cn": count(0, 2), "ttl_cnt": 2},
    },
    "more than the contract has": {
        "all_oth": {"b2b": count(1, 11) | {"total": 12}, "cn": count(0, 2), "ttl_cnt": 14, "tradenm": "Asha"},
        "gstin": "27AAXCT0001K1Z6",
    },
}


@pytest.mark.parametrize("roots", ROOTS)
def test_counts_are_read_under_any_root(roots: str, replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, well(ROOTS[roots]))
    counts = reading.counts()
    assert (counts.total, counts["B2B"].total, counts["b2b"].accepted, counts["CN"].no_action) == (14, 12, 1, 2)
    assert (counts.of(Action.NONE), counts["ECOMA"].total) == (13, 0)
    assert replay.calls(COUNT)[0].query == {"type_of_goods": "others"}


def test_imports_and_distributed_credit_are_counted(replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, well({"imp_gds": {"impg": count(1, 2, 3), "ttl_cnt": 6}}))
    assert reading.counts("imports")[Section.IMPG].pending == 3
    with pytest.raises(Invalid, match="others, inward_supplies, imports"):
        reading.counts("all")


@pytest.mark.parametrize("code", NOTHING)
def test_a_code_for_nothing_is_no_error(code: str, replay: Replay, reading: Session) -> None:
    for path in (COUNT, LIST, SALES, BACK):
        replay.on("GET", path, refusal(code))
    assert reading.counts().total == 0
    assert list(reading.records("B2B")) == []
    assert reading.sales("112025", "B2B").documents == ()
    assert reading.added_back("112025").entries == ()


@pytest.mark.parametrize("payload", [{}, {"b2b": []}, {"b2b": None}, {"b2ba": [INVOICE]}])
def test_a_list_without_the_section_is_empty(payload: Any, replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well(payload))
    assert list(reading.records("B2B")) == []


@pytest.mark.parametrize("section", OTHERS)
def test_sections_are_asked_for_as_the_contract_spells_them(section: Section, replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({}))
    list(reading.records(section, "no_action_taken"))
    list(reading.records(section.value, Action.ACCEPT))
    first, second = replay.calls(LIST)
    assert first.query["section"] in ("B2B", "B2BA", "DN", "DNA", "CN", "CNA", "ECOM", "ECOMA")
    assert Section.parse(first.query["section"]) is section
    assert (first.query["status"], second.query["status"]) == ("no_action_taken", "accepted")


@pytest.mark.parametrize(("section", "status"), [("IMPG", None), ("B3B", None), ("B2B", "open")])
def test_what_there_is_not_is_not_asked_for(section: str, status: str | None, replay: Replay, reading: Session) -> None:
    with pytest.raises(Invalid):
        reading.records(section, status)
    assert not replay.calls(LIST)


def test_something_else_than_a_list_is_said(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": {"a": 1}}))
    with pytest.raises(errors.UnexpectedAnswer, match="list of b2b"):
        list(reading.records("B2B"))


def item(taxable: float = 58.5, **taxes: float) -> dict[str, Any]:
    return {"num": 1, "itm_det": {"rt": 18, "txval": taxable, "iamt": 10.53, "camt": 0, "samt": 0, "csamt": 0} | taxes}


SOLD = {
    **{"val": 69.03, "itms": [item(), item(100, iamt=18)], "inv_typ": "R", "flag": "U", "updby": "S", "pos": "01"},
    **{"idt": "10-11-2025", "rchrg": "N", "inum": "INV-5", "cflag": "N", "chksum": "a" * 64},
}
PENDING = SOLD | {"inum": "INV-6", "imsactn": "P", "remarks": "Asked"}
OPERATED = {"b2b": [{"rtin": "27AAXCT0001K1Z6", "stin": "29AAXCT0004K1ZZ", "inv": [SOLD]}]}
UNREGISTERED = {"urp2b": [{"rtin": "27AAXCT0001K1Z6", "inv": SOLD}]}


def test_sales_tell_what_the_recipients_decided(replay: Replay, reading: Session) -> None:
    groups = [{"ctin": "29AAXCT0004K1ZZ", "cfs": "N", "inv": [SOLD, PENDING]}]
    replay.on("GET", SALES, well({"gstin": "27AAXCT0001K1Z6", "rtnprd": "112025", "gstr1": {"b2b": groups}}))
    first, second = reading.sales(Period(2025, 11), "b2b").documents
    assert (first.action, first.remarks, first.value, first.date) == (
        *(Action.NONE, None, Decimal("69.03")),
        date(2025, 11, 10),
    )
    assert (first.taxable, first.tax, first.items[0].rate) == (Decimal("158.50"), Decimal("28.53"), Decimal("18.00"))
    assert (second.action, second.remarks, second.recipient) == (Action.PENDING, "Asked", "29AAXCT0004K1ZZ")
    assert first.more["chksum"] == "a" * 64
    assert replay.calls(SALES)[0].query == {"section": "B2B", "return_type": "gstr-1"}


def test_notes_and_operators_documents_are_sales_too(replay: Replay, reading: Session) -> None:
    sold = {name: value for name, value in SOLD.items() if name not in ("inum", "idt")}
    note = sold | {"nt_num": "CN-1", "nt_dt": "11-11-2025", "ntty": "C", "ont_num": "CN-0", "ont_dt": "01-10-2025"}
    tables = {
        "cdnra": [{"ctin": "29AAXCT0004K1ZZ", "nt": [note]}],
        "ecom": OPERATED | UNREGISTERED,
        "ecoma": {"b2ba": OPERATED["b2b"]},
    }
    replay.on("GET", SALES, well({"gstr1a": tables}))
    noted, operated, unregistered, amended = reading.sales("112025", "CDNRA", "GSTR-1A").documents
    assert (noted.table, noted.note_type, noted.number, noted.original_number) == ("cdnra", "C", "CN-1", "CN-0")
    assert (operated.seller, unregistered.seller, amended.table) == ("29AAXCT0004K1ZZ", None, "ecoma")


def test_a_deleted_document_of_an_operator_has_little(replay: Replay, reading: Session) -> None:
    deleted = {"flag": "D", "idt": "10-11-2025", "inum": "INV-5", "sply_ty": "INTER", "chksum": "a"}
    groups = {"b2b": [{"rtin": "27AAXCT0001K1Z6", "stin": "29AAXCT0004K1ZZ", "inv": [deleted]}]}
    replay.on("GET", SALES, well({"gstr1": {"ecom": groups}}))
    (sale,) = reading.sales("112025", "ECOM").documents
    assert (sale.value, sale.tax, sale.items) == (None, Decimal(0), ())


BACK_NOTE = {
    **{"ctin": "27AAXCT0001K1Z6", "tradenm": "Buyer", "inv_typ": "R", "val": 1180, "txval": 1000, "iamt": 180},
    **{"camt": 0, "samt": 0, "csamt": "1.5", "supPrd": "102025", "form": "R1", "nt_num": "CN-1"},
    **{"nt_dt": "05-10-2025", "ntty": "C", "remarks": "not ours"},
}
BACK_OPERATOR = {
    **{"rtin": "27AAXCT0001K1Z6", "rtinNam": "Buyer", "val": 1180, "txval": 1000, "iamt": 180, "camt": 0, "samt": 0},
    **{"csamt": 0, "supPrd": "102025", "form": "R1A", "inum": "E-2", "idt": "05-10-2025", "oinum": "E-1"},
    **{"oidt": "01-09-2025"},
}


def test_added_back_liability_is_summed_up(replay: Replay, reading: Session) -> None:
    tables = {"cdnr": [BACK_NOTE], "ecoma": [BACK_OPERATOR]}
    replay.on("GET", BACK, well({"gstin": "27AAXCT0001K1Z6", "rtnprd": "112025", "rejInvAddBackLiab": tables}))
    back = reading.added_back("112025", "cdnr")
    assert (back.tax, back.entries[0].cess, back.entries[0].remarks) == (Decimal("361.50"), Decimal("1.50"), "not ours")
    assert (back.entries[1].recipient_name, back.entries[1].original_number) == ("Buyer", "E-1")
    assert (back.entries[0].period, back.entries[1].form) == (Period(2025, 10), "R1A")


TAX = {"txval": 100, "igst": 18.0, "cgst": 0, "sgst": 0, "cess": 0}
IN_2B = {"inum": "I-1", "typ": "R", "dt": "05-11-2025", "val": 118, "pos": "27", "itcavl": "Y", "imsStatus": "N"} | TAX
HEAD = {"gstin": "27AAXCT0001K1Z6", "rtnprd": "112025", "version": "4.0", "gendt": "14-12-2025"}
GROUP = {"ctin": "24AAXCT0003K1ZA", "trdnm": "Asha", "supfildt": "11-12-2025", "supprd": "112025"}
FIGURES = {"itcsumm": {"itcavl": {"nonrevsup": {"igst": 18, "b2b": TAX}}}, "cpsumm": {"b2b": [{"ttldocs": 3, **TAX}]}}


def statement(**more: Any) -> Said:
    return well({"chksum": "c", "data": HEAD | more})


def test_gstr_2b_is_read_whole(replay: Replay, reading: Session) -> None:
    items = [{"num": 1, "rt": 18, **TAX}, {"num": 2, "rt": 5, **TAX}]
    note = {"ntnum": "C-1", "typ": "C", "suptyp": "R", "dt": "06-11-2025", "val": 236, "items": items}
    tables = {
        "b2b": [GROUP | {"inv": [IN_2B]}],
        "cdnr": [GROUP | {"nt": [note | {"imsStatus": "A", "remarks": "half"}]}],
        "isd": [GROUP | {"doclist": [{"doctyp": "ISDI", "docnum": "S-1", "docdt": "07-11-2025", "igst": 9}]}],
        "impg": [{"refdt": "01-11-2025", "portcode": "INNSA1", "boenum": 2566282, "boedt": "01-11-2025", **TAX}],
        "impgsez": [{"ctin": "24AAXCT0003K1ZA", "boe": [{"boenum": "77", **TAX}]}],
        "itcrev": [{"b2b": [GROUP | {"inv": [IN_2B | {"inum": "REV-1"}]}]}],
    }
    rejected = {"b2b": [GROUP | {"inv": [IN_2B | {"inum": "I-2", "imsStatus": "R"}]}]}
    replay.on("GET", STATEMENT, statement(**FIGURES, docdata=tables, docRejdata=rejected))
    whole = reading.gstr2b("112025")
    assert (whole.version, whole.generated, whole.period) == ("4.0", date(2025, 12, 14), Period(2025, 11))
    told = {(d.table, d.number): d for d in whole.documents}
    assert set(told) == {
        *(("b2b", "I-1"), ("cdnr", "C-1"), ("isd", "S-1"), ("impg", "2566282")),
        *(("impgsez", "77"), ("itcrev.b2b", "REV-1"), ("b2b", "I-2")),
    }
    first, credit = told["b2b", "I-1"], told["cdnr", "C-1"]
    assert (first.tax, first.action, first.supplier_name, first.rejected) == (
        *(Decimal("18.00"), Action.NONE),
        *("Asha", False),
    )
    assert (credit.taxable, credit.igst, credit.remarks) == (Decimal("200.00"), Decimal("36.00"), "half")
    assert told["b2b", "I-2"].rejected
    assert told["impg", "2566282"].supplier is None
    assert whole.summary["itcavl"]["nonrevsup"]["b2b"]["igst"] == Decimal("18.00")
    assert whole.suppliers["b2b"][0]["ttldocs"] == 3


def test_gstr_2b_in_files_is_put_together(replay: Replay, reading: Session) -> None:
    pages = [statement(docdata={"b2b": [GROUP | {"inv": [IN_2B | {"inum": f"I-{n}"}]}]}) for n in range(2)]
    replay.on("GET", STATEMENT, statement(**FIGURES, fc=3), *pages, statement(docRejdata={}))
    assert [document.number for document in reading.gstr2b("112025").documents] == ["I-0", "I-1"]
    assert [call.query for call in replay.calls(STATEMENT)] == [{}, *({"file_num": str(n)} for n in (1, 2, 3))]


def test_files_of_two_versions_are_not_put_together(replay: Replay, reading: Session) -> None:
    replay.on("GET", STATEMENT, statement(fc=1), well({"data": HEAD | {"version": "5.0", "docdata": {}}}))
    with pytest.raises(errors.UnexpectedAnswer, match="computed anew"):
        reading.gstr2b("112025")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("RET2B1018", errors.StatementTooEarly), ("GTR2B-002", errors.StatementMissing)],
)
def test_without_a_gstr_2b_it_is_said_why(code: str, kind: type[Exception], replay: Replay, reading: Session) -> None:
    replay.on("GET", STATEMENT, refusal(code))
    with pytest.raises(kind):
        reading.gstr2b("112025")


@pytest.mark.parametrize("path", ["gstrs/gstr-2b/regenerate", f"{STATEMENT}/regenerate"])
def test_a_computation_is_followed_on_either_path(path: str, replay: Replay, reading: Session) -> None:
    """Which of the two Sandbox serves isn't documented."""
    replay.on("POST", f"{STATEMENT}/regenerate", well({"reference_id": "r2b"}))
    replay.on("GET", path, *(well({"status_cd": word, "err_cd": "", "err_msg": ""}) for word in ("REC", "IP", "P")))
    computation = reading.regenerate("112025")
    assert computation.status().state is State.IN_PROGRESS
    assert computation.wait().state is State.PROCESSED
    assert replay.calls(path)[-1].query == {"reference_id": "r2b"}


def test_a_computation_that_fails_says_why(replay: Replay, reading: Session) -> None:
    replay.on("POST", f"{STATEMENT}/regenerate", well({"reference_id": "r2b"}))
    failed = {"status_cd": "ER", "err_cd": "IMS0005", "err_msg": "No changes"}
    replay.on("GET", "gstrs/gstr-2b/regenerate", well(failed))
    with pytest.raises(errors.StatementUnchanged, match="No changes"):
        reading.regenerate("112025").wait()


# Large answers.

JOB, POLL = "gstrs/2025/11/file-details/download", "gstrs/file-details/download"
KEY = bytes(range(32))


def packed(payload: Any, *, quoted: bool = True, wrapped: bool = True, key: bytes = KEY) -> bytes:
    """A file as GSTN makes them."""
    text = json.dumps(payload).encode()
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    padded = padder.update(base64.b64encode(text) if wrapped else text) + padder.finalize()
    content = base64.b64encode(encryptor.update(padded) + encryptor.finalize())
    content = b'"' + content + b'"' if quoted else content
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("part.json")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


@pytest.fixture
def store() -> Iterator[Replay]:
    """The host of the files, which isn't the portal's."""
    with replaying() as server:
        yield server


def offer(replay: Replay, store: Replay, *files: bytes, digest: str | None = None) -> dict[str, Any]:
    """The list answers with a token; the files are at the store."""
    urls = []
    for number, content in enumerate(files):
        store.on("GET", f"/returns/part{number}.tar.gz", Said(content))
        url = f"{store.address}/returns/part{number}.tar.gz?md5=secret&expires=1"
        urls.append({"ul": url, "ic": 2, "hash": digest or hashlib.sha256(content).hexdigest()})
    replay.on("GET", LIST, well({"est": "30", "token": "8a6c2f0c"}))
    replay.on("POST", JOB, well({"job_id": "j1", "status": "created", "token": "8a6c2f0c"}))
    return {"urls": urls, "ek": base64.b64encode(KEY).decode(), "fc": len(files)}


@pytest.mark.parametrize("shape", ["quoted", "plain", "not wrapped", "inside"])
def test_a_large_list_comes_in_files(shape: str, replay: Replay, store: Replay, reading: Session, moment: Time) -> None:
    parts = [{"b2bcn": [NOTE | {"nt_num": f"CN-{part}{n}"} for n in range(2)]} for part in range(2)]
    files = [packed(part, quoted=shape != "plain", wrapped=shape != "not wrapped") for part in parts]
    details = offer(replay, store, *files)
    ready = {"x": details} if shape == "inside" else details
    replay.on("GET", POLL, refusal("RTN_24"), well({"status": "created"}), well(ready))
    assert [record.number for record in reading.records("CN")] == ["CN-00", "CN-01", "CN-10", "CN-11"]
    assert replay.calls(JOB)[0].json == {
        "@entity": "in.co.sandbox.gst.compliance.taxpayer.file_details.request",
        "token": "8a6c2f0c",
    }
    assert replay.calls(POLL)[0].query == {"job_id": "j1"}
    assert moment.slept


def test_the_host_of_the_files_learns_no_secret(replay: Replay, store: Replay, reading: Session) -> None:
    details = offer(replay, store, packed({"b2b": [INVOICE]}))
    replay.on("GET", POLL, well(details))
    assert len(list(reading.records("B2B"))) == 1
    (call,) = store.asked
    assert not {"authorization", "x-api-key", "x-api-secret"} & set(call.headers)


def test_files_without_a_host_are_at_the_portals(replay: Replay, store: Replay, reading: Session) -> None:
    content = packed({"b2b": [INVOICE]})
    details = offer(replay, store, content)
    details["urls"][0]["ul"] = "/returns/x.tar.gz?md5=1"
    replay.on("GET", "/returns/x.tar.gz", Said(content))
    replay.on("GET", POLL, well(details))
    assert len(list(reading.records("B2B"))) == 1


DAMAGES = {
    "another hash": (packed({"b2b": []}), "0" * 64),
    "no archive": (b"nothing", None),
    "half an archive": (packed({"b2b": [INVOICE] * 20})[:300], None),
    "another key": (packed({"b2b": []}, key=bytes(32)), None),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_not_believed(damage: str, replay: Replay, store: Replay, reading: Session) -> None:
    content, digest = DAMAGES[damage]
    details = offer(replay, store, content, digest=digest)
    replay.on("GET", POLL, well(details))
    with pytest.raises(errors.FileDamaged) as raised:
        list(reading.records("B2B"))
    assert "secret" not in str(raised.value)


def test_files_that_never_come_are_given_up(replay: Replay, store: Replay, reading: Session) -> None:
    offer(replay, store)
    replay.on("GET", POLL, refusal("RTN_24"))
    with pytest.raises(errors.NotReady):
        reading.records("B2B")


def test_an_error_of_the_files_host_is_one(replay: Replay, store: Replay, reading: Session) -> None:
    details = offer(replay, store, b"x")
    store.on("GET", "/returns/part0.tar.gz", failure(403))
    replay.on("GET", POLL, well(details))
    with pytest.raises(errors.Forbidden):
        reading.records("B2B")
