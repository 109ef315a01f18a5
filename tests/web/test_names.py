"""Documents and parties are shown by what people call them: number, section, period, name; never by an id alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from tests.web.conftest import Enter, Visitor, Workbench, keep, rows_of
from tests.web.test_browser import pages_of
from tests.web.test_inward import named
from tests.web.test_tables import table

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import NotAllowed
from gst_ims.desk.followup import contacts
from gst_ims.desk.match import service as matching
from gst_ims.desk.parties import names_of
from gst_ims.desk.people import service as people
from gst_ims.desk.push.service import push
from gst_ims.desk.sync.service import sync

NAME = "Surat & Sons"
RAW = re.compile(r"\b[a-z0-9]{3,6}:\d{2}[A-Z]{5}\d{4}\w{4}:")

pytestmark = pytest.mark.usefixtures("without_policies")


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}"


@pytest.fixture(autouse=True)
def known(workbench: Workbench, drawn: Gstin) -> Iterator[None]:
    """The supplier has a name, in the contacts of either taxpayer."""
    desk, bina = workbench.desk, people.person(workbench.desk, "Bina")
    with desk.of([drawn]) as db:
        sellers = {row.stin for row in db.execute("select distinct stin from desk.record where gstin = %s", [drawn])}
    for gstin, parties in ((workbench.mine, {workbench.supplier.gstin}), (drawn, sellers)):
        for party in parties:
            contacts.keep(desk, bina, gstin, {"gstin": party, "name": NAME, "email": "a@b.in"})
    yield
    for gstin in (workbench.mine, drawn):
        with desk.of([gstin]) as db:
            db.execute("delete from desk.contact where gstin = %s", [gstin])


def seen(visitor: Visitor, path: str) -> str:
    """The words of a page, without its marks."""
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2])).split())


def test_no_page_shows_the_id_of_a_record(workbench: Workbench, drawn: Gstin, seller: Gstin, asha: Visitor) -> None:
    paths = [*pages_of(workbench, drawn, seller), f"/desk/{drawn}/statements?period=102025&which=all"]
    assert {path: found for path in paths if (found := RAW.findall(seen(asha, path)))} == {}


def test_what_looks_like_an_id_would_be_found() -> None:
    assert RAW.search("see b2b:24AAXCT0003K1ZA:SRT/25-26/118:112025 there")


def test_the_promise_says_number_section_period_supplier_and_date(drawn: Gstin, asha: Visitor) -> None:
    html = seen(asha, f"/desk/{drawn}/statements?period=102025&which=all")
    assert re.search(r"INV-0 B2B · Oct 2025 .*?24\w{13} 05-10-2025 180\.00 180\.00", html)
    rows = table(asha, f"/desk/{drawn}/tables/documents.csv", period="102025", which="all")
    (row,) = [it for it in rows if it["Number"] == "INV-0"]
    assert (row["Section"], row["Date"], row["Period"]) == ("B2B", "2025-10-05", "102025")
    assert row["Supplier"]


def test_a_promise_that_no_statement_has_takes_date_and_name_from_its_record(
    workbench: Workbench, drawn: Gstin, asha: Visitor
) -> None:
    with workbench.desk.house() as db:
        db.execute("update desk.record set trade_name = 'Of the record' where gstin = %s and number = 'INV-2'", [drawn])
    path = f"/desk/{drawn}/tables/documents.csv"
    rows = table(asha, path, period="102025", which="all") + table(asha, path, period="102025", which="all", reading=1)
    found = [(it["Supplier"], it["Date"]) for it in rows if it["Number"] == "INV-2"]
    assert found
    assert {date for _, date in found} == {"2025-10-05"}


def test_the_trail_names_records_and_finds_all_of_one(workbench: Workbench, base: str, asha: Visitor) -> None:
    name = named(asha, f"{base}/inward", "INV-3")[0]["name"]
    asha.post(f"{base}/inward/record", {"name": name, "text": "Ask the store."})
    html = asha.get(f"{base}/trail", params={"what": "commented", "text": "INV-3"}).text
    assert f'href="?text={name.replace(":", "%3A")}"' in html
    words = seen(asha, f"{base}/trail?what=commented&text=INV-3")
    assert f"INV-3 B2B · Oct 2025 {NAME} {workbench.supplier.gstin}" in words


def test_the_trail_says_of_a_link_the_numbers(workbench: Workbench, base: str, asha: Visitor) -> None:
    desk, mine, person = workbench.desk, workbench.mine, people.person(workbench.desk, "Asha")
    with desk.of([mine]) as db:
        book = next(db.execute("select id from desk.book where gstin = %s and number = 'INV-99'", [mine])).id
    number = matching.link(desk, person, mine, [f"b2b:{workbench.supplier.gstin}:INV-3:102025"], [book], together=False)
    matching.unlink(desk, person, mine, number)
    words = seen(asha, f"{base}/trail?what=held+apart&text=INV-99")
    assert "books: INV-99" in words
    assert "portal: INV-3" in words


def test_runs_name_the_supplier_also_of_what_is_gone(
    workbench: Workbench, base: str, asha: Visitor, tmp_path: Path
) -> None:
    desk, mine, party = workbench.desk, workbench.mine, workbench.supplier.gstin
    keep(desk, mine, tmp_path / "more.csv", [*rows_of(party), f"{party},GONE-1,05-10-2025,118,100,18,0,0"])
    matching.run(desk, mine)
    keep(desk, mine, tmp_path / "less.csv", rows_of(party))
    matching.run(desk, mine)
    newest = matching.matchings(desk, people.person(desk, "Asha"), mine, 1)[0].id
    assert f"GONE-1 B2B · tally {NAME} {party}" in seen(asha, f"{base}/matching/runs/{newest}")
    rows = table(asha, f"{base}/tables/run.csv", run=newest)
    assert ("GONE-1", NAME) in {(row["Number"], row["Supplier"]) for row in rows}
    assert {row["Supplier"] for row in table(asha, f"{base}/tables/run.csv", run=newest, bucket="all")} == {NAME}


def test_what_a_push_could_not_do_names_the_supplier(workbench: Workbench, base: str, enter: Enter) -> None:
    asha, desk, mine = enter("Asha"), workbench.desk, workbench.mine
    ask = {"action": "P", "records": named(asha, f"{base}/inward", "INV-5")}
    assert asha.post(f"{base}/inward/decide", ask).json()["made"] == 1
    (done,) = push(desk, people.person(desk, "Asha"), mine)
    with desk.of([mine]) as db:
        db.execute(
            "update desk.decision set state = 'refused', code = 'IMSSAV0001' where gstin = %s and push = %s",
            [mine, done.id],
        )
    assert f"{NAME} {workbench.supplier.gstin} Refused by the portal" in seen(asha, f"{base}/pushes/{done.id}")
    assert [it["Supplier"] for it in table(asha, f"{base}/tables/not-applied.csv", push=done.id)] == [NAME]
    with desk.of([mine]) as db:
        db.execute("update desk.decision set state = 'applied' where gstin = %s and push = %s", [mine, done.id])
    asha.post(f"{base}/inward/decide", {"action": "N", "records": named(asha, f"{base}/inward", "INV-5")})
    push(desk, people.person(desk, "Asha"), mine)
    sync(desk, mine)


def test_names_come_from_contacts_records_and_books(workbench: Workbench, tmp_path: Path) -> None:
    desk, mine, party = workbench.desk, workbench.mine, workbench.supplier.gstin
    asha = people.person(desk, "Asha")
    assert names_of(desk, asha, mine, [party, "27AAXCT9999K1ZZ"]) == {party: NAME}
    with desk.of([mine]) as db:
        db.execute("delete from desk.contact where gstin = %s", [mine])
        book = next(db.execute("select id from desk.book where gstin = %s and number = 'INV-99'", [mine])).id
    assert names_of(desk, asha, mine, [party], [book]) == {}
    with desk.house() as db:
        db.execute('update desk.book set source = source || \'{"supplier": "Of the books"}\' where id = %s', [book])
    assert names_of(desk, asha, mine, [party]) == {}
    assert names_of(desk, asha, mine, [party], [book]) == {party: "Of the books"}
    with desk.house() as db:
        db.execute("update desk.record set trade_name = 'Of the portal' where gstin = %s and number = 'INV-3'", [mine])
    assert names_of(desk, asha, mine, [party], [book]) == {party: "Of the portal"}
    with desk.house() as db:
        db.execute("update desk.record set trade_name = null where gstin = %s", [mine])
        db.execute("update desk.book set source = source - 'supplier' where id = %s", [book])
    with pytest.raises(NotAllowed):
        names_of(desk, people.person(desk, "Devi"), mine, [party])
