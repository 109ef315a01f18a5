"""Tables as files: each that a page shows, whole, as it is filtered, and for who may see it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import psycopg
import pytest
from python_calamine import CalamineWorkbook
from tests.client.conftest import Served, fill
from tests.web.conftest import Enter, Visitor, Workbench, rejected_supplier
from tests.web.test_browser import pages_of
from tests.web.test_inward import named
from tests.web.test_rules_and_sides import MANY as PLAIN

from gst_ims.core.gstin import Gstin
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.push.service import push
from gst_ims.desk.review.grid import COLUMNS
from gst_ims.desk.sync.service import sync
from gst_ims.web.inward import tables as inward_tables
from gst_ims.web.tables import endpoints
from gst_ims.web.tables.endpoints import TABLES

pytestmark = pytest.mark.usefixtures("without_policies")

#: What an address has to say besides.
NEEDS = {
    "not-applied",
    "problems",
    "documents",
    "figures",
    "behind",
    "differences",
    "before-and-after",
    "sold",
    "beside",
}
NEEDS |= {"tried", "tried-totals", "tried-changes", "tried-rows"}


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}"


def table(visitor: Visitor, path: str, **words: Any) -> list[dict[str, str]]:
    """A table as CSV, by its headings."""
    answer = visitor.get(path, params=words)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def sheet(visitor: Visitor, path: str, **words: Any) -> list[list[Any]]:
    answer = visitor.get(path, params=words)
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return book.get_sheet_by_index(0).to_python()


def links(html: str) -> list[str]:
    return [unescape(it) for it in re.findall(r'href="(/desk/[^"]*tables/[^"]+)"', html)]


def test_every_column_of_the_grid_can_be_had(asha: Visitor, base: str) -> None:
    assert tuple(inward_tables.COLUMNS) == COLUMNS
    html = asha.get(f"{base}/inward").text
    texts = re.search(r'data-texts="([^"]+)"', html)
    assert texts is not None
    for name, column in inward_tables.COLUMNS.items():
        assert f'"{name}": "{column.heading}"' in unescape(texts[1])


def test_the_grid_with_the_columns_the_order_and_the_filter_of_the_address(asha: Visitor, base: str) -> None:
    words = {"section": "CN", "order": "number", "way": "desc", "column": ["number", "tax", "document_date", "period"]}
    assert [list(row.items()) for row in table(asha, f"{base}/tables/inward.csv", **words)] == [
        [("Number", f"CN-{n}"), ("Tax", f"18.{n * 18:02}"), ("Date", "2025-10-06"), ("Period", "102025")]
        for n in (2, 1, 0)
    ]
    heading, first, *_ = sheet(asha, f"{base}/tables/inward.xlsx", **words)
    assert heading == ["Number", "Tax", "Date", "Period"]
    assert [*first[:2], f"{first[2]:%d-%m-%Y}", first[3]] == ["CN-2", 18.36, "06-10-2025", "102025"]


def test_without_columns_it_has_all(asha: Visitor, base: str) -> None:
    rows = table(asha, f"{base}/tables/inward.csv")
    assert list(rows[0]) == [it.heading for it in inward_tables.COLUMNS.values()]
    assert len(rows) == 12
    assert [float(row["Tax"]) for row in rows] == sorted((float(row["Tax"]) for row in rows), reverse=True)
    assert {row["Section"] for row in rows} == {"B2B", "CN", "DN"}


@pytest.mark.parametrize(
    "words",
    ["column=hash", "column=tax;drop", "order=1", "section=none", "action=X", "dated_from=today", "state=open"],
)
def test_the_address_takes_known_words_only(asha: Visitor, base: str, words: str) -> None:
    answer = asha.get(f"{base}/tables/inward.csv?{words}", headers={"accept": "application/json"})
    assert (answer.status_code, "content-disposition" in answer.headers) == (422, False)
    assert answer.json()["message"]


def test_suppliers_have_the_sums_of_their_rows(workbench: Workbench, asha: Visitor, base: str) -> None:
    (row,) = table(asha, f"{base}/tables/suppliers.csv", section="CN")
    assert (row["GSTIN"], row["Documents"], row["Tax"]) == (workbench.supplier.gstin, "3", "-54.54")


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_who_sees_the_taxpayer_may_have_his_tables(base: str, enter: Enter, name: str, form: str) -> None:
    vera = enter("Vera")
    answer = vera.get(f"{base}/tables/{name}.{form}")
    if name in NEEDS:
        assert answer.status_code in (200, 404, 422)
    elif name == "corrections":
        assert answer.status_code == 403, "drafts are for who prepares"
        assert enter("Asha").get(f"{base}/tables/{name}.{form}").status_code == 200
    else:
        assert answer.status_code == 200, answer.text
        gstin = base.rpartition("/")[2]
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}-{gstin}-2025-11-05.{form}"'
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_nobody_else_may(workbench: Workbench, visitor: Visitor, enter: Enter, base: str, name: str) -> None:
    assert visitor.get(f"{base}/tables/{name}.csv").headers["location"].startswith("/sign-in")
    devi = enter("Devi")
    assert devi.get(f"{base}/tables/{name}.csv").status_code == 403


@pytest.mark.parametrize("name", ["nothing.csv", "inward", "inward.pdf", ".csv", "inward.csv.exe", "..%2finward.csv"])
def test_a_table_that_there_is_not_is_no_file(asha: Visitor, base: str, name: str) -> None:
    assert asha.get(f"{base}/tables/{name}").status_code == 404


def test_the_home_page_of_all_has_those_of_all_and_only_ones_own(workbench: Workbench, enter: Enter) -> None:
    devi = enter("Devi")
    for name in ("deadlines", "ageing", "at-risk", "sections"):
        html = devi.get(f"/desk/tables/{name}.csv").text
        assert workbench.mine not in html
    assert [row["Taxpayer"] for row in table(devi, "/desk/tables/deadlines.csv")] == ["Mysuru Mills"]
    assert devi.get("/desk/tables/inward.csv").status_code == 404
    assert devi.get("/desk/tables/trail.csv").status_code == 404


def test_figures_of_the_home_page_are_those_of_its_table(workbench: Workbench, asha: Visitor, base: str) -> None:
    (row,) = table(asha, f"{base}/tables/deadlines.csv")
    assert (row["Taxpayer"], row["GSTIN"], row["Period"]) == ("Konkan Traders", workbench.mine, "102025")
    assert (row["GSTR-2B"], row["GSTR-3B due"]) == ("2025-11-14", "2025-11-20")
    counts = table(asha, f"{base}/tables/sections.csv")
    assert sum(int(it[name]) for it in counts for name in ("No action", "Accepted", "Pending", "Rejected")) == 12
    aged = table(asha, f"{base}/tables/ageing.csv")
    assert [it["Since its date"] for it in aged] == ["to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days"]


def test_registers_and_what_matching_found(asha: Visitor, base: str) -> None:
    rows = table(asha, f"{base}/tables/registers.csv")
    assert ("tally", "12101.00") in {(row["Register"], row["Taxable"]) for row in rows}
    found = {row["Found"]: (row["Portal"], row["Books"]) for row in table(asha, f"{base}/tables/matching.csv")}
    assert found["Mismatch"] == ("1", "1")


def test_what_is_in_doubt_and_whom_to_ask(workbench: Workbench, asha: Visitor, base: str) -> None:
    (row,) = [it for it in table(asha, f"{base}/tables/doubtful.csv") if it["At the portal"] == "INV-2"]
    assert (row["GSTIN"], row["In the books"], row["Found"]) == (workbench.supplier.gstin, "INV-2", "Mismatch")
    assert (row["Tax"], "taxable value differs" in row["Why"]) == ("180.36", True)
    asked = table(asha, f"{base}/tables/to-ask.csv")
    assert "INV-2" in {it["Document"] for it in asked}
    assert table(asha, f"{base}/tables/to-ask.csv", party="x") == []
    runs = table(asha, f"{base}/tables/runs.csv")
    assert runs[-1]["Run"] == "1"
    assert int(runs[0]["Mismatch"]) >= 2


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ({}, {"INV-2"}),
        ({"bucket": "matched"}, {"INV-1"}),
        ({"bucket": "matched", "supplier": "nobody"}, set()),
        ({"supplier": "24"}, {"INV-2"}),
        ({"supplier": "nobody"}, set()),
    ],
)
def test_the_file_of_what_is_in_doubt_is_what_its_page_shows(
    asha: Visitor, base: str, words: dict[str, str], numbers: set[str]
) -> None:
    """The link comes anew with the rows: its address says what the filter said."""
    html = asha.get(f"{base}/matching/doubtful", params=words).text
    there = [it for it in links(html) if "doubtful.csv" in it]
    assert len(there) == bool(numbers)
    assert {row["At the portal"] for row in table(asha, f"{base}/tables/doubtful.csv", **words)} == numbers
    for link in there:
        rows = csv.DictReader(io.StringIO(asha.get(link).text, newline=""))
        assert {row["At the portal"] for row in rows} == numbers


def test_a_bucket_that_there_is_not_gives_no_file(asha: Visitor, base: str) -> None:
    answer = asha.get(f"{base}/tables/doubtful.csv?bucket=none", headers={"accept": "application/json"})
    assert (answer.status_code, "content-disposition" in answer.headers) == (422, False)


def test_files_have_all_pushes_and_all_readings(workbench: Workbench, drawn: Gstin, asha: Visitor, base: str) -> None:
    """Also beyond the fifty that a page shows."""
    mine = workbench.mine
    with workbench.desk.of([mine, drawn]) as db:
        first = next(db.execute("select coalesce(max(id), 0) as id from desk.push where gstin = %s", [mine])).id
        db.execute(
            "insert into desk.push (gstin, id, began_at, ended_at, person, rows) select %s, n, now(), now(), 'Asha', 0"
            " from generate_series(%s::int, %s::int) n",
            [mine, first + 1, first + 60],
        )
        db.execute(
            "insert into desk.statement (gstin, period, id, at, version, summary)"
            " select %s, '2024-01-01', n, now(), n::text, '{}' from generate_series(1, 60) n",
            [drawn],
        )
    try:
        assert len(table(asha, f"{base}/tables/pushes.csv")) == first + 60
        assert len(table(asha, f"/desk/{drawn}/tables/statements.csv")) == 62
    finally:
        with psycopg.connect(workbench.url) as db:
            db.execute("delete from desk.push where gstin = %s and id > %s", [mine, first])
            db.execute("delete from desk.statement where gstin = %s and period = '2024-01-01'", [drawn])


def test_what_people_said_is_there_until_it_is_taken_back(workbench: Workbench, asha: Visitor, base: str) -> None:
    desk, mine, person = workbench.desk, workbench.mine, people.person(workbench.desk, "Asha")
    before = table(asha, f"{base}/tables/links.csv")
    with desk.of([mine]) as db:
        book = next(db.execute("select id from desk.book where gstin = %s and number = 'INV-99'", [mine])).id
    record = f"b2b:{workbench.supplier.gstin}:INV-3:102025"
    number = matching.link(desk, person, mine, [record], [book], together=False, why="=x")
    row, *rest = table(asha, f"{base}/tables/links.csv")
    assert (row["What"], row["At the portal"], row["In the books"]) == ("apart", "INV-3", "INV-99")
    assert (row["By"], row["Why"], rest) == ("Asha", "'=x", before)
    matching.unlink(desk, person, mine, number)
    assert table(asha, f"{base}/tables/links.csv") == before


def test_rows_to_look_at_are_those_of_the_register(workbench: Workbench, asha: Visitor, base: str) -> None:
    (row,) = table(asha, f"{base}/tables/problems.csv", register=1)
    assert (row["File"], row["Row"], row["What"]) == ("tally.csv", "", "look at it")
    for wrong in ("x", "-1", "1;2", "9" * 12):
        assert asha.get(f"{base}/tables/problems.csv?register={wrong}").status_code == 422


@pytest.fixture
def waiting(workbench: Workbench, asha: Visitor, base: str) -> Iterator[dict[str, Any]]:
    """INV-3, which Asha wants to reject, with words that would be a formula."""
    ask = {"action": "R", "records": named(asha, f"{base}/inward", "INV-3"), "why": "=1+1"}
    assert asha.post(f"{base}/inward/decide", ask).json()["made"] == 1
    (row,) = asha.get(f"{base}/inward/rows", params={"text": "INV-3"}).json()["rows"]
    yield row
    asha.post(f"{base}/inward/undo", {"decisions": [row["decision"]]})


def test_what_waits_for_approval(base: str, waiting: dict[str, Any], enter: Enter) -> None:
    chetan = enter("Chetan")
    (row,) = [it for it in table(chetan, f"{base}/tables/approvals.csv") if it["Number"] == "INV-3"]
    assert (row["Tax"], row["Was"], row["To be"], row["Decided by"]) == ("180.54", "No action", "Reject", "Asha")
    assert row["Why"] == "'=1+1", "text, to a spreadsheet too"
    rows = sheet(chetan, f"{base}/tables/approvals.xlsx")
    place = rows[0].index("Why")
    assert [it[place] for it in rows if it[1] == "INV-3"] == ["=1+1"]


def test_the_trail_as_it_is_searched(asha: Visitor, base: str, waiting: dict[str, Any]) -> None:
    rows = table(asha, f"{base}/tables/trail.csv", what="prepared", who="Asha", text="inv-3")
    assert {(row["Who"], row["What"]) for row in rows} == {("Asha", "prepared")}
    assert all("INV-3" in row["Record"] for row in rows)
    assert rows[0]["When"] == "2025-11-05T10:00:00+05:30"
    assert table(asha, f"{base}/tables/trail.csv", since="2030-01-01") == []
    assert asha.get(f"{base}/tables/trail.csv?since=x").status_code == 422


def test_a_push_and_what_of_it_is_not_applied(workbench: Workbench, served: Served, asha: Visitor) -> None:
    desk, gstin = workbench.desk, served.api.company("27").gstin
    fill(served.api, gstin, invoices=1, notes=1)
    base = f"/desk/{gstin}"
    people.found(desk, gstin, "Malwa Foods", "malwa", "monthly", "Bina")
    people.grant(desk, people.person(desk, "Bina"), gstin, "Asha", Role.PREPARER)
    sync(desk, gstin)
    ask = {"action": "P", "records": named(asha, f"{base}/inward", "INV-0")}
    assert asha.post(f"{base}/inward/decide", ask).json()["made"] == 1
    (done,) = push(desk, people.person(desk, "Asha"), gstin)
    (row,) = table(asha, f"{base}/tables/pushes.csv")
    assert (row["Push"], row["By"], row["Applied"], row["Refused"]) == ("1", "Asha", "1", "0")
    assert table(asha, f"{base}/tables/not-applied.csv", push=done.id) == []
    assert asha.get(f"{base}/tables/not-applied.csv?push=999").status_code == 404


@pytest.fixture(scope="module")
def dealer(workbench: Workbench, served: Served) -> Gstin:
    """Somebody who sold twelve documents, of which his customer rejected one, and who has read two GSTR-2B."""
    gstin = rejected_supplier(workbench, served, "Surat Weavers", "@Not agreed")
    with workbench.desk.of([gstin]) as db:
        for reading in (1, 2):
            db.execute(
                "insert into desk.statement (gstin, period, id, at, version, summary)"
                " values (%s, '2025-09-01', %s, now(), %s, '{}')",
                (gstin, reading, f"v{reading}"),
            )
            for n in range(3):
                db.execute(
                    "insert into desk.promise (gstin, period, statement, record, promised, stated, reason)"
                    " values (%s, '2025-09-01', %s, %s, 10000, %s, %s)",
                    (gstin, reading, f"b2b:24AAXCT0003K1ZA:A:{n}:092025", 10000 - n * reading, "Less." * n),
                )
    return gstin


def test_what_customers_did(dealer: Gstin, enter: Enter) -> None:
    asha = enter("Asha")
    (row,) = table(asha, f"/desk/{dealer}/tables/customers.csv")
    assert (row["Document"], row["What"], row["Tax"], row["Remarks"]) == ("CN-2", "rejected", "18.36", "'@Not agreed")
    assert table(asha, f"/desk/{dealer}/tables/customers.csv", party="x") == []
    assert len(table(asha, f"/desk/{dealer}/tables/customers.csv", party=row["GSTIN"])) == 1
    (row,) = table(asha, f"/desk/{dealer}/tables/corrections.csv")
    assert row["Document"] == "CN-2"


def test_documents_of_gstr_2b_beside_the_promise(dealer: Gstin, enter: Enter) -> None:
    asha, path = enter("Asha"), f"/desk/{dealer}/tables/documents.csv"
    read = table(asha, f"/desk/{dealer}/tables/statements.csv")
    assert [(it["Period"], it["Version"], it["Promised"], it["Difference"]) for it in read] == [
        ("092025", "v2", "300.00", "-0.06"),
        ("092025", "v1", "300.00", "-0.03"),
    ]
    rows = table(asha, path, period="092025", reading=2, which="differing")
    assert [(it["Section"], it["Number"], it["Period"], it["Difference"]) for it in rows] == [
        ("B2B", "A:1", "092025", "-0.02"),
        ("B2B", "A:2", "092025", "-0.04"),
    ]
    whole = table(asha, path, period="092025", reading=2, which="all")
    assert [it["Stated"] for it in whole] == ["100.00", "99.98", "99.96"]
    for wrong in ("period=092025&reading=9", "period=102025", ""):
        assert asha.get(f"{path}?{wrong}").status_code == 404
    assert asha.get(f"{path}?period=092025&which=x").status_code == 422


def test_what_customers_did_and_the_documents_behind_it(dealer: Gstin, enter: Enter) -> None:
    asha = enter("Asha")
    acted = {(it["Period"], it["Section"], it["What"]): it for it in table(asha, f"/desk/{dealer}/tables/acted.csv")}
    rejected = acted["102025", "CDNR", "Rejected"]
    assert (rejected["Documents"], rejected["Tax"]) == ("1", "18.36")
    words = {"period": "102025", "section": "cdnr", "action": "R"}
    (row,) = table(asha, f"/desk/{dealer}/tables/sold.csv", **words)
    assert (row["Document"], row["Tax"], row["What"]) == ("CN-2", "18.36", "Rejected")
    assert asha.get(f"/desk/{dealer}/tables/sold.csv?period=13").status_code == 422


OF_OCTOBER = {"period": "102025", "reading": 2}


def test_figures_of_gstr_2b_are_the_sums_of_what_is_behind_them(drawn: Gstin, enter: Enter) -> None:
    asha, path = enter("Asha"), f"/desk/{drawn}/tables"
    figures = table(asha, f"{path}/figures.csv", **OF_OCTOBER)
    assert {it["Part"] for it in figures} >= {"Credit available", "Rejected"}
    rows = table(asha, f"{path}/behind.csv", **OF_OCTOBER)
    assert sum(int(it["Documents"]) for it in figures) == len(rows) == 11
    (rejected,) = [it for it in rows if it["Part"] == "Rejected"]
    assert (rejected["Number"], rejected["IGST"], rejected["Does to the credit"]) == ("INV-1", "180.18", "0.00")
    assert "INV-2" not in {it["Number"] for it in rows}, "it waits"
    b2b = table(asha, f"{path}/behind.csv", part="itcavl", supply="nonrevsup", leaf="b2b", **OF_OCTOBER)
    assert {it["Number"] for it in b2b} == {f"INV-{n}" for n in (0, 3, 4, 5, 6)}
    assert asha.get(f"{path}/behind.csv?period=102025&head=x").status_code == 422
    assert asha.get(f"{path}/figures.csv?period=092025").status_code == 404


def test_what_two_readings_have_otherwise(drawn: Gstin, enter: Enter) -> None:
    asha, path = enter("Asha"), f"/desk/{drawn}/tables/differences.csv"
    rows = {it["Number"]: it for it in table(asha, path, against=1, **OF_OCTOBER)}
    assert {number: (it["What"], it["Credit before"], it["Credit after"]) for number, it in rows.items()} == {
        "INV-1": ("changed", "180.18", "0.00"),
        "INV-2": ("gone", "180.36", "0.00"),
    }
    assert (rows["INV-1"]["Stands under"], rows["INV-2"]["Stands under"]) == ("Rejected", "")
    assert list(table(asha, path, against=1, kind="gone", **OF_OCTOBER)[0].values())[2] == "INV-2"
    assert asha.get(f"{path}?period=102025&against=9").status_code == 404


def test_news_are_those_of_the_page(drawn: Gstin, enter: Enter) -> None:
    asha = enter("Asha")
    rows = table(asha, f"/desk/{drawn}/tables/news.csv", became="acted")
    assert {(it["Number"], it["Was"], it["Is"]) for it in rows} >= {("INV-1", "No action", "Rejected")}


def test_lists_that_are_had_by_pages_are_whole(drawn: Gstin, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    asha, path = enter("Asha"), f"/desk/{drawn}/tables"
    words: dict[str, dict[str, Any]] = {
        "behind": OF_OCTOBER,
        "differences": OF_OCTOBER | {"against": 1},
        "news": {},
    }
    whole = {name: table(asha, f"{path}/{name}.csv", **it) for name, it in words.items()}
    for many in (1, 2, 11):
        monkeypatch.setattr("gst_ims.web.tables.asked.MANY", many)
        assert {name: table(asha, f"{path}/{name}.csv", **it) for name, it in words.items()} == whole


def test_every_link_of_every_page_leads_to_its_file(
    workbench: Workbench, dealer: Gstin, seller: Gstin, drawn: Gstin, enter: Enter
) -> None:
    asha = enter("Asha")
    read = f"/desk/{drawn}/statements"
    paths = [
        *pages_of(workbench, drawn, seller),
        *(f"/desk/{dealer}/outward", f"/desk/{dealer}/statements?period=092025"),
        *(f"{read}/documents?period=102025", f"{read}/compare?period=102025&reading=2&against=1"),
    ]
    found = {path: links(asha.get(path).text) for path in paths}
    every = {link for there in found.values() for link in there}
    assert len(every) >= 20
    for link in every:
        answer = asha.get(link)
        assert (answer.status_code, link) == (200, link)
        assert answer.headers["content-disposition"].startswith("attachment; filename=")


def test_headings_are_in_the_readers_language(asha: Visitor, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Loud:
        gettext = str.upper

    monkeypatch.setattr(endpoints.texts, "translations", lambda language: Loud)
    rows = table(asha, f"{base}/tables/matching.csv")
    assert set(rows[0]) == {"FOUND", "PORTAL", "BOOKS"}
    assert "MISMATCH" in {row["FOUND"] for row in rows}


def test_long_tables_take_turns(asha: Visitor, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And give their places back, also where they fail."""
    monkeypatch.setattr(endpoints, "_WAIT", 0.01)
    for _ in range(6):
        assert asha.get(f"{base}/tables/not-applied.csv?push=999").status_code == 404
    taken = 0
    while endpoints._PLACES.acquire(blocking=False):  # pyright: ignore[reportPrivateUsage]
        taken += 1
    answer = asha.get(f"{base}/tables/inward.csv")
    endpoints._PLACES.release(taken)  # pyright: ignore[reportPrivateUsage]
    assert (taken, answer.status_code, "try again in a minute" in answer.text) == (2, 409, True)
    assert len(table(asha, f"{base}/tables/inward.csv")) == 12


def sent(visitor: Visitor, path: str, **words: Any) -> list[dict[str, str]]:
    """A table as CSV, asked for by a form as pages do where words are long."""
    answer = visitor.client.post(path, data=words, headers=visitor.token, follow_redirects=False)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


# A name that Excel would take for a formula.
MANY = PLAIN.replace("notes wait", "=notes wait")


def test_a_trial_and_the_records_behind_its_numbers(asha: Visitor, base: str) -> None:
    rules = {it["Rule"]: it for it in sent(asha, f"{base}/tables/tried.csv", text=MANY)}
    assert list(rules)[:2] == ["'=notes wait", "invoices"], "text, and no formula"
    assert (rules["invoices"]["Wants"], rules["'=notes wait"]["Wants"]) == ("accept", "keep pending")
    rows = sent(asha, f"{base}/tables/tried-rows.csv", text=MANY, place="2", which="all")
    assert len(rows) == int(rules["invoices"]["Records"]) > 0
    assert sum(round(float(it["Tax"]) * 100) for it in rows) == round(float(rules["invoices"]["Tax"]) * 100)
    assert {(it["Section"], it["Becomes"], it["Rule"]) for it in rows} == {("B2B", "Accepted", "invoices")}
    approved = sent(asha, f"{base}/tables/tried-rows.csv", text=MANY, place="2", which="approve")
    assert len(approved) == int(rules["invoices"]["To approve"]) == [it["Second person"] for it in rows].count("yes")
    others = sent(asha, f"{base}/tables/tried-rows.csv", text=MANY, place="0")
    assert len(others) == int(rules["No rule holds"]["Records"])
    decided = sent(asha, f"{base}/tables/tried-rows.csv", text=MANY, place="-1")
    assert len(decided) == int(rules.get("Decided at the portal", {"Records": "0"})["Records"])


def test_the_totals_of_a_trial_are_the_sums_of_its_records(asha: Visitor, base: str) -> None:
    totals = {it["What"]: it for it in sent(asha, f"{base}/tables/tried-totals.csv", text=MANY)}
    rows = sent(asha, f"{base}/tables/tried-rows.csv", text=MANY)
    for when in ("Before", "After"):
        credit = sum(round(float(it[f"Credit {when.lower()}"] or 0) * 100) for it in rows)
        assert round(float(totals["Your credit"][when]) * 100) == credit


def test_a_policy_that_is_wrong_is_no_file(asha: Visitor, base: str) -> None:
    for name, words in (("tried", {}), ("tried-rows", {"place": "1"}), ("tried-totals", {})):
        answer = asha.client.post(f"{base}/tables/{name}.csv", data={"text": "= 1", **words}, headers=asha.token)
        assert (answer.status_code, "content-disposition" in answer.headers) == (422, False)
    for words in ({"place": "9"}, {"place": "x"}, {"which": "some"}):
        answer = asha.client.post(f"{base}/tables/tried-rows.csv", data={"text": MANY, **words}, headers=asha.token)
        assert (answer.status_code, "content-disposition" in answer.headers) == (422, False)


def test_what_a_policy_would_do_otherwise_than_the_one_in_force(asha: Visitor, base: str, enter: Enter) -> None:
    chetan = enter("Chetan")
    told = asha.token
    assert sent(asha, f"{base}/tables/tried-rows.csv", text=MANY, which="changed") == [], "none is in force"
    for visitor, path, form in (
        (asha, "", {"text": PLAIN, "why": "First"}),
        (chetan, "/approve", {"name": "many", "version": "1"}),
        (chetan, "/use", {"name": "many"}),
    ):
        answer = visitor.client.post(f"{base}/policy{path}", data=form, headers=visitor.token, follow_redirects=False)
        assert answer.status_code in (200, 303)
    text = MANY.replace('"accept"', '"reject"')
    (change,) = sent(asha, f"{base}/tables/tried-changes.csv", text=text)
    assert (change["In force"], change["Then"]) == ("accept", "reject")
    rows = sent(asha, f"{base}/tables/tried-rows.csv", text=text, which="changed", was="accept", becomes="reject")
    assert len(rows) == int(change["Records"]) > 0
    assert {(it["In force"], it["By rule"], it["Then"]) for it in rows} == {("accept", "invoices", "reject")}
    asha.client.post(f"{base}/policy/use", data={"name": ""}, headers=told)
    chetan.client.post(f"{base}/policy/use", data={"name": ""}, headers=chetan.token)


def test_the_page_sends_the_text_that_was_tried(asha: Visitor, base: str) -> None:
    text = MANY.replace("invoices", "<script>alert(1)</script>")
    headers = asha.token | {"hx-request": "true"}
    html = asha.client.post(f"{base}/policy/try", data={"text": text}, headers=headers).text
    assert ('formaction="' + f'{base}/tables/tried.csv"' in html, "<script>" in html) == (True, False)
    kept = re.search(r'name="text" value="([^"]+)"', html)
    assert kept is not None
    assert unescape(kept[1]) == text
    html = asha.client.post(f"{base}/policy/rows", data={"text": text, "place": "2"}, headers=headers).text
    assert (f'formaction="{base}/tables/tried-rows.csv"' in html, 'name="place" value="2"' in html) == (True, True)


def test_nobody_elses_trial_is_a_file(workbench: Workbench, visitor: Visitor, enter: Enter, base: str) -> None:
    path = f"{base}/tables/tried.csv"
    assert (
        visitor.client.post(path, data={"text": MANY}, follow_redirects=False)
        .headers["location"]
        .startswith("/sign-in")
    )
    devi = enter("Devi")
    assert devi.client.post(path, data={"text": MANY}, headers=devi.token).status_code == 403
    assert devi.client.post(path, data={"text": MANY}, headers={"x-form-token": "x"}).status_code == 403


@pytest.mark.parametrize("side", ["portal", "books"])
def test_both_sides_of_matching_as_they_are_filtered(asha: Visitor, base: str, side: str) -> None:
    alone = table(asha, f"{base}/tables/beside.csv", side=side)
    whole = table(asha, f"{base}/tables/beside.csv", side=side, shown="all")
    assert len(whole) > len(alone) > 0
    assert [float(it["Tax"]) for it in whole] == sorted((float(it["Tax"]) for it in whole), reverse=True)
    page = asha.get(f"{base}/matching/list", params={"side": side}, headers={"hx-request": "true"}).text
    assert page.count("<tr") - 1 == len(alone)
    assert "/tables/beside.csv?" in page
    (row,) = table(asha, f"{base}/tables/beside.csv", side=side, shown="mismatch", number="inv-2")
    assert (row["Number"], row["Found"], row["Date"]) == ("INV-2", "Mismatch", "2025-10-05")
    assert table(asha, f"{base}/tables/beside.csv", side=side, shown="all", amount="1,00,00,000") == []


@pytest.mark.parametrize(
    "words", ["", "side=both", "side=books&shown=x", "side=books&amount=x", "side=books&period=13"]
)
def test_a_side_that_there_is_not_is_refused(asha: Visitor, base: str, words: str) -> None:
    assert asha.get(f"{base}/tables/beside.csv?{words}").status_code == 422


def test_a_run_by_moves_and_by_documents(asha: Visitor, base: str) -> None:
    moves = table(asha, f"{base}/tables/moves.csv", run=1)
    changes = table(asha, f"{base}/tables/run.csv", run=1)
    assert sum(int(it["Documents"]) for it in moves) == len(changes) > 0
    assert {("Portal", "", "Mismatch"), ("Books", "", "Mismatch")} <= {
        (it["Side"], it["Was"], it["Became"]) for it in moves
    }
    stood = table(asha, f"{base}/tables/run.csv", run=1, bucket="mismatch")
    assert {(it["Side"], it["Number"], it["Partners"]) for it in stood} == {
        ("Portal", "INV-2", "INV-2"),
        ("Books", "INV-2", "INV-2"),
    }
    assert len(table(asha, f"{base}/tables/run.csv", run=1, bucket="all")) >= len(stood)


def test_what_if_by_head_section_supplier_and_record(drawn: Gstin, enter: Enter) -> None:
    asha, path = enter("Asha"), f"/desk/{drawn}/tables"
    words = {"period": "102025", "asked": "y", "undecided": "R"}
    heads = table(asha, f"{path}/what-if-heads.csv", **words)
    assert [it["Head"] for it in heads] == ["IGST", "CGST", "SGST", "Cess", "Total"]
    *parts, total = [[round(float(it[name]) * 100) for name in ("Now", "Then", "Change")] for it in heads]
    assert [sum(column) for column in zip(*parts, strict=True)] == total
    sections = table(asha, f"{path}/what-if-sections.csv", **words)
    rows = table(asha, f"{path}/what-if-records.csv", **words)
    assert sum(round(float(it["Change"]) * 100) for it in sections) == total[2] < 0
    changed = [round((float(it["Credit then"]) - float(it["Credit now"])) * 100) for it in rows]
    assert (len(rows) > 1, sum(changed)) == (True, total[2])
    assert {it["Then"] for it in rows} == {"Rejected"}
    suppliers = table(asha, f"{path}/what-if-suppliers.csv", **words)
    assert {it["GSTIN"] for it in suppliers} == {it["GSTIN"] for it in rows}
    nothing = table(asha, f"{path}/what-if-records.csv", period="102025", asked="y")
    assert nothing == []
    assert asha.get(f"{path}/what-if-records.csv?undecided=X").status_code == 422
    assert asha.get(f"{path}/what-if-heads.csv?supplier=X").status_code == 422


def test_two_readings_figure_by_figure(drawn: Gstin, enter: Enter) -> None:
    asha, path = enter("Asha"), f"/desk/{drawn}/tables/before-and-after.csv"
    rows = table(asha, path, against=1, **OF_OCTOBER)
    assert sum(it["Change"] != "0.00" for it in rows) >= 2
    for it in rows:
        assert round((float(it["After"]) - float(it["Before"])) * 100) == round(float(it["Change"]) * 100)
    assert asha.get(f"{path}?period=102025&against=9").status_code == 404
