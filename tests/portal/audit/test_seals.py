"""The trail can only be added to, and whoever gets around that is found out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg.errors import InsufficientPrivilege
from tests.api import MUMBAI, PUNE, SURAT, Api, as_owner, echo, invoice

from gst_ims.core.gstin import Gstin
from gst_ims.portal.audit import service
from gst_ims.portal.audit.service import Break, Sealed


def verify(api: Api, rtin: Gstin | None = None) -> tuple[Sealed, list[Break]]:
    with api.portal.transaction() as db:
        return service.verify(db, rtin)


def entries(api: Api, rtin: Gstin) -> list[int]:
    """The ids of a recipient's entries, in order."""
    with as_owner(api.portal) as db:
        return [row.id for row in db.execute("select id from trail where rtin = %s order by id", [rtin]).fetchall()]


def tamper(api: Api, sql: str, *parameters: object) -> None:
    """Do it with all the rights that there are."""
    with as_owner(api.portal, triggers=False) as db:
        assert db.execute(sql, parameters).rowcount > 0  # type: ignore[arg-type]


def test_an_untouched_trail_is_whole(sealed: Api) -> None:
    found, breaks = verify(sealed)
    assert breaks == []
    assert (found.seals, found.entries, found.unsealed) == (5, 8, 0)


def test_a_recipient_s_own_trail_can_be_verified_alone(sealed: Api) -> None:
    found, breaks = verify(sealed, PUNE)
    assert (found.seals, found.entries, found.unsealed, breaks) == (2, 2, 0, [])


def test_what_is_not_sealed_yet_is_no_break(sealed: Api) -> None:
    sealed.taxpayer(SURAT).sell(MUMBAI, invoice("D", day="05-11-2025"), period="2025/11")
    found, breaks = verify(sealed)
    assert (found.unsealed, breaks) == (1, [])


def test_sealing_again_without_news_makes_no_seal(sealed: Api) -> None:
    before, _ = verify(sealed)
    service.seal(sealed.portal)
    assert verify(sealed)[0] == before


def test_a_new_seal_changes_the_hash(sealed: Api) -> None:
    before, _ = verify(sealed)
    sealed.taxpayer(SURAT).sell(MUMBAI, invoice("D", day="05-11-2025"), period="2025/11")
    service.seal(sealed.portal)
    after, _ = verify(sealed)
    assert (after.seals, after.hash != before.hash) == (6, True)


def test_more_than_a_batch_is_sealed_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    api.set_clock("2025-11-05T10:00")
    api.taxpayer(SURAT).sell(MUMBAI, *(invoice(f"I{n}") for n in range(5)))
    service.seal(api.portal)
    found, breaks = verify(api)
    assert (found.seals, found.entries, found.unsealed, breaks) == (3, 5, 0, [])


def test_what_is_committed_late_is_sealed_late(api: Api) -> None:
    """Its id is lower than those that are sealed already."""
    api.set_clock("2025-11-05T10:00")
    seller = api.taxpayer(SURAT)
    with api.portal.as_supplier(SURAT) as late:
        late.execute(
            "insert into trail (rtin, at, event, section, stin, number, period, form, port_code)"
            " values (%s, now(), 'saved', 'b2b', %s, 'LATE', '2025-10-01', 'R1', '')",
            [MUMBAI, SURAT],
        )
        seller.sell(MUMBAI, invoice("SOON"))
        service.seal(api.portal)
    service.seal(api.portal)
    found, breaks = verify(api)
    assert (found.seals, found.entries, breaks) == (2, 2, [])


def test_while_one_seals_another_leaves_it_to_him(sealed: Api) -> None:
    sealed.taxpayer(SURAT).sell(MUMBAI, invoice("D", day="05-11-2025"), period="2025/11")
    with sealed.portal.transaction() as db:
        assert service.queries.hold_sealing(db)
        service.seal(sealed.portal)
        assert verify(sealed)[0].unsealed == 1


def test_what_is_undone_is_not_in_the_trail(sealed: Api) -> None:
    before, _ = verify(sealed)
    with pytest.raises(ZeroDivisionError), sealed.portal.as_supplier(SURAT) as db:  # noqa: PT012
        db.execute(
            "insert into trail (rtin, at, event, section, stin, number, period, form, port_code)"
            " values (%s, now(), 'saved', 'b2b', %s, 'UNDONE', '2025-10-01', 'R1', '')",
            [MUMBAI, SURAT],
        )
        raise ZeroDivisionError
    assert verify(sealed) == (before, [])


CHANGES = {
    "who": "update trail set stin = '24AAXCT0009K1Z0' where id = %s",
    "when": "update trail set at = '2025-11-05 10:00:01+05:30' where id = %s",
    "what": "update trail set event = 'reset' where id = %s",
    "the action before": "update trail set was = 'P' where id = %s",
    "the action after": "update trail set became = 'R' where id = %s",
    "the request": "update trail set reference_id = null where id = %s",
    "the details": 'update trail set details = \'{"remarks": "never"}\' where id = %s',
    "the document": "update trail set number = 'X' where id = %s",
    "the period": "update trail set period = '2025-09-01' where id = %s",
}


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
def test_a_changed_entry_is_named(sealed: Api, sql: str) -> None:
    third = entries(sealed, MUMBAI)[2]
    tamper(sealed, sql, third)
    assert verify(sealed)[1] == [Break(MUMBAI, third, 2, "entry changed")]


@pytest.mark.parametrize("place", [0, 3, -1])
def test_a_removed_entry_is_named(sealed: Api, place: int) -> None:
    gone = entries(sealed, MUMBAI)[place]
    tamper(sealed, "delete from trail where id = %s", gone)
    ((found,)) = verify(sealed)[1]
    assert (found.rtin, found.entry, found.what) == (MUMBAI, gone, "entry removed")


def test_an_entry_that_was_put_in_is_named(sealed: Api) -> None:
    first = entries(sealed, MUMBAI)[0]
    tamper(
        sealed,
        "insert into trail (rtin, id, at, event, section, stin, number, period, form, port_code)"
        " overriding system value"
        " select rtin, 1000000, at, event, section, stin, 'NEVER', period, form, port_code from trail where id = %s",
        first,
    )
    assert verify(sealed)[1] == [Break(MUMBAI, 1000000, None, "entry put in")]


def test_an_entry_that_is_removed_before_it_is_sealed_is_missed(sealed: Api) -> None:
    sealed.taxpayer(SURAT).sell(PUNE, invoice("D", day="05-11-2025"), period="2025/11")
    gone = entries(sealed, PUNE)[-1]
    tamper(sealed, "delete from trail where id = %s", gone)
    assert verify(sealed)[1] == [Break(PUNE, gone, None, "entry removed")]
    service.seal(sealed.portal)
    assert verify(sealed)[1] == [Break(PUNE, gone, 3, "entry removed")]


SEALS: dict[str, str] = {
    "its digests": "update trail_seal set digests[1] = sha256('x') where rtin = %s and number = 2",
    "its time": "update trail_seal set sealed_at = now() where rtin = %s and number = 2",
    "its hash": "update trail_seal set hash = sha256('x') where rtin = %s and number = 2",
    "all of it": "delete from trail_seal where rtin = %s and number = 2",
    "the first": "delete from trail_seal where rtin = %s and number = 1",
}


@pytest.mark.parametrize("sql", SEALS.values(), ids=SEALS)
def test_a_seal_that_is_changed_or_removed_is_found_out(sealed: Api, sql: str) -> None:
    tamper(sealed, sql, MUMBAI)
    (found,) = verify(sealed)[1]
    assert found.rtin == MUMBAI


def forged(api: Api, entry: int) -> tuple[list[bytes], bytes]:
    """The digests of the second seal, if the entry were its first as it is now; and the hash that goes with them."""
    with as_owner(api.portal) as db:
        return db.execute(
            """select d.digests, hash_of(p.hash, s.rtin, s.number, s.sealed_at, s.ids, d.digests)
                 from trail t
                 join trail_seal s on s.rtin = t.rtin and s.number = 2
                 join trail_seal p on p.rtin = t.rtin and p.number = 1,
                      lateral (select digest_of(
                          t.rtin, t.id, t.at, t.event, t.reference_id, t.section, t.stin, t.number, t.period, t.form,
                          t.port_code, t.was, t.became, t.details) as digest) n,
                      lateral (select array[n.digest] || s.digests[2:] as digests) d
                where t.rtin = %s and t.id = %s""",
            [MUMBAI, entry],
        ).fetchone()


def test_an_entry_changed_together_with_its_digest_breaks_the_chain(sealed: Api) -> None:
    third = entries(sealed, MUMBAI)[2]
    tamper(sealed, "update trail set became = 'R' where id = %s", third)
    digests, _ = forged(sealed, third)
    tamper(sealed, "update trail_seal set digests = %s where rtin = %s and number = 2", digests, MUMBAI)
    assert verify(sealed)[1] == [Break(MUMBAI, third, 2, "seal changed, or one before it removed")]


def test_and_with_the_seal_s_hash_breaks_the_next(sealed: Api) -> None:
    third, fifth = entries(sealed, MUMBAI)[2], entries(sealed, MUMBAI)[4]
    tamper(sealed, "update trail set became = 'R' where id = %s", third)
    digests, hashed = forged(sealed, third)
    change = "update trail_seal set digests = %s, hash = %s where rtin = %s and number = 2"
    tamper(sealed, change, digests, hashed, MUMBAI)
    assert verify(sealed)[1] == [Break(MUMBAI, fifth, 3, "seal changed, or one before it removed")]


def test_the_first_place_of_each_recipient_is_named(sealed: Api) -> None:
    tamper(sealed, "update trail set became = 'R'")
    assert [(b.rtin, b.entry) for b in verify(sealed)[1]] == [
        (MUMBAI, entries(sealed, MUMBAI)[0]),
        (PUNE, entries(sealed, PUNE)[0]),
    ]
    assert [b.rtin for b in verify(sealed, PUNE)[1]] == [PUNE]


REFUSED: dict[str, Callable[[str], str]] = {
    "changing": lambda table: f"update {table} set rtin = rtin",
    "deleting": lambda table: f"delete from {table}",
    "emptying": lambda table: f"truncate {table}",
}


@pytest.mark.parametrize("table", ["trail", "trail_0", "trail_7", "trail_seal"])
@pytest.mark.parametrize("how", REFUSED)
def test_even_the_database_s_owner_is_stopped(sealed: Api, table: str, how: str) -> None:
    for number in range(40):  # so that every partition has entries
        sealed.taxpayer(SURAT)
        with sealed.portal.transaction() as db:
            db.execute(
                "insert into trail (rtin, at, event, section, stin, number, period, form, port_code)"
                " values (%s, now(), 'saved', 'b2b', 'S', 'N', '2025-10-01', 'R1', '')",
                [f"R{number}"],
            )
    with pytest.raises(InsufficientPrivilege, match="is written once"), sealed.portal.transaction() as db:  # noqa: PT012
        db.execute("set local role none")
        db.execute(REFUSED[how](table))  # type: ignore[arg-type]


def test_a_what_if_leaves_nothing_to_be_sealed(sealed: Api) -> None:
    buyer = sealed.taxpayer(MUMBAI)
    rows = [echo(row, "R") for row in buyer.records("B2B")]
    body = {"gstin": MUMBAI, "ret_period": "102025", "invdata": {"b2b": rows}}
    sealed.set_clock("2025-11-16T10:00")
    before, _ = verify(sealed)
    assert sealed.operator("POST", "what-if", json=body).status_code == 200
    assert verify(sealed) == (before, [])
