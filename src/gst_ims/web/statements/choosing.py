"""What an address of GSTR-2B says: which reading of it, and what is supposed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from litestar.datastructures import MultiDict
from litestar.di import NamedDependency

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.figures.service import days
from gst_ims.desk.people.service import Person, registration
from gst_ims.desk.push.statements import Kept, figures
from gst_ims.desk.push.whatif import Supposed
from gst_ims.web.pages import AnyRequest
from gst_ims.web.reading import read_period

_ACTIONS = {"": None, "A": Action.ACCEPT, "P": Action.PENDING, "R": Action.REJECT}


#: Where a figure stands: part, supply and leaf of the form.
Place = tuple[str, str, str]


def find(found: list[Kept], period: str, reading: int) -> Kept:
    """A reading of a period; without a number its newest. Raises Unknown."""
    for it in found:
        if str(it.period) == period and reading in (0, it.id):
            return it
    raise Unknown(f"GSTR-2B {period} wasn't read as number {reading}.")


def both(desk: Desk, person: Person, gstin: Gstin, kept: Kept, before: Kept) -> list[tuple[Place, int, int]]:
    """Figures of either reading: where each stands, and its total before and after."""
    was, now = ({it[:3]: it.total for it in figures(desk, person, gstin, one)} for one in (before, kept))
    return [(place, was.get(place, 0), now.get(place, 0)) for place in {**now, **was}]


@dataclass(frozen=True)
class Supposing:
    """What is supposed of a period, as the address has it. At first, when nothing is asked, the open decisions are."""

    period: str = ""
    asked: str = ""
    decisions: str = ""
    policy: str = ""
    undecided: str = ""
    supplier: str = ""
    of_supplier: str = "R"

    @property
    def supposed(self) -> Supposed:
        """As the desk takes it. Raises Invalid."""
        if self.undecided not in _ACTIONS or (action := _ACTIONS.get(self.of_supplier)) is None:
            raise Invalid(f"There is no action {self.undecided or self.of_supplier!r}: use A, P or R.")
        decisions = bool(self.decisions) or not self.asked
        return Supposed(self.supplier.strip().upper(), action, decisions, bool(self.policy), _ACTIONS[self.undecided])

    def of(self, desk: Desk, gstin: Gstin) -> Period:
        """The period: the one that is due where none is said. Raises Invalid."""
        return read_period(self.period) or days(registration(desk, gstin), desk.clock.now().date()).period

    def words(self, of: Period) -> dict[str, str]:
        """What an address says to ask the same again."""
        return asdict(self) | {"period": str(of), "asked": "y", "decisions": "y" if self.supposed.decisions else ""}


TheSupposing = NamedDependency[Supposing]


def provide_supposing(request: AnyRequest) -> Supposing:
    """What an address supposes."""
    return read_supposing(request.query_params)


def read_supposing(told: MultiDict[str]) -> Supposing:
    """What words of an address suppose."""
    return Supposing(**{name: str(told[name]) for name in Supposing.__dataclass_fields__ if name in told})
