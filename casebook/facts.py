"""What a notice says about a case: the open facts, and the private ones that fill the same sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casebook.case import Case, ClockRun, Filing
from casebook.law import Law
from casebook.redact import redact_name, redact_text
from casebook.rulebook import Clause, Demand
from casebook.terms import CHANNELS
from casebook.wording import fill, sentences

# The clocks a citizen waits for; the others are between the office and its units.
TO_THE_ANSWER = frozenset({"dispatch", "acceptance", "resolution"})
MATTER_LENGTH = 60  # two lines on a phone
SUGGESTED = 3


@dataclass(frozen=True)
class Told:
    """One message to one address, before it has a key."""

    to: str
    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] = field(default_factory=dict)


def part(name: str, **facts: Any) -> str:
    """A piece of a sentence from wording.toml."""
    return fill(sentences()["part"][name], facts)


def case_facts(case: Case, law: Law) -> tuple[dict[str, Any], dict[str, Any]]:
    """The open and the private facts of a case that any notice may use."""
    run = current(case)
    book, office = law.rulebook, law.jurisdiction
    case_class = book.case_class(case.case_class)
    facts: dict[str, Any] = {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "rulebook": f"《{book.title}》",
        "unit": case.lead_unit,
        "co_units": list(case.co_units),
        "phone": office.phone,
        "class_title": case_class.title if case_class else None,
        "channel": CHANNELS.get(case.filing.channel, case.filing.channel),
        "mark_line": part("linked", numbers="、".join(case.linked)) if case.linked else None,
        "urgent": part("urgent") if "urgent" in case.marks else " ",
        **due_of(run),
    }
    return facts, _private(case, law)


def due_of(run: ClockRun | None) -> dict[str, Any]:
    """What a sentence may say of one clock: until when, how it was counted, whether the date may still move."""
    if run is None:
        return {"due": None, "provisional": None, "counted": " "}
    counted = ""
    if run.working_days:
        counted = part("counted", days=run.working_days, start=f"{run.started:%m月%d日}", cites=run.cites)
    return {
        "due": run.due.isoformat(),
        "clock": run.clock,
        "provisional": part("provisional") if run.provisional else None,
        "counted": counted or " ",
    }


def _private(case: Case, law: Law) -> dict[str, Any]:
    filing = case.filing
    return {
        "matter": shown_matter(case, law),
        "respondent": filing.respondent or filing.fields.get("organisation") or None,
        "masked": masked_name(filing),
        "secrecy": part("secrecy") if filing.confidential else None,
        "proposal": _proposal(case, law),
    }


def _proposal(case: Case, law: Law) -> str | None:
    """The units the machine suggests, and the words that spoke for them."""
    departments = case.filing.proposal.get("departments", ())
    units = "；".join(f"{name} {share:.0%}" for name, share in departments[:SUGGESTED])
    why = words_for_units(case, law)
    return f"{units}{part('because', why=why) if why else ''}" if units else None


def words_for_units(case: Case, law: Law) -> str:
    """The words that spoke for the suggested units, as a group may read them: none of a quarantined text."""
    filing = case.filing
    return "" if quarantined(case, law) else redact_text(str(filing.proposal.get("why") or ""), filing.name)


def shown_matter(case: Case, law: Law) -> str:
    """The matter as a group may read it: not at all while its words are quarantined."""
    clause = quarantined(case, law)
    return part("quarantined", cites=clause.cites) if clause else matter(case)


def quarantined(case: Case, law: Law) -> Clause | None:
    """The clause under which the case's words are kept out of groups; None once a person has sent it to a unit."""
    ground = str(case.filing.proposal.get("ground") or "")
    if case.lead_unit is not None or case.hand_backs:
        return None
    return next((clause for clause in law.rulebook.clauses if ground in clause.quarantine), None)


def lacking_papers(case: Case, law: Law) -> tuple[Demand, ...]:
    """The papers that the case's marks demand, as long as the citizen has handed in none at all."""
    given = case.filing.evidence or any(entry.private.get("evidence") for entry in case.history[1:])
    return () if given else tuple(demand for demand in law.rulebook.demands if demand.mark in case.marks)


def matter(case: Case) -> str:
    """The matter in two lines, telephone and identity numbers masked: fit for a group."""
    text = redact_text(" ".join(case.filing.text.split()), case.filing.name)
    return text if len(text) <= MATTER_LENGTH else text[: MATTER_LENGTH - 1] + "…"


def masked_name(filing: Filing) -> str:
    if filing.anonymous:
        return part("anonymous")
    if filing.confidential:
        return part("confidential")
    return redact_name(filing.name) if filing.name else part("anonymous_line")


def current(case: Case) -> ClockRun | None:
    """The running clock that matters to whoever reads: of those on the way to the answer the one that is due first."""
    runs = [run for run in case.running if not run.target]
    runs = [run for run in runs if run.clock in TO_THE_ANSWER] or runs
    return min(runs, key=lambda run: run.due) if runs else None
