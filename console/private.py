"""One-time pages without signing in: who filed a case, a step's form, a case taken down. Made for one person, once.

Opening the address only asks; what is asked for is shown or done when the form comes back, and the ticket is spent in
that same transaction. A look is recorded with its reason, a refused one too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from casebook.case import Case, Command, Filing, Person
from casebook.errors import Conflict, NoSuchCase, NotAllowed
from casebook.staff import is_on_staff, personas
from casebook.terms import CHANNELS, KINDS, STEPS
from casebook.wording import refusal
from console import case_view
from console.cases import check_words
from console.door import form_in
from console.given import Office
from console.labels import said
from console.render import page
from console.seeing import SHORTEST_REASON
from console.step_forms import BadForm, Field, facts_of, form_of, forms
from models.looking import open_private
from models.unit import Unit

PURPOSE = "private_page"
# What a page opens, and how it is shown.
LOOKS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], tuple[tuple[str, str], ...]]]] = {
    "look": ("identity", case_view.uncovered),
    "read": ("matter", case_view.matter_lines),
}
TAKEN_AT = ("window", "phone", "letter")
Propose = Callable[[str, datetime], Mapping[str, Any]]


def no_proposal(text: str, at: datetime) -> Mapping[str, Any]:
    """Where no machine is there to suggest anything."""
    return {}


@dataclass(frozen=True)
class Asked:
    """What a ticket was made for."""

    what: str
    number: str
    step: str
    person: Person

    @classmethod
    def read(cls, subject: str) -> Asked:
        what, number, step, person = subject.split("|", 3)
        return cls(what, number, step, Person.read(person))


class Gone(Exception):
    """The ticket is spent, too old, unknown, or its person no longer on the staff."""


class Private:
    """The two routes of `/private/{ticket}`."""

    def __init__(self, office: Office, propose: Propose = no_proposal) -> None:
        self._office = office
        self._propose = propose

    async def ask(self, request: Request) -> Response:
        """The form; nothing is opened yet, so programs that look at links spend nothing."""
        return await run_in_threadpool(self._asked, request.path_params["ticket"])

    async def open(self, request: Request) -> Response:
        """What was asked for, once."""
        form = await form_in(request)
        return await run_in_threadpool(self._opened, request.path_params["ticket"], form)

    def _asked(self, ticket: str, typed: FormData | None = None, wrong: str = "") -> Response:
        now = self._office.now()
        try:
            asked, case = self._office.store.read(lambda unit: self._peek(unit, ticket, now))
        except (Gone, NoSuchCase):
            return _page(404, words=said("link_gone"))
        fields = self._fields(asked, case)
        return _page(400 if wrong else 200, asked=asked, ticket=ticket, fields=fields, typed=typed, wrong=wrong)

    def _peek(self, unit: Unit, ticket: str, now: datetime) -> tuple[Asked, Case | None]:
        found = unit.ticket_peek(ticket, now, PURPOSE)
        asked = self._of_staff(found.subject if found else "")
        return asked, unit.load(asked.number) if asked.number else None

    def _take(self, unit: Unit, ticket: str, now: datetime) -> Asked:
        found = unit.ticket_take(ticket, now, PURPOSE)
        return self._of_staff(found.subject if found else "")

    def _of_staff(self, subject: str) -> Asked:
        asked = Asked.read(subject) if subject.count("|") >= 3 else None
        if asked is None or not is_on_staff(asked.person, self._office.desk.law.jurisdiction):
            raise Gone
        return asked

    def _fields(self, asked: Asked, case: Case | None) -> tuple[Field, ...]:
        if asked.what in LOOKS:
            return ()
        return form_of(asked.step, case, self._office.desk.law) if case else FILED

    def _opened(self, ticket: str, form: FormData) -> Response:
        now = self._office.now()
        try:
            words, opened = self._office.store.write(lambda unit: self._do(unit, ticket, form, now))
        except (Gone, NoSuchCase):
            return _page(404, words=said("link_gone"))
        except (BadForm, Conflict, NotAllowed) as error:
            return self._asked(ticket, form, self._why(ticket, error, now))
        return _page(words=words, opened=opened)

    def _do(self, unit: Unit, ticket: str, form: FormData, now: datetime) -> tuple[str, Any]:
        asked = self._take(unit, ticket, now)
        office = self._office.desk.law.jurisdiction
        people = personas(asked.person, unit.stands_in_for(str(asked.person), now), office)
        if asked.what in LOOKS:
            return "", self._look(unit, asked, people, str(form.get("reason") or "").strip(), now)
        if not asked.number:
            case = self._office.desk.file(unit, self._filing(form, now), asked.person, now)
            return said("filed", number=case.number), ()
        self._step(unit, asked, people, form, now)
        return said("taken", step=STEPS[asked.step]), ()

    def _look(self, unit: Unit, asked: Asked, people: tuple[Person, ...], reason: str, now: datetime) -> Any:
        if len(reason) < SHORTEST_REASON:
            raise BadForm(said("no_reason"))
        case = unit.load(asked.number)
        what, shown = LOOKS[asked.what]
        for person in people[:-1]:
            try:
                return shown(open_private(unit, case, person, what, reason, now))
            except NotAllowed:
                continue
        return shown(open_private(unit, case, people[-1], what, reason, now))

    def _step(self, unit: Unit, asked: Asked, people: tuple[Person, ...], form: FormData, now: datetime) -> None:
        desk, case = self._office.desk, unit.load(asked.number)
        facts = facts_of(asked.step, form)
        check_words(unit, case, asked.step, facts, desk, now)
        by = next((each for each in people if asked.step in desk.allowed(case, each, now)), asked.person)
        desk.take(unit, asked.number, Command(asked.step, by, now, facts))

    def _filing(self, form: FormData, now: datetime) -> Filing:
        given = {field.name: str(form.get(field.name) or "").strip() for field in FILED}
        for field in FILED:
            if field.needed and not given[field.name]:
                raise BadForm(said("needed", label=field.label))
        if given["kind"] not in KINDS or given["channel"] not in TAKEN_AT:
            raise BadForm(said("needed", label=FILED[0].label))
        flags = {name: bool(given.pop(name)) for name in ("anonymous", "confidential")}
        return replace(Filing(**given), **flags, proposal=self._propose(given["text"], now))  # type: ignore[arg-type]

    def _why(self, ticket: str, error: Exception, now: datetime) -> str:
        """The sentence for the person; a look that was refused is recorded like one that was not."""
        if isinstance(error, NotAllowed):
            asked, _ = self._office.store.read(lambda unit: self._peek(unit, ticket, now))
            if asked.what in LOOKS:
                by, number, what = str(asked.person), asked.number, f"refused: {LOOKS[asked.what][0]}"
                self._office.store.write(lambda unit: unit.looked(number, by, what, "", now))
                return said("not_yours_to_see")
            return refusal(error)
        return said("moved_on") if isinstance(error, Conflict) else str(error)


def _page(status: int = 200, **facts: Any) -> Response:
    """The page, with nothing where nothing is given."""
    empty = {"words": "", "wrong": "", "opened": (), "asked": None, "ticket": "", "fields": (), "typed": None}
    asked = facts.get("asked")
    about = {"title": _title(asked), "number": asked.number} if asked else {"title": "", "number": ""}
    return page("private", status, **{**empty, **about, **facts})


def _title(asked: Asked) -> str:
    return said(f"{asked.what}_title") if asked.what in LOOKS else STEPS[asked.step]


def _field(name: str, kind: str, needed: bool = False, choices: tuple[tuple[str, str], ...] = ()) -> Field:
    return Field(name, said(f"file_{name}"), kind, needed, choices, choices[0][0] if choices else "")


FILED = (
    _field("kind", "choice", True, tuple((name, title) for name, title in KINDS.items() if name != "rating")),
    _field("channel", "choice", True, tuple((name, CHANNELS[name]) for name in TAKEN_AT)),
    _field("text", "area", True),
    _field("respondent", "text"),
    _field("request", "area"),
    _field("name", "text"),
    _field("phone", "text"),
    _field("anonymous", "flag"),
    _field("confidential", "flag"),
)
assert set(forms()) <= set(STEPS)  # a form for a step that nobody knows could never be sent
