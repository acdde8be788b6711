"""Lists for those who supervise: major matters, where complaints gather, cases drawn by lot; who has too many
complaints is for the supervisors alone. The page has the beginning of each list, and each has pages of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import Response

from casebook import oversight
from casebook import report_words as say
from casebook.oversight import Honours, Listed
from console.door import Visit
from console.given import Lists
from console.labels import PARTS
from console.paging import Leaf, addresses, leaf
from console.seeing import NotThere
from console.spans import must_be_of_the_body, query_of, span_asked, unit_asked
from console.statistics import SHOWN

DRAWN, MOST_DRAWN = 10, 500
# On the page of all lists: so many numbers of a list, so many lines of one, and so many numbers on each line.
FIRST, FIRST_LINES, FIRST_OF_LINE = 50, 20, 5
# Lines on a page of one list.
LINES = 300
# What was filed is read of every case for these. So many take a second; with more each has its own page only.
READ, MOST_READ = frozenset({"key_objects", "honours", "hotspots"}), 20_000


def show(visit: Visit) -> Response:
    """All lists over the days asked for, the beginning of each."""
    must_be_of_the_body(visit)
    span, unit = span_asked(visit), unit_asked(visit)
    lists, law = visit.office.reporting.lists(span, unit), visit.office.desk.law
    seed, most = visit.query.get("seed", "").strip() or span.name, _most(visit)
    closed = lists.concluded()
    apart = READ if lists.how_many_complained() > MOST_READ else frozenset()
    parts = {
        name: None if name in apart else leaf(_lines(visit, lists, name), "", FIRST_LINES) for name in _names(visit)
    }
    return visit.page(
        "lists",
        span=span,
        unit=unit,
        units=list(visit.office.reporting.units),
        query=query_of(span, unit),
        major=lists.major(),
        first=FIRST,
        parts=parts,
        first_of_line=FIRST_OF_LINE,
        more_than=law.read.honours_more_than,
        drawn=oversight.draw(closed, most, seed),
        closed=len(closed),
        seed=seed,
        most=most,
    )


def one(visit: Visit) -> Response:
    """One list in pages; or all cases of one of its lines, that of the sort `what` whose first case is `of`."""
    must_be_of_the_body(visit)
    name, query = str(visit.path["list"]), query_of(span_asked(visit), unit_asked(visit))
    lists = visit.office.reporting.lists(span_asked(visit), unit_asked(visit))
    if name == "major":
        return _cases(visit, name, lists.major(), PARTS[name], query)
    if name not in _names(visit):
        raise NotThere
    lines, first = _lines(visit, lists, name), visit.query.get("of", "")
    if not first:
        return _page(visit, name, leaf(lines, visit.query.get(name, ""), LINES), query)
    what = visit.query.get("what", "")
    line = next((line for line in lines if isinstance(line, Listed) and _key(line) == (what, first)), None)
    if line is None:
        raise NotThere
    return _cases(visit, name, line.cases, f"{say.word('who', what)}　{line.name}", f"{query}&what={what}&of={first}")


def _names(visit: Visit) -> tuple[str, ...]:
    """The lists of more than numbers that the visitor may see, in their order."""
    own: tuple[str, ...] = ()
    if visit.person.role == "supervisor":
        own = ("key_objects", "honours") if oversight.lists_honours(visit.office.desk.law) else ("key_objects",)
    return (*own, "hotspots", "hot", "repeats")


def _lines(visit: Visit, lists: Lists, name: str) -> Sequence[Listed | Honours]:
    if name == "hot":
        return lists.hot_matters(visit.office.gather)
    made: dict[str, Callable[[], Sequence[Listed | Honours]]] = {
        "key_objects": lists.key_objects,
        "honours": lists.honours,
        "hotspots": lists.hotspots,
        "repeats": lists.repeated,
    }
    return made[name]()


def _key(line: Listed) -> tuple[str, str]:
    """No two lines of one sort have the same first case; a name would stand in an address, and in logs."""
    return line.what, line.cases[0]


def _page(visit: Visit, name: str, part: Leaf, query: str) -> Response:
    return visit.page("list", **_about(visit, PARTS[name], f"/console/lists/{name}", query, {name: part}))


def _cases(visit: Visit, name: str, cases: Sequence[str], title: str, query: str) -> Response:
    parts = {name: leaf(cases, visit.query.get(name, ""), SHOWN)}
    return visit.page("figure", **_about(visit, title, f"/console/lists/{name}", query, parts))


def _about(visit: Visit, title: str, path: str, query: str, parts: dict[str, Leaf]) -> dict[str, Any]:
    span, unit = span_asked(visit), unit_asked(visit)
    return {
        "section": "lists",
        "title": title,
        "about": f"{span.since} 至 {span.until}　{unit}",
        "back": f"/console/lists?{query_of(span, unit)}",
        "whence": "名单",
        "query": query_of(span, unit),
        "parts": parts,
        "addresses": addresses(path, query, parts),
        "first_of_line": FIRST_OF_LINE,
    }


def _most(visit: Visit) -> int:
    text = visit.query.get("most", "")
    return min(int(text), MOST_DRAWN) if text.isascii() and text.isdigit() and len(text) < 5 else DRAWN
