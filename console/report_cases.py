"""The cases behind a report that was given, in pages: of a rate, of a list, of what counts otherwise today."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from casebook import report_words as say
from casebook.reports import Given
from console.door import Visit
from console.labels import PARTS
from console.paging import Leaf, addresses, leaf
from console.reports import LISTS, address_of, report_asked, title_of
from console.seeing import NotThere
from console.statistics import SHOWN, figure_cases


def of_figure(visit: Visit) -> Response:
    """Those of one rate: counted, and left out with the reason."""
    given, name = report_asked(visit), str(visit.path["figure"])
    row = next((row for row in given.body["figures"] if row["figure"] == name), None)
    if row is None:
        raise NotThere
    return _page(visit, given, f"figures/{name}", say.word("figure", name), figure_cases(row, visit.query, SHOWN))


def of_list(visit: Visit) -> Response:
    """Those of one list."""
    given, name = report_asked(visit), str(visit.path["list"])
    if name not in LISTS:
        raise NotThere
    parts = {name: leaf(given.body[name], visit.query.get(name, ""), SHOWN)}
    return _page(visit, given, f"cases/{name}", PARTS[name], parts)


def of_correction(visit: Visit) -> Response:
    """Those that one rate would count otherwise today."""
    given, name = report_asked(visit), str(visit.path["figure"])
    changed = [row for row in visit.office.reporting.corrected(given) if row["figure"] == name]
    if not changed:
        raise NotThere
    moved = {f"{row['part']}_{way}": row[way] for row in changed for way in ("added", "removed") if row[way]}
    parts = {part: leaf(cases, visit.query.get(part, ""), SHOWN) for part, cases in moved.items()}
    title = f"{PARTS['corrections']}：{say.word('figure', name)}"
    return _page(visit, given, f"corrections/{name}", title, parts)


def _page(visit: Visit, given: Given, place: str, title: str, parts: Mapping[str, Leaf]) -> Response:
    address = address_of(given)
    return visit.page(
        "figure",
        section="reports",
        title=title,
        about=f"{say.span_words(given.span)}　{given.unit}",
        back=address,
        whence=title_of(given.report),
        parts=parts,
        addresses=addresses(f"{address}/{place}", "", parts),
    )
