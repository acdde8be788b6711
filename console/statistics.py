"""The figures of any days: each opens its cases, those counted and those left out with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from casebook import report_words as say
from casebook.figures_sheet import figures_workbook
from console.door import Visit
from console.paging import Leaf, addresses, leaf
from console.seeing import NotThere
from console.spans import must_be_of_the_body, query_of, sheet, span_asked, unit_asked

SHOWN = 200  # cases of each part on a page: few enough to walk through by keyboard


def show(visit: Visit) -> Response:
    """All rates, the counts, a line a unit."""
    must_be_of_the_body(visit)
    span, unit = span_asked(visit), unit_asked(visit)
    body = visit.office.reporting.overview(span, unit, visit.now)
    return visit.page(
        "figures",
        span=span,
        unit=unit,
        units=list(visit.office.reporting.units),
        query=query_of(span, unit),
        figures=figure_lines(body),
        counts=count_lines(body),
        heads=heads(body),
        lines=unit_lines(body),
    )


def cases_of(visit: Visit) -> Response:
    """The cases behind one rate, each part of them in pages."""
    must_be_of_the_body(visit)
    span, unit = span_asked(visit), unit_asked(visit)
    body = visit.office.reporting.overview(span, unit, visit.now, cases=True)
    row = next((row for row in body["figures"] if row["figure"] == visit.path["figure"]), None)
    if row is None:
        raise NotThere
    parts, query = figure_cases(row, visit.query, SHOWN), query_of(span, unit)
    return visit.page(
        "figure",
        section="figures",
        title=say.word("figure", row["figure"]),
        about=f"{span.since} 至 {span.until}　{unit}",
        back=f"/console/figures?{query}",
        whence="指标",
        parts=parts,
        addresses=addresses(f"/console/figures/{row['figure']}", query, parts),
    )


def workbook(visit: Visit) -> Response:
    must_be_of_the_body(visit)
    span, unit = span_asked(visit), unit_asked(visit)
    body = visit.office.reporting.overview(span, unit, visit.now, cases=True)
    return sheet(figures_workbook(body, visit.office.desk.law.jurisdiction.title), f"figures-{span.name}")


def figure_lines(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each rate in words."""
    return [
        {
            "name": row["figure"],
            "title": say.word("figure", row["figure"]),
            "top": row["numerator"],
            "bottom": row["denominator"],
            "rate": say.percent(row["numerator"], row["denominator"]) if row["denominator"] else "",
            "why": say.word("missing", row["missing"]) if row["missing"] else "",
            "left_out": row["left_out"],
        }
        for row in body["figures"]
    ]


def figure_cases(row: Mapping[str, Any], asked: Mapping[str, str], size: int) -> dict[str, Leaf]:
    """The cases behind a rate, in their parts; of each the page that is asked for under the part's name."""
    counted = set(row["cases"]["numerator"])
    parts = {
        "top": row["cases"]["numerator"],
        "rest": [number for number in row["cases"]["denominator"] if number not in counted],
        "left_out": list(row["cases"]["left_out"].items()),
    }
    leaves = {name: leaf(lines, asked.get(name, ""), size) for name, lines in parts.items()}
    left_out = leaves["left_out"]
    said = [(number, say.word("left_out", why)) for number, why in left_out.shown]
    return {**leaves, "left_out": replace(left_out, shown=said)}


def count_lines(body: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(title, body["counts"][name]) for name, title in say.words()["count"].items()]


def heads(body: Mapping[str, Any]) -> list[str]:
    """The heads of the table of units."""
    return [*say.words()["count"].values(), *(say.word("figure", name) for name in _rate_names(body))]


def unit_lines(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each unit and stream that had anything to do: counts, then rates, in the order of the heads."""
    rows = [row for row in (*body["units"], *body["streams"]) if any(row["counts"].values())]
    return [{"name": row.get("unit") or row.get("stream"), "values": _values(row, _rate_names(body))} for row in rows]


def _values(row: Mapping[str, Any], rates: list[str]) -> list[str]:
    counts = [str(row["counts"][name]) for name in say.words()["count"]]
    return [*counts, *(_percent(row["rates"][name]) for name in rates)]


def _percent(part: Mapping[str, Any]) -> str:
    return say.percent(part["numerator"], part["denominator"]) if part["denominator"] else ""


def _rate_names(body: Mapping[str, Any]) -> list[str]:
    return [row["figure"] for row in body["figures"]]
