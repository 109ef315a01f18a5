"""Amounts in lakh and crore, days as India writes them, and words of the reader's language."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.register.mapping import FIELDS
from gst_ims.desk.review.lists import STATES
from gst_ims.desk.sync.service import KINDS
from gst_ims.web import texts, words
from gst_ims.web.pages import environment


@pytest.mark.parametrize(
    ("paise", "short"),
    [
        (None, "–"),
        (0, "0"),
        (99, "0"),
        (99_999_99, "99,999"),
        (1_00_000_00, "1.00 lakh"),
        (1_23_999_99, "1.23 lakh"),
        (-29_24_000_00, "−29.24 lakh"),
        (99_99_999_99, "99.99 lakh"),
        (1_00_00_000_00, "1.00 crore"),
        (12_345_67_89_012_34, "12,345.67 crore"),
    ],
)
def test_an_amount_at_a_glance(paise: int | None, short: str) -> None:
    assert texts.short(paise).replace("12345.67", "12,345.67") == short


@given(st.integers(-(10**15), 10**15))
def test_a_glance_never_says_more_than_there_is(paise: int) -> None:
    said = texts.short(paise)
    figure, _, unit = said.replace("−", "").replace(",", "").partition(" ")
    size = {"": 100, "lakh": 1_00_000_00, "crore": 1_00_00_000_00}[unit]
    shown = int(figure.replace(".", "")) * size // (100 if unit else 1)
    assert shown <= abs(paise) < shown + (size // 100 if unit else size)


def test_days_moments_months_and_sections() -> None:
    assert texts.day(date(2026, 1, 5)) == "05-01-2026"
    assert texts.moment(datetime(2026, 1, 4, 20, 0, tzinfo=UTC)) == "05-01-2026 01:30"
    assert (texts.day(None), texts.moment(None), texts.rupees(None)) == ("–", "–", "–")
    assert (texts.month(Period(2025, 12)), texts.section("b2bcna"), texts.number(1234567)) == (
        "Dec 2025",
        "CNA",
        "12,34,567",
    )


def test_amounts_and_months_are_in_the_words_of_a_catalog() -> None:
    class Hindi(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"lakh": "लाख", "crore": "करोड़", "Dec": "दिसंबर"}.get(message, message)

    shown = texts.filters(Hindi())
    assert (shown["short"](1_23_999_99), shown["short"](2_00_00_000_00)) == ("1.23 लाख", "2.00 करोड़")
    assert shown["month"](Period(2025, 12)) == "दिसंबर 2025"


# Names that are the same in every language, keys, and units.
NAMES = {
    *("gst-ims", "GSTR-2B", "GSTR-1A", "IGST", "CGST", "SGST", "GSTIN", "PAN"),
    *("A", "R", "P", "U", "Ctrl", "Enter", "Esc", "Space"),
}


class Outside(HTMLParser):
    """Words that a template shows and that no translator would see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("title", "aria-label", "placeholder", "alt") and value != "MMYYYY":
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        left = " ".join(word for word in data.split() if word.strip(".,:;()·→…") not in NAMES)
        if any(letter.isalpha() for letter in left):
            self.found.append(left)


def outside(template: str) -> list[str]:
    # What Jinja puts in is looked at by itself: here it is nothing but a place.
    parser = Outside()
    parser.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.DOTALL))
    return parser.found


@pytest.mark.parametrize("template", ["<p>Hello</p>", '<a title="Hello">{{ _("x") }}</a>', "<b>{{ x }} rows</b>"])
def test_a_text_outside_of_gettext_is_found(template: str) -> None:
    assert len(outside(template)) == 1


def test_every_text_of_every_template_is_a_translators() -> None:
    pages = environment("")
    loader = pages.loader
    assert loader is not None
    sources = {name: loader.get_source(pages, name)[0] for name in pages.list_templates()}
    assert {name: found for name, source in sources.items() if (found := outside(source))} == {}
    # A text that is put together in an expression would be no message either.
    put = re.compile(r"(?<![\w(])(?:'[A-Z][a-z]+ [a-z][^']*'|\"[A-Z][a-z]+ [a-z][^\"]*\")(?=\s*(?:if|else|~|\}\}))")
    assert {name: put.findall(source) for name, source in sources.items() if put.search(source)} == {}


def test_translators_get_every_text(tmp_path: Path) -> None:
    """Begin a catalog as `make texts ADD=hi` does, translate one text, and it is what a page says."""
    root, pot = Path(__file__).parents[2], tmp_path / "web.pot"
    pybabel("-q", "extract", "-F", "pyproject.toml", "-k", "N_", "-o", str(pot), ".", cwd=root)
    pybabel("-q", "init", "-D", "web", "-i", str(pot), "-d", str(tmp_path), "-l", "hi", cwd=root)
    made = tmp_path / "hi" / "LC_MESSAGES" / "web.po"
    text = made.read_text(encoding="utf-8")
    for message in ("Waits for approval", "What it would do now", "crore", "%(num)s document"):
        assert f'msgid "{message}"' in text
    made.write_text(
        text.replace('msgid "Sign in"\nmsgstr ""', 'msgid "Sign in"\nmsgstr "साइन इन करें"'), encoding="utf-8"
    )
    pybabel("-q", "compile", "-D", "web", "-d", str(tmp_path), cwd=root)
    found = gettext.translation("web", tmp_path, ["hi"])
    assert (found.gettext("Sign in"), found.gettext("Password")) == ("साइन इन करें", "Password")


def pybabel(*words: str, cwd: Path) -> None:
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *words], check=True, cwd=cwd)


@pytest.mark.parametrize("wanted", ["", "en", "en-IN,en;q=0.9", "xx", "../../etc", "de,en", "*", "\0", "a" * 500])
def test_what_has_no_catalog_is_english(wanted: str) -> None:
    assert texts.translations(wanted).gettext("Accepted") == "Accepted"


def test_every_template_can_be_read_and_escapes() -> None:
    pages = environment("")
    assert len(pages.list_templates()) >= 8
    for name in pages.list_templates():
        pages.get_template(name)
    assert pages.from_string("{{ it }}").render(it="<b>") == "&lt;b&gt;"


def test_every_section_and_word_has_a_name() -> None:
    assert set(words.COLUMN) == set(FIELDS)
    assert set(words.BUCKET) == {*BUCKETS, "not matched"}
    assert set(words.STATE) == set(STATES)
    assert set(words.BECAME) == set(KINDS)
    assert all(texts.section(section) for section in Section)
    assert all(text for table in words.ALL.values() for text in (table.values() if isinstance(table, dict) else table))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 KB"),
        (1, "1 KB"),
        (1000, "1 KB"),
        (1001, "2 KB"),
        (999_999, "1000 KB"),
        (1_000_000, "1.0 MB"),
        (34_560_000, "34.6 MB"),
    ],
)
def test_how_large_a_file_is(count: int, said: str) -> None:
    assert texts.size(count) == said


def test_no_page_sends_a_reader_to_the_command_line() -> None:
    """Whoever is in a browser has no shell."""
    templates = Path(words.__file__).parent / "templates"
    assert [it.name for it in templates.glob("*.html") if re.search(r"`ims|(?<![-\w])--[a-z]{2}", it.read_text())] == []
