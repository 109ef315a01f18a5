"""Pictures of the workbench: every page has them, light and dark, and the documentation shows them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Response
from litestar.routes import HTTPRoute
from tools.pictures import PAGES

from gst_ims.desk.desk import Desk
from gst_ims.web.app import create_app
from gst_ims.web.matching.endpoints import VIEWS

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs/images"
GALLERY = ROOT / "docs/how-to/the-workbench-in-pictures.md"
TAXPAYERS = {"mine": "/desk/27ADGCK1498U1ZB", "seller": "/desk/24ANBCH1351H1ZB"}
#: What a page loads later: it is in the picture of its page.
PARTS = ("/inward/record", "/inward/suppliers", "/matching/list", "/matching/doubtful", "/matching/state")


@cache
def pages() -> list[str]:
    """The addresses at which the workbench answers with a page, as its routes have them."""
    return sorted(
        route.path
        for route in create_app(cast("Desk", None)).routes
        if isinstance(route, HTTPRoute) and not route.path.endswith(PARTS)
        for handler in route.route_handlers
        if "GET" in handler.http_methods
        and handler.parsed_fn_signature.return_type.annotation in (Response[str], Response[Any])
    )


def leads(route: str, address: str) -> bool:
    """Whether an address is one of a route."""
    pattern = re.sub(r"\{\w+:(int|str)\}", lambda kind: r"\d+" if kind[1] == "int" else "[^/]+", route)
    return re.fullmatch(pattern, urlsplit(address.format(**TAXPAYERS)).path) is not None


def test_every_page_has_its_picture() -> None:
    there = pages()
    assert {"/sign-in", "/desk", "/desk/{taxpayer:str}/trail"} <= set(there)
    assert [route for route in there if not any(leads(route, address) for address in PAGES.values())] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_of_a_page(name: str) -> None:
    assert [route for route in pages() if leads(route, PAGES[name])] != []


def test_every_list_of_matching_has_its_picture() -> None:
    lists = [parse_qs(urlsplit(it).query).get("view", ["open"])[0] for it in PAGES.values() if "/matching" in it]
    assert set(VIEWS) <= set(lists)


def test_what_a_new_page_would_be_is_seen() -> None:
    assert not any(leads("/desk/{taxpayer:str}/novelties", address) for address in PAGES.values())
    assert leads("/desk/{taxpayer:str}/pushes/{number:int}", "{mine}/pushes/1?a=b")
    assert not leads("/desk/{taxpayer:str}/pushes/{number:int}", "{mine}/pushes/x")


def test_pictures_are_there_light_and_dark_and_no_others() -> None:
    wanted = {f"{name}-{scheme}.webp" for name in PAGES for scheme in ("light", "dark")}
    assert {it.name for it in IMAGES.iterdir()} == wanted


def test_pictures_are_small_enough_to_be_kept() -> None:
    files = list(IMAGES.iterdir())
    assert all(it.read_bytes()[8:12] == b"WEBP" for it in files)
    assert sum(it.stat().st_size for it in files) < 3_200_000


def test_the_documentation_shows_all_of_them() -> None:
    shown = re.findall(r"!\[[^]]+\]\(\.\./images/([^)]+)\)", GALLERY.read_text())
    assert sorted(shown) == sorted(it.name for it in IMAGES.iterdir())


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/use-the-workbench.md"])
def test_pages_show_pictures_that_there_are(page: str) -> None:
    shown = re.findall(r"\(((?:docs|\.\.)/images/[^)]+)\)", (ROOT / page).read_text())
    assert len(shown) >= 4
    assert [it for it in shown if not (ROOT / page).parent.joinpath(it).exists()] == []
