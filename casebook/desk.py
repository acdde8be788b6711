"""The desk: load the case, take the step, save it with its notices and timers, in one transaction.

Only the desk saves a case. It is given a `Book` (an open transaction) and every moment; it reads no clock. What a step
changes besides its own case (a merge, an answer to those merged) happens here, in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from casebook import notices, reminders, taking
from casebook.addressing import citizens
from casebook.book import Book
from casebook.case import CLOCK, Case, Command, Filing, Notice, Person, Timer
from casebook.clocks import recounted
from casebook.errors import NoSuchCase, NotAllowed
from casebook.issued import NUMBERED, ORDERS, series
from casebook.law import Law
from casebook.masking import masked_text
from casebook.numbers import case_number
from casebook.terms import FINAL

SWEEP_BATCH = 200


class Desk:
    """The service over one office's law. It holds no state of its own."""

    def __init__(self, law: Law) -> None:
        self.law = law

    def file(self, book: Book, filing: Filing, by: Person, at: datetime) -> Case:
        """A new case with its number, receipt and clocks. The cases it is linked with are linked with it.

        Raises NotAllowed for a filing that cannot be taken, NoSuchCase for a linked number that is none.
        """
        serial = book.next_serial(f"case/{at:%Y%m%d}")
        case = taking.file(case_number(at.date(), serial), filing, by, at, self.law)
        self._save(book, None, case)
        for number in case.linked:
            earlier = book.load(number)
            if earlier.erased:
                continue
            self._save(book, earlier, taking.link(earlier, case.number, max(at, earlier.history[-1].at)))
        return case

    def take(self, book: Book, number: str, command: Command) -> Case:
        """The case after the step. Raises NotAllowed (nothing changes) and NoSuchCase."""
        before = book.load(number)
        case = self._taken(book, before, command)
        if command.step == "merge":
            self._merge_into(book, case, command)
        self._save(book, before, case)
        if command.step in ORDERS and case.lead_unit:
            _teach(book, case, case.lead_unit, command)
        return case

    def allowed(self, case: Case, by: Person, at: datetime) -> tuple[str, ...]:
        """The steps open to this person on this case now."""
        return taking.allowed(case, by, self.law)

    def sweep(self, book: Book, now: datetime, limit: int = SWEEP_BATCH) -> int:
        """Carry out the timers that are due; how many there were. Call again while it returns `limit`."""
        timers = book.due_timers(now, limit)
        for timer in timers:
            self.fire(book, timer, now)
        return len(timers)

    def fire(self, book: Book, timer: Timer, at: datetime) -> None:
        """Carry out one timer, its notice or its step in the clock's name, unless the case has moved on meanwhile."""
        case = book.load(timer.case)
        wanted = any(timer.key == other.key for other in reminders.wanted(case, self.law))
        book.fired(timer.key, at)
        if wanted and timer.what in reminders.STEPS:
            command = Command(timer.what.partition(":")[2], CLOCK, max(at, case.history[-1].at), timer.facts)
            self._save(book, case, self._taken(book, case, command))
        elif wanted:
            told = reminders.notice(case, timer, at, self.law)
            book.post([told] if told else [])

    def recount(self, book: Book, at: datetime) -> list[str]:
        """Count provisional due dates again by the calendar as it is now; the numbers of the cases that changed."""
        changed = []
        for number in book.open_numbers():
            case = book.load(number)
            runs = recounted(case, self.law)
            if runs:
                moved = any((run.due != old.due) for run in runs if (old := case.run(run.clock, run.round)))
                self._save(book, case, taking.recount(case, runs, moved, at))
                changed.append(number)
        return changed

    def _taken(self, book: Book, before: Case, command: Command) -> Case:
        """The case after the step, its paper numbered."""
        case = taking.take(before, command, self.law)
        if self._has_paper(command):  # numbered only now: a refused step must leave no gap in the numbers
            case = taking.take(before, self._with_paper(book, case, command), self.law)
        return case

    def _has_paper(self, command: Command) -> bool:
        named = "dispatch" if command.step in ORDERS else command.step
        return command.step in NUMBERED and any(form.step == named for form in self.law.rulebook.forms)

    def _with_paper(self, book: Book, case: Case, command: Command) -> Command:
        """Papers take their number when they are issued, from the issuing office's own series (readings A46)."""
        body = command.by.unit or self.law.jurisdiction.body
        office = body if command.step in ORDERS else case.lead_unit or body
        serial = book.next_serial(series(command.step, office, command.at.year))
        paper = {"paper": f"{command.at.year}-{serial:05d}", "office": office}
        return replace(command, facts={**command.facts, **paper})

    def _merge_into(self, book: Book, case: Case, command: Command) -> None:
        """Tell the earlier case of its follower, so that its answer reaches both (readings A24, A48)."""
        into = str(command.facts["into"])
        try:
            earlier = book.load(into)
        except NoSuchCase as error:
            raise NotAllowed("merge_other_matter", into=into) from error
        if earlier.state in FINAL or earlier.state == "answered":
            raise NotAllowed("merge_other_matter", into=into)
        facts = {"number": case.number, "followers": citizens(case)}
        self._save(book, earlier, taking.follow(earlier, facts, command.by, command.at))

    def _save(self, book: Book, before: Case | None, case: Case) -> None:
        told: tuple[Notice, ...] = notices.of_step(case, self.law)
        book.save(before, case, told, reminders.wanted(case, self.law))


def _teach(book: Book, case: Case, unit: str, command: Command) -> None:
    """What was decided, by whichever door, is an example for the router: the words covered, and the unit."""
    ranked = case.filing.proposal.get("departments") or ()
    suggested = str(ranked[0][0]) if ranked else ""
    text = masked_text(case.filing.text, case.filing)
    book.example_add(case.number, text, unit, suggested, str(command.by), command.at)
