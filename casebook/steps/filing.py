"""Registering (登记): what a filing must hold, which unit it goes to, which state and class it starts with."""

from __future__ import annotations

from casebook.case import Filing, Person
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.terms import CHANNELS, KINDS

TO_SCREEN = frozenset({"refuse", "out_of_scope"})
SCORED = range(1, 6)


def check_filing(filing: Filing, law: Law) -> str | None:
    """The stream the filing runs in, None where the rulebook has none. Raises NotAllowed."""
    if filing.kind not in KINDS:
        raise NotAllowed("unknown_kind", kind=filing.kind)
    if filing.channel not in CHANNELS:
        raise NotAllowed("unknown_channel", channel=filing.channel)
    if filing.kind == "rating" and filing.score not in SCORED:
        raise NotAllowed("score_out_of_range", score=filing.score)
    if not filing.text.strip() and filing.kind != "rating":
        raise NotAllowed("needs_text", step="file")
    if filing.anonymous and law.read.anonymous == "refuse":
        raise NotAllowed("needs_name", step="file")
    return _stream(filing, law)


def _stream(filing: Filing, law: Law) -> str | None:
    streams = law.rulebook.streams
    if filing.stream and filing.stream not in streams:
        raise NotAllowed("unknown_stream", stream=filing.stream)
    if not streams:
        return None
    return filing.stream or ("rating" if filing.kind in streams else streams[-1])


def direct_unit(by: Person, filing: Filing, law: Law) -> str | None:
    """The unit a citizen turned to in person: an officer's own filing stays with that unit where `[flow]` says so."""
    unit = law.jurisdiction.unit(by.unit) if by.role == "officer" and by.unit else None
    if unit is None or law.leads("file_direct", unit.kind, filing.kind) == "awaiting_dispatch":
        return None
    return unit.name


def first_state(filing: Filing, direct: str | None, law: Law) -> str:
    if filing.kind == "rating" and filing.kind in law.rulebook.streams and not opens_case(filing, law):
        return "closed"
    if direct:
        unit = law.jurisdiction.unit(direct)
        return law.leads("file_direct", unit.kind if unit else None, filing.kind)
    if filing.proposal.get("verdict") in TO_SCREEN:
        return "screening"
    return law.leads("file", filing.kind)


def opens_case(filing: Filing, law: Law) -> bool:
    """Whether a rating is handled: a bad one always, a good one when it brings a suggestion."""
    if (filing.score or 0) <= law.read.bad_rating_max or filing.request.strip():
        return True
    return any(word in filing.text for word in law.read.suggestion_words)


def admitted_as(filing: Filing, law: Law) -> tuple[str, ...]:
    """The items of what the regulation takes in that a complaint falls under, by its words or the way it came."""
    if filing.kind != "complaint":
        return ()
    text = f"{filing.text} {filing.request}"
    return tuple(
        item.name
        for item in law.rulebook.admissions
        if filing.channel in item.channels or any(word in text for word in item.told_by)
    )


def class_at_filing(filing: Filing, event: str, law: Law) -> str | None:
    """The class a case has from the start: its kind's own, or the default where a clock already needs one."""
    book = law.rulebook
    own = next((item.name for item in book.classes if filing.kind in item.kinds), None)
    return own or (book.default_class if event in book.classed_by and book.covers(filing.kind) else None)
