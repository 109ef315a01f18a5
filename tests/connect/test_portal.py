"""The protocol, and what the ways say that they can."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from gst_ims.client import Computation, Reference, Session
from gst_ims.connect import portal
from gst_ims.connect.offline import Batch, Offline
from gst_ims.connect.portal import WAYS, Ability, Portal

METHODS = [name for name, it in vars(Portal).items() if inspect.isfunction(it) and not name.startswith("_")]


def test_an_ability_is_a_method_and_no_method_is_left_out() -> None:
    assert sorted(Ability) == sorted(METHODS)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", [Session, Offline])
def test_a_way_is_called_as_the_protocol_says(kind: type[Any], method: str) -> None:
    wanted = inspect.signature(getattr(Portal, method)).parameters
    given = inspect.signature(getattr(kind, method)).parameters
    assert [(it.name, it.kind) for it in given.values()] == [(it.name, it.kind) for it in wanted.values()]
    assert all((it.default is it.empty) == (wanted[it.name].default is it.empty) for it in given.values())


@pytest.mark.parametrize(
    ("protocol", "kinds"), [(portal.Reference, [Reference, Batch]), (portal.Computation, [Computation])]
)
def test_what_a_way_gives_back_has_what_the_protocol_says(protocol: type[Any], kinds: list[type[Any]]) -> None:
    members = [name for name in vars(protocol) if not name.startswith("_")]
    # A dataclass with slots has its fields as members of the class.
    assert members
    assert all(hasattr(kind, name) for kind in kinds for name in members)


def test_the_ways_are_named_as_profiles_have_them() -> None:
    assert list(WAYS) == ["local", "sandbox", "offline"]
    assert all(name == way.name and way.says.endswith(".") for name, way in WAYS.items())


def test_the_apis_can_do_everything_and_differ_by_the_address() -> None:
    local, sandbox = WAYS["local"], WAYS["sandbox"]
    assert local.can == sandbox.can == set(Ability)
    assert (local.base_url, sandbox.base_url) == ("http://127.0.0.1:8000", None)


def test_the_offline_way_is_carried_by_hand_and_does_less() -> None:
    assert WAYS["offline"].by_hand
    assert WAYS["offline"].can < set(Ability)


def test_a_computation_is_named_so_that_it_can_be_taken_up_again() -> None:
    assert isinstance(vars(portal.Computation)["reference_id"], property)
    parameters = inspect.signature(Portal.computation).parameters
    assert list(parameters) == ["self", "reference_id", "period"]
    assert parameters["period"].default is None
    assert Ability.COMPUTATION not in WAYS["offline"].can


@pytest.mark.parametrize("ability", Ability)
def test_an_ability_is_written_as_its_method(ability: Ability) -> None:
    assert ability == ability.value == ability.name.lower()
    assert callable(getattr(Portal, ability))
    assert (getattr(Portal, ability).__doc__ or "").strip().endswith((".", "…"))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_whoever_computes_can_take_a_computation_up_again(way: portal.Way) -> None:
    assert (Ability.REGENERATE in way.can) == (Ability.COMPUTATION in way.can)
    assert {Ability.RECORDS, Ability.SAVE, Ability.PENDING} <= way.can, "what a way is for"
