"""Who is told what when a step was taken. Pure: a case with its last entry comes in, notices come out.

Every notice of a step has the key NUMBER/SEQ/MESSAGE/TO, so that the same step can never tell the same person twice.
What goes into a group is masked here already: number, matter, due, masked name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casebook.addressing import citizens, consenting, leader_of, reviewer_of, source_of, to_citizens, to_staff, unit_of
from casebook.case import Case, Entry, Notice
from casebook.facts import Told, current, due_of, part, quarantined
from casebook.law import Law
from casebook.notices_after import TELL as AFTER
from casebook.notices_after import answer, fed_back
from casebook.notices_inquiry import TELL as INQUIRY
from casebook.notices_inquiry import coordinated
from casebook.rules import Clause
from casebook.steps.handling import ANSWER_FIELDS
from casebook.wording import sentences

Tell = Callable[[Case, Entry, Law], Iterator[Told]]

__all__ = ["citizens", "of_step", "unit_of"]


def of_step(case: Case, law: Law) -> tuple[Notice, ...]:
    """The notices of the case's last entry."""
    entry = case.history[-1]
    tell = TELL.get(entry.step)
    told = [*(tell(case, entry, law) if tell else ()), *_rooms(case, entry, law), *fed_back(case, entry, law)]
    return tuple(_notice(case, entry, item) for item in told if item.to)


def _notice(case: Case, entry: Entry, told: Told) -> Notice:
    key = f"{case.number}/{entry.seq}/{told.message}/{told.to}"
    return Notice(key, told.to, told.message, entry.at, case.number, told.facts, told.private)


def _rooms(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """The rooms that the article wants to hear of the step."""
    rule = law.rulebook.step(entry.step)
    for room in rule.tells if rule else ():
        if entry.step == "extend":
            yield to_staff(case, entry, law, room, "extension_notice", cites=_extension_cites(case, law))
        else:
            yield to_staff(case, entry, law, room, "progress", what=part(f"did_{entry.step}", unit=case.lead_unit))


# Grounds of the reader for which only the person can help; a missing respondent is looked at by itself.
VAGUE = frozenset({"lacks_content", "unclear_request", "chitchat"})


def _file(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if case.state == "closed":  # a good rating: kept, nothing to handle
        yield from to_citizens(case, entry, law, "receipt", variant="rating")
        return
    direct = unit_of(case)
    following = part("next_direct", unit=case.lead_unit) if direct else part("next_dispatch")
    if not law.rulebook.step("accept") or not law.rulebook.covers(case.kind):
        following = part("next_answered")
    yield from to_citizens(case, entry, law, "receipt", next=following, deed=_deed(case))
    missing = _missing(case, law)
    if missing:
        yield from to_citizens(case, entry, law, "clarify", missing=missing)
    waits = due_of(case.run("acceptance" if direct else "dispatch"))
    waits["admitted"] = "、".join(entry.facts.get("admitted_as", ())) or None
    yield to_staff(case, entry, law, direct or "dispatchers", "new_case", variant="direct" if direct else "", **waits)


def _deed(case: Case) -> str:
    """What the due date of a receipt is the due date of."""
    run = current(case)
    return part(f"deed_{run.clock}") if run else ""


def _missing(case: Case, law: Law) -> list[str]:
    """What a complaint lacks by the rulebook's list, in words; the machine asks, it refuses nothing (readings A23)."""
    filing = case.filing
    needed = {item.field: item.title for item in law.rulebook.materials if item.needed}
    named = filing.respondent or filing.fields.get("organisation") or filing.fields.get("staff_name")
    vague = filing.proposal.get("verdict") == "clarify" and filing.proposal.get("ground") in VAGUE
    if case.kind != "complaint":
        return []
    unnamed = [needed["respondent"]] if "respondent" in needed and not named else []
    return unnamed + ([needed.get("request", part("what_happened"))] if vague and not filing.request else [])


def _supplement(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    added = entry.private.get("text")
    open_to_all = added and not quarantined(case, law)
    more = {"private": {"matter": " ".join(str(added).split())}} if open_to_all else {}
    yield to_staff(case, entry, law, unit_of(case) or "dispatchers", "supplement_notice", **more)


def _withdraw(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    yield from to_citizens(case, entry, law, "withdrawn_notice")
    yield to_staff(case, entry, law, unit_of(case) or "dispatchers", "withdrawn_notice", variant="staff")


def _refuse(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    clause = law.rulebook.by_clause[entry.facts["clause"]]
    more = {"cites": clause.cites, "words": clause.words, "instead": _instead(case, law)}
    yield from to_citizens(case, entry, law, clause.message or "refused", **more)
    yield from _redirected(case, entry, law, clause)


def _redirected(case: Case, entry: Entry, law: Law, clause: Clause) -> Iterator[Told]:
    """Where to turn instead, and why, for a matter that is somebody else's."""
    if clause.redirect:
        yield from to_citizens(case, entry, law, "redirected", variant="elsewhere", instead=_instead(case, law))


def _instead(case: Case, law: Law) -> str:
    """Where to go instead, by the ground the machine named; the office's telephone where it named none."""
    ground = str(case.filing.proposal.get("ground") or "")
    return law.jurisdiction.redirects.get(ground) or part("instead_default", phone=law.jurisdiction.phone)


def _dispatch(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    deciding = case.state == "awaiting_acceptance"
    unit = law.jurisdiction.unit(case.lead_unit or "")
    contact = case.run("first_contact")
    more: dict[str, Any] = {
        "todo": part("todo_acceptance" if deciding else "todo_resolution"),
        "contact_by": due_of(contact)["due"] if contact is not None and contact.running else None,
        "chief": unit.chief if unit else None,
        **due_of(case.run("acceptance" if deciding else "resolution")),
    }
    first = "designation" if entry.step == "designate" else "dispatch_order"
    yield to_staff(case, entry, law, unit_of(case), first, **more)
    for co_unit in case.co_units:
        yield to_staff(case, entry, law, f"unit:{co_unit}", "dispatch_order", **more)
    yield from coordinated(case, entry, law)
    yield from to_citizens(case, entry, law, "progress", what=part("dispatched", unit=case.lead_unit))


def _transfer(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    to = str(entry.facts.get("to", ""))
    name = law.jurisdiction.redirects.get(to) or sentences()["part"].get(f"system_{to}", to)
    yield from to_citizens(case, entry, law, "redirected", to=name)
    yield to_staff(case, entry, law, f"system:{to}", "handover", to=name)


def _send_back(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    to = source_of(case)
    yield to_staff(case, entry, law, to, "handover", variant="returned", to=to.partition(":")[2])
    yield from to_citizens(case, entry, law, "redirected", to=part("source_system"))


def _merge(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.step("merge")
    more = {"cites": rule.cites} if rule else {"variant": "plain"}
    yield from to_citizens(case, entry, law, "merged_notice", into=case.merged_into, **more)


def _accept(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.step("accept")
    more = {"cites": rule.cites if rule else "", "paper": entry.facts.get("paper"), **due_of(case.run("resolution"))}
    yield from to_citizens(case, entry, law, "acceptance_notice", **more)


def _decline(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    clause = law.rulebook.by_clause[entry.facts["clause"]]
    paper = entry.facts.get("paper")
    more = {"cites": clause.cites, "words": clause.words, "instead": _instead(case, law)}
    yield from to_citizens(case, entry, law, "decline_notice", paper=paper, **more)
    yield from _redirected(case, entry, law, clause)


def _hand_back(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    more: dict[str, Any] = {name: entry.facts.get(name) for name in ("times", "suggest")}
    more["from_unit"] = entry.facts.get("unit")
    more["private"] = {"reason_line": entry.private.get("reason", "")}
    yield to_staff(case, entry, law, "dispatchers", "dispute_request", **more)
    if case.state == "disputed":
        yield to_staff(case, entry, law, "supervisors", "dispute_request", **more)


def _object(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """To the body that decides; where the suggested unit objects too, to those who designate."""
    if case.state == "disputed":
        yield from _hand_back(case, entry, law)
        return
    more = {"from_unit": case.lead_unit, "variant": "objection", "suggest": entry.facts.get("suggest")}
    reason = {"reason_line": entry.private.get("reason", "")}
    yield to_staff(case, entry, law, reviewer_of(case.lead_unit, law), "dispute_request", **more, private=reason)


def _contact(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.private.get("text"):
        yield from to_citizens(case, entry, law, "contact")


def _extend(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if entry.facts.get("asked"):
        to = consenting(case, law) or "dispatchers"
        yield to_staff(case, entry, law, to, "extension_request", until=entry.facts["until"])
    else:
        yield from to_citizens(case, entry, law, "extension_notice", **_extended(case, law))


def _extended(case: Case, law: Law) -> dict[str, Any]:
    asked = next((entry for entry in reversed(case.history) if entry.step == "extend"), None)
    reason = {"reason": asked.private.get("reason")} if asked else {}
    return {**due_of(case.run("resolution")), "cites": _extension_cites(case, law), "private": reason}


def _extension_cites(case: Case, law: Law) -> str:
    rule = law.rulebook.extension("resolution", case.case_class, case.stream)
    return rule.cites if rule else ""


def _reclassify(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    rule = law.rulebook.case_class(case.case_class)
    what = part("reclassified", class_title=rule.title if rule else "")
    yield from to_citizens(case, entry, law, "progress", what=what)


def _resolve(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    if case.state == "in_review":
        yield to_staff(case, entry, law, leader_of(case, law), "review_request", **_proposed(case))
    elif case.state == "in_check":
        yield to_staff(case, entry, law, "inspectors", "check_request", **_proposed(case))
    elif case.state == "answered":
        yield from answer(case, entry, law)
    elif entry.facts.get("no_answer") != "not_wanted" and any(
        entry.private.get(name) for name in ("findings", "results")
    ):
        # An answer may be left out, but where the chat still reaches the person it is sent all the same.
        yield from answer(case, entry, law, survey=False)


def _proposed(case: Case) -> dict[str, Any]:
    """The answer that somebody is to look at before it leaves."""
    last = next(entry for entry in reversed(case.history) if entry.step == "resolve")
    words = {name: last.private.get(name) for name in ANSWER_FIELDS}
    return {"verdict": case.verdict, "private": words}


def _approve(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    of = entry.facts.get("of")
    if of == "extend":
        yield from to_citizens(case, entry, law, "extension_notice", **_extended(case, law))
        yield to_staff(case, entry, law, unit_of(case), "extension_notice", **_extended(case, law))
    elif of == "appeal":
        yield to_staff(case, entry, law, reviewer_of(case.lead_unit, law), "appeal_request")
    elif of == "archive" and case.state == "archived":
        yield from to_citizens(case, entry, law, "archived_notice", what=part("as_answered"))
    elif of is None and case.state == "in_check":
        yield to_staff(case, entry, law, "inspectors", "check_request", **_proposed(case))
    elif of is None and case.state == "answered":
        yield from answer(case, entry, law)


def _reject(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    why = {"text": entry.private.get("reason")}
    if entry.facts.get("of") == "archive":
        yield to_staff(case, entry, law, "dispatchers", "progress", what=part("not_consented"))
    else:
        yield to_staff(case, entry, law, unit_of(case), "rework_order", variant="rejected", private=why)


def _recuse(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """Somebody else must take over: the leader names one, the dispatchers where the leader himself stepped out."""
    to = "dispatchers" if entry.by.role == "leader" else leader_of(case, law)
    yield to_staff(case, entry, law, to, "handover", variant="recused", who=entry.by.name)


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
    "object": _object,
    "contact": _contact,
    "extend": _extend,
    "reclassify": _reclassify,
    "resolve": _resolve,
    "approve": _approve,
    "reject": _reject,
    "pass_check": answer,
    "recuse": _recuse,
    **AFTER,
    **INQUIRY,
}
