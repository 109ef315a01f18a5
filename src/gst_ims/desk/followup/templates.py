"""The texts that people get: templates in files, filled in by Jinja2 in its sandbox.

The first line of a template is the subject. What a template can say is what `Told` has, and nothing else is reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, indian
from gst_ims.core.period import Period
from gst_ims.desk.followup.documents import Document

#: The questions of a message, in its order, by kind of document.
KINDS = ("unfiled", "mismatch", "missing", "rejected", "pending")
#: More documents than this stand in the workbook only.
LISTED = 20
_LONGEST = 20_000
#: What a template can be made of. Whatever could call, be called or grow isn't there: nothing that is short takes long.
_PARTS = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.CondExpr, nodes.Filter, nodes.Test),
    *(nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Literal, nodes.Keyword, nodes.Compare, nodes.Operand),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg, nodes.Slice),
)
#: How many loops may stand in one another: groups, and their documents.
_LOOPS = 2
_WRONG = (TemplateError, RecursionError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
_FILTERS = ("default", "first", "int", "join", "last", "length", "lower", "map", "sum", "title", "trim", "upper")


@dataclass(frozen=True)
class Group:
    """Documents about which one thing is asked."""

    kind: str
    documents: Sequence[Document]

    @property
    def tax(self) -> Paise:
        """The tax of all of them."""
        return sum(it.tax for it in self.documents)

    @property
    def first(self) -> Sequence[Document]:
        """Those that stand in the text itself."""
        return self.documents[:LISTED]


@dataclass(frozen=True)
class Told:
    """What a template is filled in with."""

    name: str
    gstin: Gstin
    party: Gstin
    party_name: str
    groups: Sequence[Group]
    reply_by: date
    person: str

    @property
    def count(self) -> int:
        """How many documents it is about."""
        return sum(len(group.documents) for group in self.groups)

    @property
    def tax(self) -> Paise:
        """The tax of all documents."""
        return sum(group.tax for group in self.groups)


@dataclass(frozen=True)
class Text:
    """A message for people."""

    subject: str
    body: str


def shipped(name: str) -> str:
    """A template that comes with the program: supplier, customer or digest."""
    return resources.files("gst_ims.desk.followup").joinpath("templates", f"{name}.txt").read_text(encoding="utf-8")


def fill(template: str, **told: Any) -> Text:
    """Fill in a template. Raises Invalid where it can't be: a word that isn't known, or is forbidden."""
    try:
        environment = _environment()
        parsed = environment.parse(template)
        _look_at(parsed)
        text = environment.from_string(parsed).render(**told)
    except _WRONG as error:
        line = getattr(error, "lineno", None)
        raise Invalid(f"The template can't be filled in{f', line {line}' if line else ''}: {error}") from error
    subject, _, body = text.strip().partition("\n")
    if not subject.strip() or not body.strip():
        raise Invalid("A template has its subject in the first line, and the text below: one of them is empty.")
    # The header of a mail is one line, whatever a party is called.
    return Text(" ".join(subject.split()), f"{body.strip()}\n")


def check(template: str) -> None:
    """Raises Invalid for a template that can't be filled in with documents of every kind."""
    if len(template) > _LONGEST:
        raise Invalid(f"The template has {len(template)} characters: {_LONGEST} are enough.")
    fill(template, it=_SAMPLE)


def _look_at(node: nodes.Node, loops: int = 0) -> None:
    """Raises SecurityError for what has no place in a template."""
    if not isinstance(node, _PARTS):
        raise SecurityError(f"line {node.lineno}: there is no {type(node).__name__.lower()} in templates")
    loops += isinstance(node, nodes.For)
    if loops > _LOOPS or (isinstance(node, nodes.For) and node.recursive):
        raise SecurityError(f"line {node.lineno}: more than {_LOOPS} loops stand in one another")
    for child in node.iter_child_nodes():
        _look_at(child, loops)


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    made.filters = {name: made.filters[name] for name in _FILTERS} | {"rupees": indian, "day": print_date}
    made.globals = {}
    return made


def _sample(kind: str) -> Document:
    day, of = date(2025, 11, 3), Period(2025, 11)
    words = {"name": "Sample Mills", "id": "b2b:24AAXCT0003K1ZA:INV-1:112025", "remarks": "returned", "detail": ""}
    return Document(
        kind=kind,
        party=Gstin("24AAXCT0003K1ZA"),
        section="b2b",
        number="INV-1",
        date=day,
        period=of,
        form="R1",
        value=1180_00,
        taxable=1000_00,
        tax=180_00,
        **words,
    )


_SAMPLE = Told(
    "Konkan Traders",
    Gstin("27AAXCT0001K1Z6"),
    Gstin("24AAXCT0003K1ZA"),
    "Sample Mills",
    [Group(kind, [_sample(kind)]) for kind in KINDS],
    date(2025, 11, 12),
    "Asha",
)
