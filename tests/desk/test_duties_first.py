"""Each thing that a person calls asks for a duty before anything else: for a taxpayer of his, and for a role."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import gst_ims.desk
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import NotAllowed
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push.whatif import Supposed

MINE = Gstin("27AAPFU0939F1ZV")


def things() -> dict[str, Callable[..., Any]]:
    """All that is done by somebody for a taxpayer, or for several."""
    found: dict[str, Callable[..., Any]] = {}
    for it in pkgutil.walk_packages(gst_ims.desk.__path__, "gst_ims.desk."):
        module = import_module(it.name)
        for name, value in vars(module).items():
            if not inspect.isfunction(value) or value.__module__ != it.name or name.startswith("_"):
                continue
            takes = inspect.signature(value).parameters
            if "by" in takes and {"gstin", "gstins"} & set(takes):
                found[f"{it.name.removeprefix('gst_ims.desk.')}.{name}"] = value
    return found


def refuses(thing: Callable[..., Any], by: Person) -> bool:
    """Whether somebody is refused. There is nothing else to work with, so whoever isn't gets another error."""
    told: dict[str, Any] = {
        "by": by,
        "gstin": MINE,
        "gstins": [MINE],
        "period": Period(2025, 10),
        "supposed": Supposed(),
    }
    given = {
        name: told.get(name)
        for name, it in inspect.signature(thing).parameters.items()
        if name in told or it.default is inspect.Parameter.empty
    }
    try:
        made = thing(**given)
        if hasattr(made, "__enter__"):
            made.__enter__()
        elif inspect.isgenerator(made):
            next(made)
    except NotAllowed:
        return True
    except Exception:
        return False
    return False


def test_nobody_does_anything_for_who_is_not_his() -> None:
    assert [name for name, thing in things().items() if not refuses(thing, Person("Devi", {}))] == []


#: What takes a role, by the roles that let one do it. Everything else is for whoever has any duty.
TAKES = {
    "administrator": {
        *(
            "followup.contacts.import_contacts",
            "followup.contacts.keep",
            "followup.contacts.remove",
            "followup.settings.put",
            "people.service.grant",
            "people.service.revoke",
        ),
    },
    "approver": {
        *("policy.service.approve", "policy.service.use", "policy.vendors.drop", "policy.vendors.put"),
        *("review.steps.approve", "review.steps.give_back"),
    },
    "approver or preparer": {"policy.service.put"},
    "preparer": {
        *("followup.drafts.drafts", "followup.messages.answered", "followup.messages.ask", "followup.messages.requeue"),
        *("match.service.link", "match.service.request", "match.service.unlink", "policy.service.request"),
        *("push.promise.compare", "push.service.push", "push.service.request", "register.service.drop"),
        *("register.service.keep", "report.deciding.decide_from", "review.deciding.decide_about"),
        *("review.deciding.preview", "review.steps.undo", "sync.sales.request", "sync.service.request"),
    },
}


def test_what_takes_a_role_takes_just_that() -> None:
    found: dict[str, set[str]] = {}
    for name, thing in things().items():
        may = {role for role in Role if not refuses(thing, Person("Asha", {MINE: frozenset({role})}))}
        if may != set(Role):
            found.setdefault(" or ".join(sorted(may)), set()).add(name)
    assert found == TAKES
