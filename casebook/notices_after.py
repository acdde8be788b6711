"""Who is told what once there is an answer: the answer itself, ratings, appeals, supervision, the ends of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casebook.addressing import leader_of, reviewer_of, source_of, to_citizens, to_staff, unit_of
from casebook.case import Case, Entry
from casebook.facts import Told, due_of, part
from casebook.law import Law
from casebook.steps.after import SATISFIED_FROM
from casebook.terms import APPEAL_GROUNDS, CRITERIA, SCORES

ANSWERED_BY = frozenset({"resolve", "approve", "pass_check"})


def answer(case: Case, entry: Entry, law: Law, *, survey: bool = True) -> Iterator[Told]:
    """The unit's answer in its own words, to everybody who asked, and what they think of it."""
    last = next(item for item in reversed(case.history) if item.step == "resolve")
    invalid = law.rulebook.invalid
    word = part("invalid", word=invalid.word) if case.verdict in invalid.verdicts else ""
    words = {key: value for key, value in last.private.items() if key != "reason"}
    more = {
        "invalid": word or "。",
        "verdict": case.verdict,
        "plan": part("is_plan") if last.facts.get("plan") else None,
    }
    yield from to_citizens(case, entry, law, "answer", **more, private=words)
    if survey:
        yield from to_citizens(case, entry, law, "survey")


def fed_back(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """The result, told to the system that handed the case over, where the regulation wants it told."""
    for rule in law.rulebook.feedbacks:
        fits = (not rule.streams or case.stream in rule.streams) and (
            not rule.channels or case.filing.channel in rule.channels
        )
        if fits and entry.step in rule.on and (entry.step not in ANSWERED_BY or case.state == "answered"):
            yield to_staff(case, entry, law, source_of(case), "handover", variant="result", **_result(case, rule.parts))


def _result(case: Case, parts: tuple[str, ...]) -> dict[str, Any]:
    """What is fed back: the answer's parts in the unit's words, the opinion of whoever was asked."""
    last = next((item for item in reversed(case.history) if item.step == "resolve"), None)
    words = {name: last.private.get(name) for name in parts} if last else {}
    return {
        "verdict": case.verdict,
        "opinion": SCORES.get(case.score or 0),
        "outside_number": case.filing.outside_number or None,
        "private": words,
    }


def rework(case: Case, entry: Entry, law: Law, why: str) -> Iterator[Told]:
    due = due_of(case.run("resolution"))
    failed = [CRITERIA[name] for name in CRITERIA if entry.facts.get(name) is False]
    text = {"text": part("failed", criteria="、".join(failed), why=why) if failed else why}
    yield to_staff(case, entry, law, unit_of(case), "rework_order", rework=case.rework_count, private=text, **due)
    if case.answers:
        yield from to_citizens(case, entry, law, "rework_notice", **due)


def _fail_check(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield from rework(case, entry, law, str(entry.private.get("reason", "")))


def _rate(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.facts.get("completes"):
        return
    score = int(entry.facts["score"])
    bad = score < SATISFIED_FROM
    more = {"score_title": SCORES[score], "variant": "bad" if bad else ""}
    yield from to_citizens(case, entry, law, "survey_thanks", **more)
    if bad:
        yield from _dissatisfied(case, entry, law, score)


def _revisit(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    score = entry.facts.get("score")
    if entry.facts.get("reached") and score is not None and int(score) < SATISFIED_FROM:
        yield from _dissatisfied(case, entry, law, int(score))


def _dissatisfied(case: Case, entry: Entry, law: Law, score: int) -> Iterator[Told]:
    """Where an inspector sends work back, he is asked whether to; elsewhere the supervisors are. What does not content
    after it was handled again goes one level up as well: past the inspector to the supervisors, else past the officers
    to their leader."""
    facts = {"score_title": SCORES[score]}
    if law.has("fail_check"):
        yield to_staff(case, entry, law, "inspectors", "check_request", variant="dissatisfied", **facts)
    else:
        yield to_staff(case, entry, law, "supervisors", "dissatisfied", **facts)
    if case.rework_count:
        above = "supervisors" if law.has("fail_check") else leader_of(case, law)
        yield to_staff(case, entry, law, above, "dissatisfied", variant="again", rework=case.rework_count, **facts)


def _urge(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield to_staff(case, entry, law, unit_of(case) or "dispatchers", "urge", **_waiting(case), **_auto(entry))


def _auto(entry: Entry) -> dict[str, Any]:
    return {"variant": "auto"} if entry.facts.get("auto") else {}


def _waiting(case: Case) -> dict[str, Any]:
    run = case.run("resolution")
    return due_of(run) if run is not None and run.running else {}


def _supervise(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    joint = part("joint") if entry.facts.get("joint") else " "
    yield to_staff(case, entry, law, unit_of(case) or "dispatchers", "supervision", joint=joint)
    if entry.facts.get("rework"):
        yield from rework(case, entry, law, str(entry.private.get("text", "")))


def _appeal(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """An officer's appeal goes to the unit's leader first, the unit's own to the body that reviews it."""
    waits = case.pending.get("appeal", {}).get("at_leader")
    to = leader_of(case, law) if waits else reviewer_of(case.lead_unit, law)
    ground = APPEAL_GROUNDS.get(str(entry.facts.get("ground")))
    yield to_staff(case, entry, law, to, "appeal_request", variant="leader" if waits else "", ground_title=ground)


def _uphold(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.facts.get("of") == "object":
        more = {name: entry.facts.get(name) for name in ("times", "suggest")}
        reason = {"reason_line": entry.private.get("reason", "")}
        unit = entry.facts.get("unit")
        yield to_staff(case, entry, law, "dispatchers", "dispute_request", from_unit=unit, **more, private=reason)
        return
    yield from to_citizens(case, entry, law, "progress", what=part("not_true"))
    yield to_staff(case, entry, law, unit_of(case), "progress", what=part("not_true"))


def _dismiss(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    what = part("objection_dismissed" if entry.facts.get("of") == "object" else "appeal_dismissed")
    yield to_staff(case, entry, law, unit_of(case), "progress", what=what, **_waiting(case))


def _rectify(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """Of what was put right the rooms hear; where it is what an answer had planned, so does the citizen."""
    if "marks" in entry.changes:
        what = part("carried_out", unit=case.lead_unit, text=entry.private.get("text"))
        yield from to_citizens(case, entry, law, "progress", private={"what": what})


def _terminate(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    clause = law.rulebook.by_clause[entry.facts["clause"]]
    yield from to_citizens(case, entry, law, "terminated_notice", cites=clause.cites, words=clause.words)
    if entry.by.role == "dispatcher":
        yield to_staff(case, entry, law, unit_of(case), "terminated_notice", variant="staff")
    yield to_staff(case, entry, law, "supervisors", "terminated_notice", variant="staff", cites=clause.cites)


def _archive_as_opinion(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield from to_citizens(case, entry, law, "archived_notice", what=part("opinion"))


def _archive_as_answered(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if case.state == "archived":
        yield from to_citizens(case, entry, law, "archived_notice", what=part("as_answered"))
    else:
        yield to_staff(case, entry, law, "supervisors", "review_request", variant="archive", answers=case.answers)


def _recount(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.facts.get("moved"):
        yield from to_citizens(case, entry, law, "progress", what=part("recounted"))
        yield to_staff(case, entry, law, unit_of(case), "progress", what=part("recounted"))


TELL: Mapping[str, Callable[[Case, Entry, Law], Iterator[Told]]] = {
    "fail_check": _fail_check,
    "rate": _rate,
    "revisit": _revisit,
    "urge": _urge,
    "supervise": _supervise,
    "appeal": _appeal,
    "uphold": _uphold,
    "dismiss": _dismiss,
    "rectify": _rectify,
    "terminate": _terminate,
    "archive_as_opinion": _archive_as_opinion,
    "archive_as_answered": _archive_as_answered,
    "recount": _recount,
}
