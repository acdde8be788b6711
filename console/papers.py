"""The papers of a case as files: covered for whoever may see the case, open for whoever may know whose it is and gives
a reason, which is recorded first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from casebook import case_fields
from casebook.case import Case
from casebook.form_layouts import Layouts, read_layouts
from casebook.forms import FilledForm, FormError, fill
from casebook.law import Law
from console.door import Refused, Visit
from console.labels import said
from console.render import HEADERS
from console.seeing import mine, whose

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# What writes Word and PDF weighs more than all the pages together; it is loaded for the first paper asked for.
def _docx(form: FilledForm) -> bytes:
    from casebook.form_docx import docx_bytes

    return docx_bytes(form)


def _pdf(form: FilledForm) -> bytes:
    from casebook.form_pdf import pdf_bytes

    return pdf_bytes(form)


KINDS = {"docx": (WORD, _docx), "pdf": ("application/pdf", _pdf)}


@dataclass(frozen=True)
class Paper:
    """A paper that a case has by now."""

    name: str
    title: str


layouts = cache(read_layouts)


def papers_of(case: Case, law: Law) -> tuple[Paper, ...]:
    """The papers whose step was taken, and those that go with no step."""
    forms = _layouts(case).forms
    steps = {entry.step for entry in case.history} | {""}
    return tuple(
        Paper(rule.form, rule.title) for rule in law.rulebook.forms if rule.form in forms and rule.step in steps
    )


def covered(visit: Visit) -> Response:
    """The paper with personal data covered."""
    case = _case(visit)
    return _file(visit, case, case_fields.covered(_values(visit, case)))


def whole(visit: Visit) -> Response:
    """The paper as it is handed out."""
    number = str(visit.path["number"])
    whose(visit.person, visit.office.store, number, visit.reason, visit.now)
    case = _case(visit)
    return _file(visit, case, _values(visit, case))


def _case(visit: Visit) -> Case:
    return visit.office.store.read(lambda unit: mine(visit.person, unit, str(visit.path["number"])))


def _checked(visit: Visit, case: Case) -> Paper:
    found = [paper for paper in papers_of(case, visit.office.desk.law) if paper.name == visit.path["form"]]
    if not found or visit.path["kind"] not in KINDS:
        raise Refused(said("unknown_form"), 404)
    return found[0]


def _values(visit: Visit, case: Case) -> Mapping[str, Any]:
    law = visit.office.desk.law
    values = case_fields.fields(case, law.calendar, visit.now, law.jurisdiction)
    return {**values, **visit.office.checking(case.number)}


def _file(visit: Visit, case: Case, values: Mapping[str, Any]) -> Response:
    paper = _checked(visit, case)
    kind, made = KINDS[visit.path["kind"]]
    try:
        body = made(_filled(case, paper, values))
    except FormError as error:
        raise Refused(said("no_font", characters="、".join(error.characters)), 422) from error
    name = quote(f"{paper.title}-{case.number}.{visit.path['kind']}")
    return Response(
        body, media_type=kind, headers={**HEADERS, "content-disposition": f"attachment; filename*=UTF-8''{name}"}
    )


def _filled(case: Case, paper: Paper, values: Mapping[str, Any]) -> FilledForm:
    return fill(_layouts(case).forms[paper.name], values)


def _layouts(case: Case) -> Layouts:
    return layouts(case.rulebook)
