"""/docs shows the API in a browser with nothing but our own files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar.testing import TestClient

from gst_ims.portal.docs import endpoints

PAGES = sorted(endpoints.OURS.glob("*.html"))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the viewer should be installed. Nothing is there yet."""
    files = {
        name: (tmp_path if folder == endpoints.INSTALLED else folder, kind)
        for name, (folder, kind) in endpoints.FILES.items()
    }
    monkeypatch.setattr(endpoints, "FILES", files)
    return tmp_path


def install(viewer: Path) -> None:
    for name, (folder, _) in endpoints.FILES.items():
        if folder == viewer:
            (folder / name).write_text("/* from npm */")


def test_the_page_and_all_that_it_loads_are_ours(http: TestClient, viewer: Path) -> None:
    install(viewer)
    page = http.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"/docs/assets/swagger-ui-bundle.js", "/docs/assets/init.js", "/openapi.json"} <= set(loaded)
    for address in loaded:
        assert http.get(address).status_code == 200, address


@pytest.mark.parametrize("path", ["/docs", "/docs/assets/init.js", "/docs/assets/docs.css"])
def test_the_policy_lets_nothing_else_in(http: TestClient, path: str) -> None:
    headers = http.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_inline_script_or_style_and_names_no_host(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|<script>|<script [^>]*>[^<]|//", text.replace("<!doctype html>", "")
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("init.js", "text/javascript"), ("docs.css", "text/css"), ("favicon.svg", "image/svg+xml")]
)
def test_a_file_has_its_type(http: TestClient, name: str, kind: str) -> None:
    answer = http.get(f"/docs/assets/{name}")
    assert answer.headers["content-type"].split(";")[0] == kind
    assert answer.content == (endpoints.OURS / name).read_bytes()


def test_without_the_viewer_the_page_says_what_to_do(http: TestClient, viewer: Path) -> None:
    page = http.get("/docs")
    assert page.status_code == 503
    assert "make setup" in page.text
    assert http.get("/docs/assets/swagger-ui-bundle.js").status_code == 404


@pytest.mark.parametrize("name", ["endpoints.py", "index.html", "..%2Fopenapi.py", "%2e%2e%2fopenapi.py", ".ready"])
def test_no_other_file_is_given_out(http: TestClient, name: str) -> None:
    assert http.get(f"/docs/assets/{name}").status_code == 404


def test_the_viewer_is_pinned_without_addresses() -> None:
    assert "://" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert re.search(r'"swagger-ui-dist": "\d+\.\d+\.\d+"', (ROOT / "package.json").read_text(encoding="utf-8"))
