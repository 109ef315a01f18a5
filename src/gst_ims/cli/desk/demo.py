"""The demo's desk: three people, the group's four taxpayers, and books that nearly agree with what the portal says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import structlog

from gst_ims.cli.client.config import Profile, put
from gst_ims.cli.logs import errors_only
from gst_ims.client.record import Record
from gst_ims.core.errors import ImsError
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import OTHERS
from gst_ims.desk.desk import Desk
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sessions import service as sessions
from gst_ims.desk.sync import service as syncing
from gst_ims.portal.access.service import TEST_KEY
from gst_ims.synthetic import demo
from gst_ims.synthetic.people import Company
from gst_ims.synthetic.registers import write

log = structlog.get_logger()

PASSWORD = "password_test_local"  # noqa: S105 - test mode's, which the welcome prints
STAFF = {
    "bina": (Role.ADMINISTRATOR, Role.APPROVER),
    "asha": (Role.PREPARER,),
    "chetan": (Role.APPROVER,),
}
_SEED = 2026
#: Seconds that the end waits for a reading that is under way.
_PATIENCE = 20
LABEL = "tally"


def config_in(folder: Path) -> Path:
    """Where the profiles of the demo are."""
    return folder / "config.toml"


def found(desk: Desk, address: str, folder: Path) -> str:
    """Make the desk, as far as it isn't there: profiles that lead to the portal at `address`, taxpayers, people.

    Returns what to say at the door.
    """
    for company in demo().recipients:
        profile = Profile(str(company.gstin), company.username, address, TEST_KEY)
        put(config_in(folder), company.username, profile, default=False)
        frequency = "quarterly" if company.quarterly else "monthly"
        people.found(desk, company.gstin, company.trade_name, company.username, frequency, "bina")
        bina = people.person(desk, "bina")
        for name, roles in STAFF.items():
            people.put_person(desk, bina, name, f"{name}@saraswati.example")
            for role in roles:
                people.grant(desk, bina, company.gstin, name, role)
    for name in STAFF:
        if not sessions.has_password(desk, name):
            sessions.set_password(desk, name, PASSWORD)
    return f"The demo: sign in as asha (prepares), bina or chetan (approve), with {PASSWORD}."


@contextmanager
def filling(desk: Desk, folder: Path, announce: Callable[[], None]) -> Generator[Callable[[], None]]:
    """`announce`, before which the desk is filled, in the background: the portal that it reads has to listen first."""

    def fill_and_say() -> None:
        try:
            with errors_only():
                _fill(desk, folder)
        finally:
            announce()

    worker = Thread(target=fill_and_say, daemon=True)
    yield worker.start
    if worker.is_alive():
        worker.join(_PATIENCE)


def _fill(desk: Desk, folder: Path) -> None:
    """Read the portal, write and keep each taxpayer's register, and match. Who has a register has it all."""
    asha = people.person(desk, "asha")
    for company in demo().recipients:
        try:
            if not registers.registers(desk, asha, company.gstin):
                _fill_one(desk, asha, company, folder)
        except ImsError as error:
            log.warning("the demo's desk isn't whole: it is gone on with at the next start", error=str(error))
            return


def _fill_one(desk: Desk, asha: Person, company: Company, folder: Path) -> None:
    gstin: Gstin = company.gstin
    syncing.sync(desk, gstin, asha.name)
    path = folder / f"{company.username}-purchases.xlsx"
    write(path, _records(desk, company), _SEED)
    with read([path], gstin) as register:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        registers.keep(desk, asha, gstin, LABEL, register, {path.name: digest})
    matching.run(desk, gstin, asha.name)


def _records(desk: Desk, company: Company) -> list[Record]:
    """What the portal has, with the suppliers' names, which it doesn't tell."""
    names = {it.gstin: it.trade_name for it in (*demo().recipients, *demo().suppliers)}
    with desk.ways(company.username, company.gstin) as portal:
        records = [record for section in OTHERS for record in portal.records(section)]
    return [replace(record, trade_name=names.get(record.stin)) for record in records]
