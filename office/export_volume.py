"""A bound volume (成册): all papers of the cases concluded in a period as one document, with an index before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bots.settings import Settings
from casebook.case import Case
from casebook.form_layouts import read_layouts
from casebook.forms import FilledCell, FilledForm, printable
from casebook.law import Law
from casebook.oversight import concluded_at
from casebook.periods import Span
from casebook.terms import ROLES, STATES, STEPS, VERDICTS
from office import export_papers

FIRST_YEAR = 2010


@dataclass(frozen=True)
class Volume:
    """What a volume is made of, and for whom: personal data stands in it only where `personal`."""

    law: Law
    settings: Settings
    now: datetime
    personal: bool = False

    def document(self, cases: Sequence[Case], span: Span, suffix: str) -> bytes:
        """The volume of these cases, in the order of their numbers. Raises FormError and RulebookError."""
        make = export_papers.maker(suffix)
        ordered = sorted(cases, key=lambda case: case.number)
        made: bytes = make(self._index(ordered, span), *(paper for case in ordered for paper in self._of(case)))
        return made

    def _index(self, cases: Sequence[Case], span: Span) -> FilledForm:
        rows = tuple(self._listed(serial, case) for serial, case in enumerate(cases, 1))
        days = [at.date() for case in cases if (at := concluded_at(case))]
        whole = span.since.year < FIRST_YEAR  # no day was asked for: it begins with its first case
        since = min(days, default=span.since) if whole else span.since
        until = min(span.until, self.now.date())
        note = f"{since:%Y年%m月%d日}至{until:%Y年%m月%d日}办结"
        title = f"{self.law.jurisdiction.body}诉求处理档案"
        return FilledForm(title, f"共 {len(cases)} 件", rows or (_row("", "没有办结的件"),), note, (), ())

    def _listed(self, serial: int, case: Case) -> tuple[str, tuple[FilledCell, ...]]:
        at = concluded_at(case)
        verdict = VERDICTS.get(case.verdict or "", "")
        said = [case.number, case.lead_unit or "", f"{at:%Y-%m-%d} 办结" if at else "", verdict, STATES[case.state]]
        return _row(str(serial), "　".join(item for item in said if item))

    def _of(self, case: Case) -> Iterator[FilledForm]:
        """The papers of the steps it took, those that belong to every case, and what was done in it, in its order."""
        layouts = read_layouts(self.law.rulebook.name).forms
        taken = {entry.step for entry in case.history}
        for rule in self.law.rulebook.forms:
            if rule.form in layouts and (not rule.step or rule.step in taken):
                yield export_papers.filled(
                    layouts[rule.form], case, self.law, self.now, self.settings, personal=self.personal
                )
        yield self._course(case)

    def _course(self, case: Case) -> FilledForm:
        """Who did what when; the words themselves stand in the papers."""
        rows = tuple(
            _row(f"{entry.at:%Y-%m-%d %H:%M}", f"{STEPS[entry.step]}　{self._who(entry.by)}　{STATES[entry.state]}")
            for entry in case.history
        )
        return FilledForm("办理过程", case.number, rows, "", (), ())

    def _who(self, by: Any) -> str:
        shown = by.role != "citizen" and by.name
        return "　".join(item for item in (ROLES[by.role], by.name if shown else "", by.unit or "") if item)


def _row(label: str, text: str) -> tuple[str, tuple[FilledCell, ...]]:
    return ("", (FilledCell(label, printable(text), 1),))
