"""What happens to a document as a whole: missing, split, merged, regrouped, twice there, amended.

Each takes both sides and a document's place, changes what is there, and says which rows belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from gst_ims.synthetic.ledgers.side import Row, Side, scaled, total
from gst_ims.synthetic.ledgers.slips import number_format

Pair = tuple[int, int]
"""Places of a row of the portal and a row of the books that belong together."""


def split(rng: Random, portal: Side, books: Side, place: int) -> Iterator[Pair]:
    """One document, booked in two to four parts: under its own number, with suffixes, or under the office's own."""
    whole = books.row(place)
    parts = _parts(rng, whole, rng.choice((2, 2, 2, 3, 3, 4)))
    style, mark = rng.choice("ssuuo"), rng.choice(("-{n}", "/{n}", "{a}", "-{a}"))
    for n, part in enumerate(parts):
        if style == "u":
            part["number"] = whole["number"] + mark.format(n=n + 1, a="ABCD"[n])
        elif style == "o":
            part["number"] = f"GRN-{rng.randrange(100_000):05}"
        part["document_date"] += rng.choice((0, 0, 0, 1, 3)) if style != "s" else 0
        if n:
            yield place, books.add(part)
        else:
            books.put(place, part)
            yield place, place


def merged(rng: Random, portal: Side, books: Side, places: list[int]) -> Iterator[Pair]:
    """Several documents booked as one: under the first or last number, under both, or under the office's own."""
    rows = [books.row(place) for place in places]
    first, last = rows[0]["number"], rows[-1]["number"]
    number = rng.choice((first, first, last, f"{first} to {last}", f"{first},{last}", f"JV{rng.randrange(100_000):05}"))
    books.put(places[0], rows[-1] | total(rows) | {"number": number})
    for place in places[1:]:
        books.kept[place] = False
    for place in places:
        yield place, places[0]


def regrouped(rng: Random, portal: Side, books: Side, places: list[int]) -> Iterator[Pair]:
    """Three documents booked as two that have the same total and none of the single amounts."""
    rows = [books.row(place) for place in places]
    whole = rows[0] | total(rows)
    for place, part in zip(places, _parts(rng, whole, 2), strict=False):
        books.put(place, part | {"number": books.row(place)["number"], "document_date": rows[-1]["document_date"]})
    books.kept[places[2]] = False
    for place in places:
        yield place, places[0]
        yield place, places[1]


def duplicated(rng: Random, side: Side, place: int) -> Pair:
    """Entered twice: word for word, or the second time written otherwise or some days later. Place, and of which."""
    row = side.row(place)
    kind = rng.randrange(3)
    if kind == 1:
        row = number_format(rng, row)
    elif kind == 2:
        row["document_date"] += rng.choice((1, 2, 5))
    return side.add(row), place


def amended(rng: Random, portal: Side, books: Side, place: int) -> tuple[Pair, Pair | None]:
    """Reported again with other amounts, or another date or number. The books follow, or don't, or only the amendment
    is on the portal. The pair that counts; the original as a copy of the amendment, if it is there.
    """
    was = portal.row(place)
    now: Row = was | {
        "section": was["section"] + "a",
        "original_number": was["number"],
        "original_date": was["document_date"],
    }
    if rng.random() < 0.7:
        now = scaled(now, rng.choice((90, 95, 102, 110, 120)), 100)
    else:
        now["document_date"] += rng.choice((-3, 2, 6))
    if rng.random() < 0.3:
        now["number"] = was["number"][:15] + "R"
    new = portal.add(now)
    follows = rng.random()
    if follows < 0.6:
        as_booked = now | {"section": was["section"], "original_number": None, "original_date": was["original_date"]}
        books.put(place, as_booked | {"number": rng.choice((was["number"], now["number"]))})
    if follows > 0.8:
        portal.kept[place] = False
        return (new, place), None
    return (new, place), (place, new)


def _parts(rng: Random, whole: Row, count: int) -> list[Row]:
    """The whole in parts of a tenth at least, which add up to the paisa."""
    weights = [rng.randrange(30, 100) for _ in range(count)]
    parts = [scaled(whole, weight, sum(weights)) for weight in weights[1:]]
    rest = total(parts)
    return [whole | {name: whole[name] - rest[name] for name in rest}, *parts]
