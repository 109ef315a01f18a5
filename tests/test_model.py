"""The model of the rules is right by itself: what it says is what the rule book says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.api import MUMBAI, MYSURU, PUNE, SURAT
from tests.model import Document, Outcome, Record, Refused, Return, Rules, Tax, echo, statements
from tests.model import record as decisions
from tests.model import rules as filing

from gst_ims.core.clock import IST
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section

SEPTEMBER, OCTOBER, NOVEMBER = Period(2025, 9), Period(2025, 10), Period(2025, 11)
INVOICE = Document("b2b", "INV-1", date(2025, 10, 5), MUMBAI)
CREDIT_NOTE = Document("cdnr", "CN-1", date(2025, 10, 5), MUMBAI, note="C")
AMENDED_NOTE = replace(CREDIT_NOTE, table="cdnra", number="CNA-1", original=("CN-1", date(2025, 10, 5)))
TODAY = date(2025, 11, 5)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=IST)


@pytest.fixture
def rules() -> Rules:
    """The 5th of November 2025; in Surat they file monthly, in Pune quarterly."""
    return Rules([PUNE], at("2025-11-05"))


def save(rules: Rules, *documents: Document, period: Period = OCTOBER, **more: Any) -> Outcome:
    assert not rules.save(rules.return_of(more.pop("by", SURAT), period, **more), list(documents))
    return rules.work_on_save(next(stin for stin, queue in rules.saves.items() if queue))


def only(rules: Rules, rtin: str = MUMBAI) -> Record:
    (record,) = (record for record in rules.records.values() if record.document.to == rtin)
    return record


def row(record: Record, action: str = "A", **more: Any) -> dict[str, Any]:
    return echo(record.shown(TODAY)) | {"prev_status": record.action, "action": action} | more


def decide(rules: Rules, *rows: dict[str, Any], section: Section = Section.B2B, kind: str = "SAVE") -> Outcome:
    assert rules.decide(MUMBAI, kind, [(section, row) for row in rows]) is None
    return rules.work_on_decisions(MUMBAI)


def codes(outcome: Outcome) -> list[set[str]]:
    return [set(refused.codes) for refused in outcome.refused]


# Filing.


def test_a_saved_document_is_at_its_recipient_and_nowhere_else(rules: Rules) -> None:
    assert save(rules, INVOICE) == Outcome("P", 1)
    assert [record.document for record in rules.inward(MUMBAI)] == [INVOICE]
    assert not rules.inward(MYSURU)
    assert rules.counts(MUMBAI) == {(Section.B2B, "N"): 1}


def test_nothing_happens_before_the_portal_works(rules: Rules) -> None:
    rules.save(rules.return_of(SURAT, OCTOBER), [INVOICE])
    assert not rules.inward(MUMBAI)


def test_a_list_shows_rupees_dates_and_periods(rules: Rules) -> None:
    save(rules, INVOICE)
    assert only(rules).shown(TODAY) == {
        **{"stin": SURAT, "rtnprd": "102025", "srcform": "R1", "inum": "INV-1", "idt": "05-10-2025", "pos": "27"},
        **{"inv_typ": "R", "val": 118, "txval": 100, "iamt": 18, "camt": 0, "samt": 0, "cess": 0, "action": "N"},
        **{"isRemarksBlocked": "N", "srcfilstatus": "Not Filed", "ispendactblocked": "N"},
    }


def test_an_amended_note_names_its_original_and_an_operators_document_has_no_type(rules: Rules) -> None:
    save(rules, AMENDED_NOTE, Document("ecom", "E-1", date(2025, 10, 5), MYSURU, pos="29"))
    assert only(rules).content()["ont_dt"] == "05-10-2025"
    assert only(rules).shown(TODAY)["isItcRedReqBlocked"] == "N"
    assert "inv_typ" not in only(rules, MYSURU).content()


def test_an_edit_takes_the_decision_away(rules: Rules) -> None:
    save(rules, INVOICE)
    decide(rules, row(only(rules), "R", remarks="not ours"))
    save(rules, replace(INVOICE, taxable=200_00, tax=Tax(36_00)))
    assert (only(rules).action, only(rules).remarks) == ("N", None)


def test_the_same_again_is_no_edit(rules: Rules) -> None:
    save(rules, INVOICE)
    decide(rules, row(only(rules), "R"))
    save(rules, INVOICE)
    assert only(rules).action == "R"


def test_a_document_moves_to_another_recipient(rules: Rules) -> None:
    save(rules, INVOICE)
    save(rules, replace(INVOICE, to=MYSURU))
    assert (len(rules.inward(MUMBAI)), len(rules.inward(MYSURU))) == (0, 1)


def test_a_credit_note_becomes_a_debit_note(rules: Rules) -> None:
    save(rules, CREDIT_NOTE)
    save(rules, replace(CREDIT_NOTE, note="D"))
    assert rules.counts(MUMBAI) == {(Section.B2BDN, "N"): 1}


def test_a_deletion_removes_and_needs_something_to_remove(rules: Rules) -> None:
    save(rules, INVOICE)
    assert save(rules, replace(INVOICE, deleted=True)) == Outcome("P", 1)
    assert not rules.records
    assert codes(save(rules, replace(INVOICE, deleted=True))) == [{filing.STRUCTURE}]


def test_a_reset_deletes_what_is_saved_of_that_return_only(rules: Rules) -> None:
    save(rules, INVOICE)
    save(rules, replace(INVOICE, number="INV-2", day=date(2025, 9, 5)), period=SEPTEMBER)
    rules.save(rules.return_of(SURAT, OCTOBER), None)
    rules.work_on_save(SURAT)
    assert only(rules).document.number == "INV-2"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": SURAT}, filing.WRONG_RECEIVER),
        ({"day": date(2025, 11, 1)}, filing.WRONG_DATE),
        ({"tax": Tax(0, 9_00, 9_00)}, filing.WRONG_TAX),
        ({"pos": "24", "tax": Tax(0, 9_00, 9_01)}, filing.WRONG_TAX),
        ({"pos": "24", "kind": "SEWP", "tax": Tax(0, 9_00, 9_00)}, filing.WRONG_TAX),
    ],
)
def test_a_document_that_cannot_be_is_refused_and_the_others_are_saved(
    rules: Rules, change: dict[str, Any], code: str
) -> None:
    outcome = save(rules, replace(INVOICE, **change), replace(INVOICE, number="INV-2"))
    assert (outcome.status, outcome.applied, codes(outcome)) == ("PE", 1, [{code}])


def test_a_number_is_used_once_in_a_financial_year(rules: Rules) -> None:
    september = replace(INVOICE, day=date(2025, 9, 5))
    save(rules, september, period=SEPTEMBER)
    assert codes(save(rules, INVOICE)) == [{filing.DUPLICATE}]
    assert codes(save(rules, replace(CREDIT_NOTE, number="INV-1"))) == []
    assert codes(save(rules, replace(INVOICE, day=date(2025, 3, 31)))) == []


def test_a_document_stands_once_in_a_request(rules: Rules) -> None:
    outcome = save(rules, INVOICE, replace(INVOICE, taxable=1_00))
    assert codes(outcome) == [{filing.DUPLICATE}]
    assert only(rules).document == INVOICE


def test_operators_dont_file_on_iff(rules: Rules) -> None:
    outcome = save(rules, Document("ecom", "E-1", date(2025, 10, 5), MYSURU, pos="29"), by=PUNE)
    assert outcome.refused == (Refused("ecom", "", "", "", frozenset({filing.WRONG_TABLE})),)


def test_forms(rules: Rules) -> None:
    assert rules.return_of(SURAT, OCTOBER).form is Form.R1
    assert rules.return_of(PUNE, OCTOBER).form is Form.IFF
    assert rules.return_of(PUNE, SEPTEMBER).form is Form.R1
    assert rules.return_of(PUNE, OCTOBER, corrects=True).form is Form.R1A


def test_filing_keeps_decisions_and_ends_editing(rules: Rules) -> None:
    save(rules, INVOICE)
    decide(rules, row(only(rules), "P"))
    of = rules.return_of(SURAT, OCTOBER)
    assert not rules.file(of)
    assert (only(rules).action, only(rules).shown(TODAY)["srcfilstatus"]) == ("P", "Filed")
    assert (rules.file(of), rules.save(of, [INVOICE])) == ({statements.ALREADY_FILED}, {statements.ALREADY_FILED})


def test_nothing_is_filed_while_a_save_waits(rules: Rules) -> None:
    of = rules.return_of(SURAT, OCTOBER)
    rules.save(of, [INVOICE])
    assert rules.file(of) == {filing.SAVE_IN_PROGRESS}
    assert not rules.file(rules.return_of(SURAT, SEPTEMBER))


def test_returns_begin_with_their_period(rules: Rules) -> None:
    assert not rules.file(rules.return_of(SURAT, NOVEMBER))
    assert rules.save(rules.return_of(SURAT, NOVEMBER.next()), None) == {statements.WRONG_PERIOD}


def test_gstr_1a_opens_when_gstr_1_is_filed_and_keeps_the_recipient(rules: Rules) -> None:
    correction = rules.return_of(SURAT, OCTOBER, corrects=True)
    assert rules.save(correction, []) == {statements.WRONG_PERIOD}
    save(rules, INVOICE)
    rules.file(rules.return_of(SURAT, OCTOBER))
    amended = replace(INVOICE, table="b2ba", original=("INV-1", INVOICE.day))
    assert codes(save(rules, replace(amended, to=MYSURU, pos="29"), corrects=True)) == [{filing.WRONG_RECEIVER}]
    assert save(rules, amended, corrects=True).status == "P"


# What is in IMS, and by which rules.


@pytest.mark.parametrize(
    ("stin", "period", "corrects", "day", "expected"),
    [
        (SURAT, OCTOBER, False, "2025-11-11", OCTOBER),
        (SURAT, OCTOBER, False, "2025-11-12", NOVEMBER),  # R7.4: late
        (SURAT, OCTOBER, False, "2025-10-03", OCTOBER),  # never before its own period
        (PUNE, OCTOBER, False, "2025-11-13", OCTOBER),
        (PUNE, OCTOBER, False, "2025-11-14", NOVEMBER),
        (SURAT, SEPTEMBER, True, "2025-10-14", OCTOBER),  # EX-4
        (SURAT, OCTOBER, True, "2025-11-05", NOVEMBER),  # R3.5: the next one
    ],
)
def test_the_day_of_filing_says_which_gstr_2b(
    stin: Any, period: Period, corrects: bool, day: str, expected: Period
) -> None:
    rules = Rules([PUNE], at(day))
    if corrects:
        rules.file(rules.return_of(stin, period))
    document = replace(INVOICE, day=period.first_day, kind="DE")
    save(rules, document, by=stin, period=period, corrects=corrects)
    assert only(rules).period_2b == expected


def test_ex_1_a_credit_note_of_september_cannot_wait(rules: Rules) -> None:
    rules.now = at("2025-10-05")
    save(rules, replace(CREDIT_NOTE, day=date(2025, 9, 15)), period=SEPTEMBER)
    rules.now = at("2025-10-11")
    rules.file(rules.return_of(SURAT, SEPTEMBER))
    assert (only(rules).pending_blocked(TODAY), only(rules).shown(TODAY)["isItcRedReqBlocked"]) == (True, "Y")
    assert codes(decide(rules, row(only(rules), "P"), section=Section.B2BCN)) == [{decisions.PENDING_BLOCKED}]


def test_filed_late_the_same_credit_note_can_wait(rules: Rules) -> None:
    rules.now = at("2025-10-05")
    save(rules, replace(CREDIT_NOTE, day=date(2025, 9, 15)), period=SEPTEMBER)
    rules.now = at("2025-10-12")
    assert only(rules).pending_blocked(TODAY)
    rules.file(rules.return_of(SURAT, SEPTEMBER))
    assert not only(rules).pending_blocked(TODAY)


def test_ex_3_a_credit_note_of_march_reported_in_october_can_wait(rules: Rules) -> None:
    save(rules, replace(CREDIT_NOTE, day=date(2025, 3, 15)))
    assert decide(rules, row(only(rules), "P"), section=Section.B2BCN) == Outcome("P", 1)


@pytest.mark.parametrize(
    ("tax", "specified"), [(Tax(18_00), True), (Tax(18_01), True), (Tax(17_99), False), (Tax(17_00, cess=1_00), True)]
)
def test_an_amended_credit_note_is_specified_unless_it_goes_down(rules: Rules, tax: Tax, specified: bool) -> None:
    save(rules, CREDIT_NOTE)
    rules.file(rules.return_of(SURAT, OCTOBER))
    rules.now = at("2025-11-14")
    rules.draft(MUMBAI, OCTOBER)
    assert not rules.file_3b(MUMBAI, OCTOBER)
    save(rules, replace(AMENDED_NOTE, tax=tax), period=NOVEMBER)
    (record,) = rules.inward(MUMBAI, Section.B2BCNA)
    assert (record.specified, record.reduction_declared) == (specified, specified)


def test_an_amended_credit_note_without_known_original_is_specified(rules: Rules) -> None:
    save(rules, replace(AMENDED_NOTE, tax=Tax(1_00)))
    assert only(rules).specified


@pytest.mark.parametrize(
    "change",
    [
        {"reverse_charge": True},
        {"pos": "24", "tax": Tax(0, 9_00, 9_00)},  # the supplier's state, not the recipient's
        {"day": date(2024, 3, 31)},  # its time was over on 30 November 2024
    ],
)
def test_some_documents_go_past_ims(rules: Rules, change: dict[str, Any]) -> None:
    assert save(rules, replace(INVOICE, **change)).status == "P"
    assert not rules.inward(MUMBAI)
    assert len(rules.outward(rules.return_of(SURAT, OCTOBER))) == 1


def test_credit_notes_have_no_time_limit_and_invoices_have_one_day(rules: Rules) -> None:
    save(rules, replace(CREDIT_NOTE, day=date(2024, 3, 31)))
    rules.now = at("2025-11-30")
    save(rules, replace(INVOICE, day=date(2025, 3, 31)))
    assert len(rules.inward(MUMBAI)) == 2
    decide(rules, row(rules.inward(MUMBAI, Section.B2B)[0]))
    rules.now += timedelta(days=1)
    rules.file(rules.return_of(SURAT, OCTOBER))
    assert rules.counts(MUMBAI) == {(Section.B2BCN, "N"): 1}
    assert {record.action for record in rules.records.values()} == {"N"}


def test_the_sellers_state_counts_for_what_an_operator_reports(rules: Rules) -> None:
    intrastate = Document("ecom", "E-1", date(2025, 10, 5), MYSURU, tax=Tax(0, 9_00, 9_00), seller=PUNE)
    assert save(rules, intrastate).status == "P"
    assert not rules.inward(MYSURU)


def test_ims_begins_with_gstr_2b_of_october_2024() -> None:
    rules = Rules([], at("2024-10-11"))
    save(rules, replace(INVOICE, day=date(2024, 9, 5)), period=Period(2024, 9))
    assert not rules.inward(MUMBAI)
    rules.now = at("2024-10-12")
    rules.file(rules.return_of(SURAT, Period(2024, 9)))
    assert len(rules.inward(MUMBAI)) == 1


# Decisions.


def test_a_decision_is_applied_and_taken_back(rules: Rules) -> None:
    save(rules, INVOICE)
    assert decide(rules, row(only(rules), "R", remarks="why")) == Outcome("P", 1)
    assert (only(rules).shown(TODAY)["action"], only(rules).shown(TODAY)["remarks"]) == ("R", "why")
    assert decide(rules, row(only(rules)), kind="RESET") == Outcome("P", 1)
    assert (only(rules).action, only(rules).remarks) == ("N", None)


def test_one_request_at_a_time(rules: Rules) -> None:
    assert rules.decide(MUMBAI, "SAVE", []) is None
    assert rules.decide(MUMBAI, "RESET", []) == filing.IN_PROGRESS
    assert rules.decide(MYSURU, "SAVE", []) is None
    rules.work_on_decisions(MUMBAI)
    assert rules.decide(MUMBAI, "SAVE", []) is None


@pytest.mark.parametrize(
    "change", [{"prev_status": "A"}, {"val": 118.01}, {"idt": "06-10-2025"}, {"inum": "INV-2"}, {"stin": str(PUNE)}]
)
def test_what_doesnt_fit_the_record_is_stale(rules: Rules, change: dict[str, Any]) -> None:
    save(rules, INVOICE)
    assert codes(decide(rules, row(only(rules)) | change)) == [{decisions.STALE}]
    assert only(rules).action == "N"


def test_a_decision_on_what_was_edited_meanwhile_is_stale(rules: Rules) -> None:
    save(rules, INVOICE)
    rules.decide(MUMBAI, "SAVE", [(Section.B2B, row(only(rules)))])
    save(rules, replace(INVOICE, taxable=200_00, tax=Tax(36_00)))
    assert codes(rules.work_on_decisions(MUMBAI)) == [{decisions.STALE}]


def test_a_record_stands_once_in_a_request(rules: Rules) -> None:
    save(rules, INVOICE)
    outcome = decide(rules, row(only(rules), "A"), row(only(rules), "R"))
    assert (outcome.status, outcome.applied, codes(outcome), only(rules).action) == ("PE", 1, [{decisions.STALE}], "A")


def test_nobody_decides_on_the_records_of_others(rules: Rules) -> None:
    save(rules, replace(INVOICE, to=MYSURU))
    assert codes(decide(rules, row(only(rules, MYSURU)))) == [{decisions.STALE}]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (dict[str, Any](), {decisions.REDUCTION_MISSING}),  # EX-27
        ({"itcRedReq": "Y"}, set[str]()),  # EX-9: in full
        ({"itcRedReq": "Y", "declIgst": 9.0, "remarks": "half of it was availed"}, set[str]()),  # EX-7
        ({"itcRedReq": "Y", "declIgst": 9.0, "remarks": " "}, {decisions.REMARKS_MISSING}),
        ({"itcRedReq": "Y", "declIgst": 18.0}, set[str]()),
        ({"itcRedReq": "Y", "declIgst": 18.01}, {decisions.REDUCTION_INVALID}),
        ({"itcRedReq": "Y", "declCgst": 1.0, "remarks": "why"}, {decisions.REDUCTION_INVALID}),
        ({"itcRedReq": "N"}, {decisions.REMARKS_MISSING}),  # EX-8
        ({"itcRedReq": "N", "remarks": "never availed"}, set[str]()),
        ({"itcRedReq": "N", "declIgst": 0, "remarks": "never availed"}, set[str]()),
        ({"itcRedReq": "N", "declIgst": 1.0, "remarks": "why"}, {decisions.REDUCTION_INVALID}),
        ({"action": "R"}, set[str]()),
        ({"action": "R", "itcRedReq": "Y"}, {decisions.REDUCTION_INVALID}),
        ({"action": "P"}, set[str]()),
        ({"itcRedReq": "Y", "remarks": "x" * 250}, set[str]()),
        ({"itcRedReq": "Y", "remarks": "x" * 251}, {decisions.REMARKS_TOO_LONG}),
    ],
)
def test_accepting_a_credit_note_says_how_much_credit_goes(
    rules: Rules, wish: dict[str, Any], expected: set[str]
) -> None:
    save(rules, CREDIT_NOTE)
    outcome = decide(rules, row(only(rules)) | wish, section=Section.B2BCN)
    assert codes(outcome) == ([expected] if expected else [])
    assert (only(rules).action == "N") == bool(expected)


def test_an_amended_invoice_asks_for_no_reduction(rules: Rules) -> None:
    save(rules, replace(INVOICE, table="b2ba", original=("INV-0", INVOICE.day)))
    refused = decide(rules, row(only(rules), itcRedReq="Y"), section=Section.B2BA)
    assert codes(refused) == [{decisions.REDUCTION_BLOCKED}]
    assert decide(rules, row(only(rules)), section=Section.B2BA) == Outcome("P", 1)


def test_refused_rows_are_named_as_gstn_names_them(rules: Rules) -> None:
    save(rules, CREDIT_NOTE)
    outcome = decide(rules, row(only(rules)), section=Section.B2BCN)
    assert outcome.refused == (Refused("cn", SURAT, "CN-1", "102025", frozenset({decisions.REDUCTION_MISSING})),)


def test_a_return_is_named_by_supplier_form_and_period(rules: Rules) -> None:
    assert rules.return_of(SURAT, OCTOBER) == Return(SURAT, Form.R1, OCTOBER)
