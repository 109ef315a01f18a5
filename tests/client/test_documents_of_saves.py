"""Saves against documents of the contract: both dialects, every alias, counts that don't add up."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.conftest import Time
from tests.client.replay import Replay, Said, failure, refusal, well
from tests.client.test_record import INVOICE, NOTE

from gst_ims.client import Client, Outcome, Session, errors
from gst_ims.core.section import Section

SAVE, STATUS, LIST = "invoices/status/save", "invoices/status", "invoices"
STALE = "Either previous action is incorrect/ invoice might have edited by supplier"
Row = dict[str, Any]


def invoices(n: int = 3, **changes: Any) -> list[Row]:
    return [INVOICE | {"inum": f"INV-{i}", "hash": f"h{i}"} | changes for i in range(n)]


def notes(n: int = 3, **changes: Any) -> list[Row]:
    return [NOTE | {"nt_num": f"CN-{i}", "hash": f"h{i}"} | changes for i in range(n)]


def state(status_cd: str, processed: int | None = None, failed: int | None = None, **more: Any) -> Row:
    """The payload of a status; counts are text."""
    told: Row = {"status_cd": status_cd, "transTypCd": "SAV", "err_cd": "", "err_msg": ""}
    told |= {} if processed is None else {"proc_cnt": str(processed)}
    return told | ({} if failed is None else {"err_cnt": str(failed)}) | more


def report(key: str, *numbers: str, code: str = "IMSSAV0054", name: str = "inum", stin: str = INVOICE["stin"]) -> Row:
    """An error report with one group."""
    documents = [{name: number, "rtnprd": "112025"} for number in numbers]
    return {"error_report": {key: [{"stin": stin, "error_cd": code, "error_msg": "Refused.", "inv": documents}]}}


def saved(
    replay: Replay, session: Session, key: str, rows: list[Row], *statuses: Row, then: list[Row] | None = None
) -> Outcome:
    """What comes of accepting all rows where the status is told so, and the list says `then` afterwards."""
    replay.on("GET", LIST, well({key: rows}), *([] if then is None else [well({key: then})]))
    replay.on("POST", SAVE, well({"reference_id": "0032e479bcb644c"}))
    replay.on("GET", STATUS, *map(well, statuses))
    section = Section.parse(key)
    return session.save([record.accept() for record in session.records(section)]).wait()


def fates(outcome: Outcome) -> str:
    """A letter for each row."""
    return "".join(verdict.fate.value[0] for verdict in outcome.verdicts)


DIALECTS = {
    "overview": [state("P", 0), state("P", 0), state("S", 3)],
    "overview without counts while it works": [state("P"), state("S", 3)],
    "gstn": [state("IP", 0), state("P", 3)],
    "gstn, received first": [state("REC"), state("IP"), state("P", 3)],
    "at once": [state("P", 3)],
    "a word that nobody knows": [state("QUEUED"), state(""), state("P", 3)],
    "counts as numbers": [state("P") | {"proc_cnt": 3}],
    "refused ones counted as none": [state("P", 3, 0)],
    "while rows are done one after another": [state("P", 1), state("P", 2), state("P", 3)],
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_p_is_done_when_the_counts_say_so(dialect: str, replay: Replay, reading: Session) -> None:
    outcome = saved(replay, reading, "b2b", invoices(), *DIALECTS[dialect])
    assert fates(outcome) == "aaa"
    assert len(replay.calls(STATUS)) == len(DIALECTS[dialect])
    assert len(replay.calls(LIST)) == 1, "the records needn't be asked"


@pytest.mark.parametrize("counted", [2, 3])
@pytest.mark.parametrize("key", ["b2bcn", "cn", "CN", "B2BCN"])
def test_a_refused_credit_note_is_not_reported_as_saved(
    key: str, counted: int, replay: Replay, reading: Session
) -> None:
    """GSTN answers under `cn` what was sent under `b2bcn`; proc_cnt has all rows, or those that went well (C11)."""
    outcome = saved(replay, reading, "b2bcn", notes(), state("PE", counted, 1, **report(key, "CN-1")))
    assert fates(outcome) == "ara"
    assert (outcome.refused[0].code, outcome.refused[0].words) == ("IMSSAV0054", "Refused.")
    with pytest.raises(errors.RowsRefused, match=r"1 of 3 rows .*: b2bcn:.*:CN-1:112025 refused: IMSSAV0054"):
        outcome.raise_for_refused()


ALIASES = {
    "b2b": ("b2b", "b2b"),
    "dn": ("b2bdn", "dn"),
    "b2bdn": ("b2bdn", "b2bdn"),
    "dna": ("b2bdna", "dna"),
    "cna": ("b2bcna", "cna"),
    "ecom": ("ecom", "ecom"),
    "e_b2b": ("ecom", "e_b2b"),
    "e_c2b": ("ecom", "e_c2b"),
    "e_b2ba": ("ecoma", "e_b2ba"),
    "e_c2ba": ("ecoma", "e_c2ba"),
    "a key that nobody knows": ("b2b", "invoices"),
}


@pytest.mark.parametrize("name", ["inum", "nt_num"])
@pytest.mark.parametrize("alias", ALIASES)
def test_every_alias_of_a_section_is_understood(alias: str, name: str, replay: Replay, reading: Session) -> None:
    section, key = ALIASES[alias]
    rows = notes() if Section(section).is_note else invoices()
    original = {"ont_num": "O", "ont_dt": "01-10-2025"} | {"oinum": "O", "oidt": "01-10-2025"}
    rows = [row | original for row in rows]
    number = "CN-2" if Section(section).is_note else "INV-2"
    outcome = saved(replay, reading, section, rows, state("PE", 2, 1, **report(key, number, name=name)))
    assert fates(outcome) == "aar"


def test_a_request_that_failed_as_a_whole_applied_nothing(replay: Replay, reading: Session) -> None:
    failed = state("ER", 0, 0) | {"err_cd": "IMSSAV005", "err_msg": "Schema validation failure"}
    outcome = saved(replay, reading, "b2b", invoices(), failed)
    assert fates(outcome) == "rrr"
    assert {verdict.code for verdict in outcome.verdicts} == {"IMSSAV005"}


DOUBTS = {
    "more errors than the report has": state("PE", 1, 2, **report("b2b", "INV-1")),
    "an error of nobody's": state("PE", 2, 1, **report("b2b", "INV-77")),
    "an error of another supplier": state("PE", 2, 1, **report("b2b", "INV-1", stin="29AAXCT0004K1ZZ")),
    "an error without a document": state("PE", 2, 1, error_report={"b2b": [{"error_cd": "X", "error_msg": "?"}]}),
    "no report": state("PE", 2, 1),
    "no counts": state("S"),
    "too few": state("S", 2),
    "errors though all went well": state("P", 3, 1),
    "a report and no counts": state("PE", **report("b2b", "INV-1")),
    "a failure that did something": state("ER", 2, 1),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_does_not_add_up_is_asked_of_the_records(doubt: str, replay: Replay, reading: Session) -> None:
    now = invoices(action="A")
    now[1]["action"] = "N"
    outcome = saved(replay, reading, "b2b", invoices(), DOUBTS[doubt], then=now)
    assert fates(outcome) == "ara"


def test_a_standstill_says_nothing_of_what_is_not_done(replay: Replay, reading: Session) -> None:
    """P for two of three rows, again and again: the third may still come."""
    now = invoices(action="A")
    now[1]["action"] = "N"
    outcome = saved(replay, reading, "b2b", invoices(), state("P", 2), then=now)
    assert fates(outcome) == "aua"


def test_a_record_that_is_gone_is_unknown(replay: Replay, reading: Session) -> None:
    outcome = saved(replay, reading, "b2b", invoices(), state("PE", 2, 1), then=invoices(2, action="A"))
    assert fates(outcome) == "aau"
    assert not outcome.complete


def test_a_row_that_arrived_twice_is_not_refused(replay: Replay, reading: Session) -> None:
    """The network brought the request twice, and the second finds everything changed by the first."""
    twice = state("PE", 0, 3, **report("b2b", "INV-0", "INV-1", "INV-2", code="IMSSAV0010"))
    now = invoices(action="A")
    now[2] |= {"action": "R"}
    assert fates(saved(replay, reading, "b2b", invoices(), twice, then=now)) == "aar"


def test_the_rows_are_those_of_the_contract(replay: Replay, reading: Session) -> None:
    saved(replay, reading, "b2bcn", notes(1), state("P", 1))
    (call,) = replay.calls(SAVE)
    assert call.headers["authorization"] == "taxpayer-token"
    assert call.headers["x-api-version"] == "1.0.0"
    (row,) = call.json.pop("invdata")["b2bcn"]
    assert row == {
        **{"stin": NOTE["stin"], "nt_num": "CN-0", "nt_dt": "07-11-2025", "inv_typ": "R", "rtnprd": "112025"},
        **{"srcform": "R1", "pos": "27", "val": 11800, "txval": 10000, "iamt": 1800, "camt": 0, "samt": 0, "cess": 0},
        **{"prev_status": "N", "action": "A", "itcRedReq": "Y"},
    }
    assert {name: value for name, value in call.json.items() if name != "invdata"} == {
        "rtin": "27AAXCT0001K1Z6",
        "reqtyp": "SAVE",
    }


def test_what_the_rulebook_forbids_is_not_sent_and_the_others_go(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": [*invoices(1, ispendactblocked="Y"), *invoices(2)[1:]]}))
    replay.on("POST", SAVE, well({"reference_id": "r"}))
    replay.on("GET", STATUS, well(state("P", 1)))
    first, second = reading.records("B2B")
    outcome = reading.save([first.keep_pending(), second.keep_pending(), second.reject()]).wait()
    assert fates(outcome) == "nan"
    assert "can't be kept pending" in outcome.not_sent[0].words
    assert "stands here twice" in outcome.not_sent[1].words
    assert len(replay.calls(SAVE)[0].json["invdata"]["b2b"]) == 1


def test_if_nothing_may_be_sent_nothing_is(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices(1)}))
    (record,) = reading.records("B2B")
    reference = reading.reset([record])
    assert fates(reference.wait()) == "n"
    assert not reading.pending()


@pytest.mark.parametrize(("rows", "parts"), [(5000, [5000]), (5001, [5000, 1]), (10002, [5000, 5000, 2])])
def test_a_request_has_five_thousand_rows_at_most(
    rows: int, parts: list[int], replay: Replay, reading: Session
) -> None:
    outcome = saved(replay, reading, "b2b", invoices(rows), *(state("P", part) for part in parts))
    assert outcome.complete
    assert [len(call.json["invdata"]["b2b"]) for call in replay.calls(SAVE)] == parts


def test_a_request_has_four_megabytes_at_most(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices(5000)}))
    replay.on("POST", SAVE, well({"reference_id": "r"}))
    reading.save([record.reject("\N{DEVANAGARI LETTER KA}" * 250) for record in reading.records("B2B")])
    (call,) = replay.calls(SAVE)
    assert 3_990_000 < len(call.body) < 4_000_200
    assert len(call.json["invdata"]["b2b"]) < 5000


def test_a_request_that_is_too_large_for_the_portal_goes_in_halves(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices(4)}))
    replay.on("POST", SAVE, failure(413), well({"reference_id": "r1"}), well({"reference_id": "r2"}))
    replay.on("GET", STATUS, well(state("P", 2)))
    outcome = reading.save([record.accept() for record in reading.records("B2B")]).wait()
    assert outcome.complete
    assert outcome.reference_ids == ("r1", "r2")


def test_a_busy_portal_is_waited_for(replay: Replay, reading: Session, moment: Time) -> None:
    """IMSSAV0015: nothing was taken, so the same is sent again."""
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, refusal("IMSSAV0015"), refusal("IMSSAV0015"), well({"ref_id": "r"}))
    replay.on("GET", STATUS, well(state("P", 3)))
    assert reading.save([record.accept() for record in reading.records("B2B")]).wait().complete
    assert moment.slept[:2] == [1.0, 2.0]


def test_a_portal_that_stays_busy_has_taken_nothing(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, refusal("IMSSAV0015"))
    with pytest.raises(errors.WaitTimeout):
        reading.save([record.accept() for record in reading.records("B2B")], timeout=60)
    assert not reading.pending()


def test_without_time_to_wait_it_is_sent_nevertheless(replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, well({"ref_id": "r"}))
    replay.on("GET", STATUS, well(state("P", 3)))
    assert reading.save([record.accept() for record in reading.records("B2B")], timeout=0).wait(timeout=0).complete


@pytest.mark.parametrize("answer", [refusal("GEN5001", "Missing"), failure(400, "Missing"), failure(422, "Missing")])
def test_a_refused_request_refuses_its_rows(answer: Said, replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, answer)
    outcome = reading.save([record.accept() for record in reading.records("B2B")]).wait()
    assert (fates(outcome), outcome.refused[0].words) == ("rrr", "Missing")


@pytest.mark.parametrize(
    "answer", [refusal("AUTH4033"), refusal("AUTH158"), refusal("INVJ01"), failure(401), failure(403)]
)
def test_what_is_not_about_the_rows_refuses_none(answer: Said, replay: Replay, reading: Session) -> None:
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, answer, well({"reference_id": "r"}))
    replay.on("GET", STATUS, well(state("P", 3)))
    decisions = [record.accept() for record in reading.records("B2B")]
    with pytest.raises(errors.CallFailed):
        reading.save(decisions)
    assert not reading.pending()
    assert reading.save(decisions).wait().complete


def test_a_wait_that_is_never_over_ends_and_can_be_taken_up_again(
    replay: Replay, reading: Session, reader: Client
) -> None:
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, well({"reference_id": "0032e479bcb644c"}))
    replay.on("GET", STATUS, well(state("IP")))
    decisions = [record.accept() for record in reading.records("B2B")]
    reference = reading.save(decisions)
    with pytest.raises(errors.WaitTimeout):
        reference.wait(timeout=100)
    (again,) = reading.pending()
    assert (again.id, again.reference_ids) == (reference.id, ("0032e479bcb644c",))
    replay.on("GET", STATUS, well(state("PE", 2, 1, **report("b2b", "INV-0"))))
    outcome = reader.reference("0032e479bcb644c").wait()
    assert fates(outcome) == "raa"
    assert [verdict.decision for verdict in outcome.verdicts] == decisions
    assert not reading.pending()
    assert fates(reference.wait()) == "raa", "the first one knows it too"
    with pytest.raises(errors.ClientError, match="No save or reset with the id 'nobody'"):
        reader.reference("nobody")
