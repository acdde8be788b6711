"""Further fields of a case that single regions' papers ask for: orders and their numbers, who checked, who was urged.

Part of `case_fields.fields`; a layout names them like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from casebook.case import Case, Entry
from casebook.issued import ORDERS, Issued, issued
from casebook.jurisdiction import Jurisdiction
from casebook.terms import SCORES

Value = str | datetime | tuple[str, ...] | tuple[datetime, ...]
LEADER_STEPS = frozenset({"approve", "reject", "supervise", "mark"})
THREE_SIDES = ("result", "efficiency", "attitude")


def paper_fields(case: Case, office: Jurisdiction | None) -> dict[str, Value]:
    """The fields, personal data included."""
    return {
        **_order(case),
        **_people(case, office),
        **_asked_again(case),
        **_ended(case),
        **_contact(case),
        **_returned(case),
        **_appealed(case),
        **_opinion(case),
    }


def _order(case: Case) -> dict[str, Value]:
    orders = [paper for paper in issued(case) if paper.step in ORDERS]
    last = orders[-1] if orders else None
    return {
        "order_year": last.year if last else "",
        "order_serial": last.serial if last else "",
        "order_office": last.office if last else "",
        "order_void": "void" if last and last.void else "",
        "void_orders": tuple(paper.number for paper in orders if paper.void and paper is not last),
        "order_due": _order_due(case, last),
        "signed_for_at": _signed_for(case, last),
        "all_units": "、".join(case.units),
        "several_units": "yes" if case.co_units else "",
    }


def _order_due(case: Case, order: Issued | None) -> Value:
    """The answer's limit as the order named it, before any extension."""
    if order is None:
        return ""
    runs = [
        run
        for entry in case.history
        if entry.at <= order.at
        for run in entry.clocks
        if run.clock == "resolution" and not run.target
    ]
    return runs[-1].due if runs else ""


def _signed_for(case: Case, order: Issued | None) -> Value:
    """When the lead unit first did anything with the order."""
    if order is None or order.void:
        return ""
    after = (entry for entry in case.history if entry.at >= order.at and entry.by.role in ("officer", "leader"))
    return next((entry.at for entry in after if entry.by.unit == case.lead_unit), "")


def _people(case: Case, office: Jurisdiction | None) -> dict[str, Value]:
    unit = office.unit(case.lead_unit) if office and case.lead_unit else None
    checks = _all(case, "pass_check", "fail_check")
    approvals = [entry for entry in _all(case, "approve") if not entry.facts.get("of") and entry.by.role == "leader"]
    return {
        "chief": unit.chief if unit else "",
        "checked_by": checks[-1].by.name if checks else "",
        "checked_at": checks[-1].at if checks else "",
        "check_result": checks[-1].step if checks else "",
        "check_text": _private(checks[-1] if checks else None, "text", "reason"),
        "leader_words": "；".join(_words(case, LEADER_STEPS)),
        "approved_by": approvals[-1].by.name if approvals else "",
        "approved_at": approvals[-1].at if approvals else "",
        "approved_paper": _private(approvals[-1] if approvals else None, "evidence"),
        "area": str(case.filing.fields.get("area") or case.filing.fields.get("place") or ""),
        "summary": str(case.filing.fields.get("summary") or case.filing.text),
    }


def _words(case: Case, steps: frozenset[str]) -> list[str]:
    entries = [entry for entry in case.history if entry.step in steps and entry.by.role == "leader"]
    return [text for entry in entries if (text := _private(entry, "text", "reason"))]


def _asked_again(case: Case) -> dict[str, Value]:
    """催办, 督办, 退回重办: whether, beside the moments that `case_fields` gives."""
    sent_back = any(entry.step == "fail_check" or entry.facts.get("rework") for entry in case.history)
    return {
        "urged": _yes(bool(_all(case, "urge"))),
        "supervised": _yes(bool(_all(case, "supervise"))),
        "reworked": _yes(sent_back),
    }


def _ended(case: Case) -> dict[str, Value]:
    answers = _all(case, "resolve")
    stands = case.state in ("answered", "closed", "archived", "terminated") and answers
    off = [entry for entry in case.history if entry.facts.get("closed_off")]
    refusals, rectified = _all(case, "refuse", "decline"), _all(case, "rectify")
    return {
        "rectified_at": rectified[-1].at if rectified else "",
        "rectified_text": _private(rectified[-1] if rectified else None, "text"),
        "finished_at": answers[-1].at if stands else "",
        "closed_off_at": off[-1].at if off and case.state == "closed" else "",
        "refusal": _cited(refusals[-1]) if refusals else "",
        "refusal_step": refusals[-1].step if refusals else "",
        "moved_to": case.state if case.state in ("transferred", "sent_back") else "",
        "way_of_revisit": _way(case),
    }


def _way(case: Case) -> str:
    asked = _all(case, "rate", "revisit")
    return asked[-1].step if asked else ""


def _cited(entry: Entry) -> str:
    return str(entry.facts.get("cites") or entry.facts.get("clause") or "")


def _contact(case: Case) -> dict[str, Value]:
    run = case.run("first_contact")
    answered = next((entry.at for entry in case.history if entry.step == "resolve"), None)
    contacts = _all(case, "contact")
    before = [entry for entry in contacts if answered is None or entry.at <= answered]
    return {
        "contact_hours": str(run.hours) if run and run.hours else "",
        "contact_due": run.due if run else "",
        "contact_lines": "\n".join(_line(entry) for entry in contacts),
        "agreed_at": before[-1].at if before and answered else "",
        "agreed_text": _private(before[-1], "text") if before and answered else "",
    }


def _line(entry: Entry) -> str:
    said = _private(entry, "text")
    return " ".join(part for part in (f"{entry.at:%Y-%m-%d %H:%M}", entry.by.unit or "", entry.by.name, said) if part)


def _returned(case: Case) -> dict[str, Value]:
    """The last hand-back or objection: why, and whose it should be."""
    backs = _all(case, "hand_back", "object", "send_back")
    last = backs[-1] if backs else None
    suggest = last.facts.get("suggest", "") if last else ""
    return {
        "returned_at": last.at if last else "",
        "returned_by": " ".join(part for part in (last.by.unit or "", last.by.name) if part) if last else "",
        "return_reason": _private(last, "reason", "text"),
        "return_basis": str(last.facts.get("basis") or last.private.get("basis") or "") if last else "",
        "suggested_unit": "、".join(suggest) if isinstance(suggest, list | tuple) else str(suggest),
    }


def _appealed(case: Case) -> dict[str, Value]:
    appeals = _all(case, "appeal")
    last = appeals[0] if appeals else None
    given = [entry for entry in appeals if entry.by.role == "leader"]
    made = [entry for entry in _all(case, "uphold", "dismiss") if entry.facts.get("of") != "object"]
    decided = made[-1] if made and last else None
    evidence = last.private.get("evidence", "") if last else ""
    return {
        "appealed_at": last.at if last else "",
        "appealed_by": " ".join(part for part in (last.by.unit or "", last.by.name) if part) if last else "",
        "appeal_ground": str(last.facts.get("ground", "")) if last else "",
        "appeal_text": _private(last, "reason", "text"),
        "appeal_evidence": evidence if isinstance(evidence, str) else "、".join(map(str, evidence)),
        "appeal_unit_words": _private(given[-1] if given else None, "text", "reason"),
        "appeal_decision": decided.step if decided else "",
        "appeal_decided_at": decided.at if decided else "",
        "appeal_decision_text": _private(decided, "reason", "text"),
        "rated_score": str(case.filing.score or case.score or ""),
    }


def _opinion(case: Case) -> dict[str, Value]:
    """What was said of result, speed and manner."""
    asked = _all(case, "rate", "revisit")
    facts: Mapping[str, object] = asked[-1].facts if asked else {}
    given = {side: facts.get(side) for side in THREE_SIDES}
    return {f"{side}_score": str(score) if score in SCORES else "" for side, score in given.items()}


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _all(case: Case, *steps: str) -> list[Entry]:
    return [entry for entry in case.history if entry.step in steps]


def _private(entry: Entry | None, *keys: str) -> str:
    """The first of these that the entry holds."""
    texts = (entry.private.get(key) for key in keys) if entry else ()
    return next((str(text) for text in texts if text), "")
