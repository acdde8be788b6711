"""Lists for supervisors from the command line: major cases, key objects, hotspots, repeats, a spot-check draw, numbers
of papers."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from casebook import oversight
from casebook import report_words as say
from casebook.case import Case
from casebook.figures import Counted, Figure, how_many
from casebook.figures_sheet import list_workbook
from casebook.issued import issued
from casebook.redact import redact_text
from casebook.terms import CHANNELS, STATES, STEPS, VERDICTS
from scheduler.lists import Lists

NUMBERS_IN_CELL = 1_000  # with what parts them some 16,000 characters, half of what a spreadsheet's cell can hold


@dataclass(frozen=True)
class Found:
    """A list: its title, its heads (Chinese, with the name in JSON), its rows."""

    title: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]

    def document(self) -> list[dict[str, Any]]:
        names = [name for name, _ in self.heads]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def workbook(self) -> bytes:
        return list_workbook(self.title, [head for _, head in self.heads], chain.from_iterable(map(lines, self.rows)))


def lines(row: tuple[Any, ...], most: int = NUMBERS_IN_CELL) -> Iterator[list[Any]]:
    """The row as a sheet has it. Numbers that one cell cannot hold go on in further lines, which are named alike and
    count nothing again."""
    longest = max((len(cell) for cell in row if isinstance(cell, tuple)), default=0)
    for start in range(0, max(longest, 1), most):
        yield [_cell(cell, start, most) for cell in row]


def _cell(cell: Any, start: int, most: int) -> Any:
    if isinstance(cell, tuple):
        return "、".join(cell[start : start + most])
    return cell if not start or isinstance(cell, str) else ""


def major(lists: Lists, given: argparse.Namespace) -> Found:
    """重大事项: what it is, who has it, how it stands."""
    heads = (("number", "编号"), ("filed", "登记时间"), ("unit", "承办单位"), ("state", "状态"), ("verdict", "认定"))
    rows = (
        (
            case.number,
            f"{case.filed:%Y-%m-%d %H:%M}",
            case.lead_unit or "",
            STATES[case.state],
            VERDICTS.get(case.verdict or "", ""),
        )
        for case in lists.whole(lists.major())
    )
    return Found("重大事项", heads, tuple(rows))


def key_objects(lists: Lists, given: argparse.Namespace) -> Found:
    return _listed("重点对象", lists.key_objects())


def hotspots(lists: Lists, given: argparse.Namespace) -> Found:
    """投诉集中 by whom or what is complained of; then 热点事项 by what is told, whomever it names."""
    from nlp.reader import Reader  # only this list reads texts

    return _listed("投诉集中", (*lists.hotspots(), *lists.hot_matters(Reader.load().gather)))


def repeats(lists: Lists, given: argparse.Namespace) -> Found:
    return _listed("多次反映", lists.repeated())


def _listed(title: str, found: tuple[oversight.Listed, ...]) -> Found:
    heads = (("what", "类别"), ("name", "名称"), ("count", "件数"), ("cases", "编号"))
    rows = tuple((say.word("who", row.what), row.name, len(row.cases), row.cases) for row in found)
    return Found(title, heads, rows)


def spot_check(lists: Lists, given: argparse.Namespace) -> Found:
    """抽查: closed cases drawn by lot; the same seed draws the same."""
    seed = given.seed or lists.span.name
    drawn = oversight.draw(lists.concluded(), given.most, seed)
    heads = (("number", "编号"), ("unit", "承办单位"), ("concluded", "办结时间"), ("seed", "抽取种子"))
    rows = (
        (case.number, case.lead_unit or "", f"{oversight.concluded_at(case):%Y-%m-%d %H:%M}", seed)
        for case in lists.whole(drawn)
    )
    return Found("抽查名单", heads, tuple(rows))


def papers(counted: Counted, given: argparse.Namespace) -> Found:
    """发文登记: every number that was given out, the void ones too."""
    heads = (
        ("office", "发出单位"),
        ("number", "文号"),
        ("paper", "文书"),
        ("case", "编号"),
        ("at", "时间"),
        ("void", "作废"),
    )
    found = (paper for case in counted.cases for paper in issued(case) if counted.span.holds(paper.at))
    rows = (
        (paper.office, paper.number, STEPS[paper.step], paper.case, f"{paper.at:%Y-%m-%d %H:%M}", paper.void)
        for paper in sorted(found, key=lambda paper: (paper.office, paper.step, paper.number))
    )
    return Found("文号登记", heads, tuple((*row[:-1], "作废" if row[-1] else "") for row in rows))


def ratings(counted: Counted, given: argparse.Namespace) -> Found:
    """好差评: every rating with what was made of it, for the platform that collects them. Words are covered."""
    heads = (
        *(("number", "编号"), ("outside_number", "外部编号"), ("score", "评价"), ("item", "事项"), ("channel", "渠道")),
        *(("text", "内容"), ("state", "状态"), ("verdict", "认定"), ("adopted", "是否采纳"), ("unit", "承办单位")),
    )
    rated = (case for case in counted.cases if case.score is not None or case.kind == "rating")
    return Found("好差评", heads, tuple(_rating(case) for case in rated))


def _rating(case: Case) -> tuple[Any, ...]:
    upheld = any(entry.step == "uphold" and entry.state == "closed" for entry in case.history)
    return (
        *(case.number, case.filing.outside_number, case.score or case.filing.score),
        *(str(case.filing.fields.get("service") or ""), CHANNELS.get(case.filing.channel, case.filing.channel)),
        *(redact_text(case.filing.text, case.filing.name), STATES[case.state]),
        *(VERDICTS.get(case.verdict or "", ""), "不予采纳" if upheld else "采纳", case.lead_unit or ""),
    )


def summary(found: Iterable[Figure]) -> Found:
    """办理成效: rates and counts alone, fit to be made public: no case, no person, no words of anybody."""
    counted = [(say.word("figure", item.name), item.numerator, how_many(item.counted)) for item in found]
    rows = tuple((name, top, bottom, f"{top / bottom:.1%}" if bottom else "") for name, top, bottom in counted)
    heads = (("figure", "指标"), ("numerator", "分子"), ("denominator", "分母"), ("rate", "比率"))
    return Found("办理成效", heads, rows)


LISTS: dict[str, Callable[[Lists, argparse.Namespace], Found]] = {
    "major": major,
    "key-objects": key_objects,
    "hotspots": hotspots,
    "repeats": repeats,
    "spot-check": spot_check,
}
# These go through every case of the span with its history.
WHOLE: dict[str, Callable[[Counted, argparse.Namespace], Found]] = {
    "papers": papers,
    "ratings": ratings,
}
