"""Papers for the command line: found by identifier or Chinese title, filled from a case or blank, Word or PDF."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bots.settings import Settings
from casebook import case_fields
from casebook.case import Case
from casebook.errors import RulebookError
from casebook.form_docx import docx_bytes
from casebook.form_layouts import Form, read_layouts
from casebook.form_pdf import pdf_bytes
from casebook.forms import FilledForm, fill
from casebook.law import Law
from office.book import signer
from office.checking import checking


def known(law: Law) -> str:
    """The papers there are, for a message."""
    forms = read_layouts(law.rulebook.name).forms.values()
    return f"forms of {law.rulebook.name}: " + ", ".join(f"{form.name} ({form.title})" for form in forms)


def check_known(law: Law, word: str) -> None:
    """Raises RulebookError where nothing is called that."""
    if not read_layouts(law.rulebook.name).called(word):
        raise RulebookError(f"no form {word!r}; {known(law)}")


def form_of(law: Law, word: str, case: Case | None) -> Form:
    """The paper of that name or Chinese title; where a title means two, the one whose step the case took."""
    found = read_layouts(law.rulebook.name).called(word)
    if len(found) > 1 and case is not None:
        steps = {rule.form: rule.step for rule in law.rulebook.forms}
        taken = {entry.step for entry in case.history}
        found = tuple(form for form in found if steps.get(form.name, "") in taken) or found
    if len(found) != 1:
        why = f"{word!r} means {len(found)} forms" if found else f"no form {word!r}"
        raise RulebookError(f"{why}; {known(law)}")
    return found[0]


def filled(
    form: Form, case: Case, law: Law, now: datetime, settings: Settings, *, personal: bool = False
) -> FilledForm:
    """The paper of that case; personal data covered unless `personal`."""
    values = case_fields.fields(case, law.calendar, now, law.jurisdiction)
    values = values if personal else case_fields.covered(values)
    return fill(form, {**values, **checking(signer(settings), settings.public_url, case.number)})


def blank(form: Form) -> FilledForm:
    return fill(form, {})


def document(form: FilledForm, suffix: str) -> bytes:
    """A PDF or a Word document, by the file's ending. Raises FormError and RulebookError."""
    made: bytes = maker(suffix)(form)
    return made


def maker(suffix: str) -> Any:
    """What makes a document of forms, by the file's ending. Raises RulebookError."""
    makers: dict[str, Any] = {".pdf": pdf_bytes, ".docx": docx_bytes}
    if suffix not in makers:
        raise RulebookError(f"--out must end in .docx or .pdf, not {suffix!r}")
    return makers[suffix]
