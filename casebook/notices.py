"""Who is told what when a step was taken. Pure: two states of a case come in, notices come out.

Every notice of a step has the key NUMBER/SEQ/MESSAGE/TO, so that the same step can never tell the same person twice.
What goes into a group is masked here already: number, matter, due, masked name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casebook.case import Case, Entry, Notice
from casebook.facts import Told, case_facts, part
from casebook.law import Law
from casebook.redact import redact_text
from casebook.steps.after import SATISFIED_FROM
from casebook.terms import SCORES

Tell = Callable[[Case, Entry, Law], Iterator[Told]]


def of_step(case: Case, law: Law) -> tuple[Notice, ...]:
    """The notices of the case's last entry."""
    entry = case.history[-1]
    tell = TELL.get(entry.step)
    told = tell(case, entry, law) if tell else ()
    return tuple(_notice(case, entry, item) for item in told if item.to)


def _notice(case: Case, entry: Entry, told: Told) -> Notice:
    key = f"{case.number}/{entry.seq}/{told.message}/{told.to}"
    return Notice(key, told.to, told.message, entry.at, case.number, told.facts, told.private)


def citizens(case: Case) -> tuple[str, ...]:
    """Everybody who asked: the filer and those whose cases were merged into this one."""
    filer = (f"citizen:{case.filing.citizen}",) if case.filing.citizen else ()
    return filer + tuple(follower for follower in case.followers if follower not in filer)


def unit_of(case: Case) -> str:
    return f"unit:{case.lead_unit}" if case.lead_unit else ""


def _to_citizens(case: Case, entry: Entry, law: Law, message: str, **more: Any) -> Iterator[Told]:
    facts, private = case_facts(case, law)
    words = {**private, **entry.private, **more.pop("private", {})}
    for citizen in citizens(case):
        yield Told(citizen, message, {**facts, **more}, words)


def _to_staff(case: Case, entry: Entry, law: Law, to: str, message: str, /, **more: Any) -> Told:
    facts, private = case_facts(case, law)
    written = {**{key: value for key, value in entry.private.items() if key != "filing"}, **more.pop("private", {})}
    return Told(to, message, {**facts, **more}, {**private, **_covered(written, case)})


def _covered(words: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """What somebody wrote, fit for a group: telephone and identity numbers and the citizen's name covered."""
    name = case.filing.name
    return {key: redact_text(value, name) if isinstance(value, str) else value for key, value in words.items()}


def _file(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    direct = unit_of(case)
    following = part("next_direct", unit=case.lead_unit) if direct else part("next_dispatch")
    if not law.rulebook.step("accept") or not law.rulebook.covers(case.kind):
        following = part("next_answered")
    yield from _to_citizens(case, entry, law, "receipt", next=following)
    missing = [item.title for item in law.rulebook.materials if item.field == "respondent" and item.needed]
    if missing and case.kind == "complaint" and _unclear(case):
        yield from _to_citizens(case, entry, law, "clarify", missing=missing)
    to = direct or "dispatchers"
    yield _to_staff(case, entry, law, to, "new_case", variant="direct" if direct else "")


def _unclear(case: Case) -> bool:
    filing = case.filing
    named = filing.respondent or filing.fields.get("organisation") or filing.fields.get("staff_name")
    return not named or filing.proposal.get("verdict") == "clarify"


def _supplement(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    added = entry.private.get("text")
    more = {"private": {"matter": " ".join(str(added).split())}} if added else {}
    yield _to_staff(case, entry, law, unit_of(case) or "dispatchers", "supplement_notice", **more)


def _withdraw(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield from _to_citizens(case, entry, law, "withdrawn_notice")
    yield _to_staff(case, entry, law, unit_of(case) or "dispatchers", "withdrawn_notice", variant="staff")


def _refuse(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    clause = law.rulebook.by_clause[entry.facts["clause"]]
    message = clause.message or "refused"
    yield from _to_citizens(case, entry, law, message, cites=clause.cites, words=clause.words, instead=_instead(case, law))


def _instead(case: Case, law: Law) -> str:
    """Where to go instead, by the ground the machine named; the office's telephone where it named none."""
    ground = str(case.filing.proposal.get("ground") or "")
    return law.jurisdiction.redirects.get(ground) or part("instead_default", phone=law.jurisdiction.phone)


def _dispatch(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    todo = part("todo_acceptance" if case.state == "awaiting_acceptance" else "todo_resolution")
    first = "designation" if entry.step == "designate" else "dispatch_order"
    yield _to_staff(case, entry, law, unit_of(case), first, todo=todo)
    for unit in case.co_units:
        yield _to_staff(case, entry, law, f"unit:{unit}", "dispatch_order", todo=todo)
    yield from _to_citizens(case, entry, law, "progress", what=part("dispatched", unit=case.lead_unit))


def _transfer(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    to = str(entry.facts.get("to", ""))
    yield from _to_citizens(case, entry, law, "redirected", to=law.jurisdiction.redirects.get(to, to))
    yield _to_staff(case, entry, law, f"system:{to}", "handover", to=to)


def _send_back(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield _to_staff(case, entry, law, f"system:{case.filing.channel}", "handover", to=case.filing.channel)


def _merge(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.step("merge")
    cites = rule.cites if rule else ""
    yield from _to_citizens(case, entry, law, "merged_notice", into=case.merged_into, cites=cites)


def _accept(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.step("accept")
    yield from _to_citizens(case, entry, law, "acceptance_notice", cites=rule.cites if rule else "", paper=entry.facts.get("paper"))


def _decline(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    clause = law.rulebook.by_clause[entry.facts["clause"]]
    more = {"cites": clause.cites, "words": clause.words, "instead": _instead(case, law), "paper": entry.facts.get("paper")}
    yield from _to_citizens(case, entry, law, "decline_notice", **more)


def _hand_back(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    more = {
        "from_unit": entry.facts.get("unit"),
        "times": entry.facts.get("times"),
        "suggest": entry.facts.get("suggest"),
    }
    more["private"] = {"reason_line": entry.private.get("reason", "")}
    yield _to_staff(case, entry, law, "dispatchers", "dispute_request", **more)
    if case.state == "disputed" and int(entry.facts.get("times", 1)) >= law.read.dispute_after:
        yield _to_staff(case, entry, law, "supervisors", "dispute_request", **more)


def _contact(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.private.get("text"):
        yield from _to_citizens(case, entry, law, "contact")


def _extend(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.extension("resolution", case.case_class)
    if entry.facts.get("asked"):
        to = f"{rule.consent}s" if rule else "dispatchers"
        yield _to_staff(case, entry, law, to, "extension_request", until=entry.facts["until"])
    else:
        yield from _to_citizens(case, entry, law, "extension_notice", cites=rule.cites if rule else "")


def _reclassify(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.case_class(case.case_class)
    yield from _to_citizens(case, entry, law, "progress", what=part("reclassified", class_title=rule.title if rule else ""))


def _resolve(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    unit = law.jurisdiction.unit(case.lead_unit or "")
    if case.state == "in_review":
        yield _to_staff(case, entry, law, f"leader:{unit.leader if unit else ''}@{case.lead_unit}", "review_request")
    elif case.state == "in_check":
        yield _to_staff(case, entry, law, "inspectors", "check_request")
    elif case.state == "answered" and not entry.facts.get("no_answer"):
        yield from _answer(case, entry, law)


def _answer(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    last = next(item for item in reversed(case.history) if item.step == "resolve")
    invalid = law.rulebook.invalid
    word = part("invalid", word=invalid.word) if case.verdict in invalid.verdicts else ""
    words = {key: value for key, value in last.private.items() if key != "reason"}
    yield from _to_citizens(case, entry, law, "answer", invalid=word or "。", verdict=case.verdict, private=words)
    yield from _to_citizens(case, entry, law, "survey")


def _approve(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.facts.get("of") == "extend":
        rule = law.rulebook.extension("resolution", case.case_class)
        yield from _to_citizens(case, entry, law, "extension_notice", cites=rule.cites if rule else "")
    elif case.state == "in_check":
        yield _to_staff(case, entry, law, "inspectors", "check_request")
    elif case.state == "answered":
        yield from _answer(case, entry, law)


def _reject(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    why = {"text": entry.private.get("reason")}
    yield _to_staff(case, entry, law, unit_of(case), "rework_order", rework=None, private=why)


def _fail_check(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield from _rework(case, entry, law, str(entry.private.get("reason", "")))


def _rework(case: Case, entry: Entry, law: Law, why: str) -> Iterator[Told]:
    yield _to_staff(case, entry, law, unit_of(case), "rework_order", rework=case.rework_count, private={"text": why})
    if case.answers:
        yield from _to_citizens(case, entry, law, "rework_notice")


def _rate(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    score = int(entry.facts["score"])
    bad = score < SATISFIED_FROM
    more = {"score_title": SCORES[score], "variant": "bad" if bad else ""}
    yield from _to_citizens(case, entry, law, "survey_thanks", **more)
    if bad:
        yield from _dissatisfied(case, entry, law, score)


def _revisit(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    score = entry.facts.get("score")
    if entry.facts.get("reached") and score is not None and int(score) < SATISFIED_FROM:
        yield from _dissatisfied(case, entry, law, int(score))


def _dissatisfied(case: Case, entry: Entry, law: Law, score: int) -> Iterator[Told]:
    to = "inspectors" if law.has("fail_check") else "supervisors"
    yield _to_staff(case, entry, law, to, "dissatisfied", score_title=SCORES[score])


def _urge(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield _to_staff(case, entry, law, unit_of(case) or "dispatchers", "urge")


def _supervise(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    joint = part("joint") if entry.facts.get("joint") else " "
    yield _to_staff(case, entry, law, unit_of(case) or "dispatchers", "supervision", joint=joint)
    if entry.facts.get("rework"):
        yield from _rework(case, entry, law, str(entry.private.get("text", "")))


def _mark(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if "stability_risk" in entry.facts.get("marks", ()):
        yield _to_staff(case, entry, law, "supervisors", "supervision", joint=" ")


def _terminate(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    clause = law.rulebook.by_clause[entry.facts["clause"]]
    yield from _to_citizens(case, entry, law, "terminated_notice", cites=clause.cites, words=clause.words)


def _archive(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield from _to_citizens(case, entry, law, "archived_notice", what=part("opinion"))


def _recount(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.facts.get("moved"):
        yield from _to_citizens(case, entry, law, "progress", what=part("recounted"))
        yield _to_staff(case, entry, law, unit_of(case), "progress", what=part("recounted"))


TELL: Mapping[str, Tell] = {
    "file": _file,
    "supplement": _supplement,
    "withdraw": _withdraw,
    "refuse": _refuse,
    "dispatch": _dispatch,
    "designate": _dispatch,
    "transfer": _transfer,
    "send_back": _send_back,
    "merge": _merge,
    "accept": _accept,
    "decline": _decline,
    "hand_back": _hand_back,
    "contact": _contact,
    "extend": _extend,
    "reclassify": _reclassify,
    "resolve": _resolve,
    "approve": _approve,
    "reject": _reject,
    "pass_check": _answer,
    "fail_check": _fail_check,
    "rate": _rate,
    "revisit": _revisit,
    "urge": _urge,
    "supervise": _supervise,
    "mark": _mark,
    "terminate": _terminate,
    "archive_as_opinion": _archive,
    "recount": _recount,
}
