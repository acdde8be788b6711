"""What forms and ledgers print of a case, by name: the one place where a history becomes fields.

Values are texts, moments, or the codes of `terms.py` (a form's own word tables turn those into its words); an empty
text means there is nothing yet. A form or ledger of another region names these fields in data and adds no code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from casebook.case import Case, ClockRun, Entry
from casebook.jurisdiction import Jurisdiction
from casebook.paper_fields import Value, paper_fields
from casebook.redact import redact_address, redact_name, redact_number, redact_phone, redact_text
from casebook.working_days import Calendar

FREE_TEXTS = frozenset(
    [
        "text",
        "request",
        "respondent",
        "dispatch_note",
        "findings",
        "process",
        "measures",
        "results",
        "key_points",
        "basis",
        "decision_reason",
        "extension_reason",
        "revisit_text",
        "contact_text",
        "contact_lines",
        "agreed_text",
        "summary",
        "leader_words",
        "check_text",
        "return_reason",
        "appeal_text",
        "appeal_unit_words",
        "appeal_decision_text",
    ]
)


def fields(case: Case, calendar: Calendar, now: datetime, office: Jurisdiction | None = None) -> dict[str, Value]:
    """All fields of a case as they are at `now`, personal data included."""
    return {
        **_filed(case),
        **_office(case, office),
        **_dispatched(case),
        **_decided(case),
        **_handled(case),
        **_answered(case),
        **_limits(case, calendar, now),
        **_remarks(case, now),
        **paper_fields(case, office),
    }


def covered(values: Mapping[str, Value]) -> dict[str, Value]:
    """The same fields with personal data covered (脱敏): the filer's own, and what the free texts say of it."""
    name = str(values.get("name", ""))
    hide = {"phone": redact_phone, "id_number": redact_number, "address": redact_address, "name": redact_name}
    result = dict(values)
    for key, value in values.items():
        if key in hide and isinstance(value, str):
            result[key] = hide[key](value)
        elif key in FREE_TEXTS and isinstance(value, str):
            result[key] = redact_text(value, name)
    return result


def _filed(case: Case) -> dict[str, Value]:
    filing = case.filing
    return {
        "number": case.number,
        "service": str(filing.fields.get("service") or ""),
        "outside_number": filing.outside_number,
        "kind": case.kind,
        "state": case.state,
        "stream": case.stream or "",
        "class": case.case_class or "",
        "channel": filing.channel,
        "filed_at": case.filed,
        "name": filing.name,
        "organisation": str(filing.fields.get("complainant_organisation") or ""),
        "id_number": filing.id_number,
        "phone": filing.phone,
        "address": filing.address,
        "respondent": filing.respondent,
        "respondent_code": str(filing.fields.get("respondent_code") or filing.fields.get("staff_name") or ""),
        "request": filing.request,
        "text": "\n".join([filing.text, *_words(case, "supplement", "text")]),
        "evidence": "、".join([*filing.evidence, *_evidence(case)]),
        "admitted_as": "、".join(case.history[0].facts.get("admitted_as", ())),
    }


def _office(case: Case, office: Jurisdiction | None) -> dict[str, Value]:
    unit = office.unit(case.lead_unit) if office and case.lead_unit else None
    return {
        "body": office.body if office else "",
        "body_phone": office.phone if office else "",
        "check_code": "",  # where anybody can check a notice: known to whoever has the office's key
        "check_url": "",
        "unit_phone": unit.phone if unit else "",
        "lead_unit": case.lead_unit or "",
        "co_units": "、".join(case.co_units),
        "officer": case.officer,
        "sole_unit": "" if case.co_units else case.lead_unit or "",
        "leading_unit": case.lead_unit or "" if case.co_units else "",
    }


def _dispatched(case: Case) -> dict[str, Value]:
    orders = _all(case, "dispatch", "designate")
    last = orders[-1] if orders else None
    return {
        "order_number": _paper(case, orders),
        "dispatched_at": last.at if last else "",
        "dispatched_by": last.by.name if last else "",
        "dispatch_note": _private(last, "text", "reason"),
    }


def _decided(case: Case) -> dict[str, Value]:
    decisions = _all(case, "accept", "decline")
    last = decisions[-1] if decisions else None
    return {
        "decision": last.step if last else "",
        "decision_at": last.at if last else "",
        "decision_number": _paper(case, decisions),
        "decision_due": next((run.due for run in last.clocks if run.clock == "resolution"), "") if last else "",
        "decision_by": last.by.name if last else "",
        "decline_clause": str(last.facts.get("cites", "")) if last and last.step == "decline" else "",
        "decision_reason": _private(last, "reason"),
    }


def _handled(case: Case) -> dict[str, Value]:
    extensions = [entry for entry in _all(case, "extend", "approve") if _extends(entry)]
    last = extensions[-1] if extensions else None
    until = last.facts.get("until", "") if last else ""
    asked = _all(case, "extend")
    return {
        "contacted_at": tuple(entry.at for entry in _all(case, "contact")),
        "contact_text": "；".join(_words(case, "contact", "text")),
        "extended_at": last.at if last else "",
        "extended_until": datetime.fromisoformat(until) if until else "",
        "extension_reason": _private(asked[-1] if asked else None, "reason"),
        "urged_at": tuple(entry.at for entry in _all(case, "urge")),
        "supervised_at": tuple(entry.at for entry in _all(case, "supervise")),
        "reworked_at": tuple(
            entry.at for entry in case.history if entry.step == "fail_check" or entry.facts.get("rework")
        ),
        "hand_backs": str(case.hand_backs or ""),
    }


def _answered(case: Case) -> dict[str, Value]:
    answers = _all(case, "resolve")
    answer = answers[-1] if answers else None
    given = [entry for before, entry in zip(case.history, case.history[1:], strict=False) if _gives(before, entry)]
    asked = _all(case, "rate", "revisit")
    last = asked[-1] if asked else None
    revisits = _all(case, "revisit")
    return {
        **{key: _private(answer, key) for key in ("findings", "process", "measures", "results", "key_points", "basis")},
        "verdict": case.verdict or "",
        "resolved_at": answer.at if answer else "",
        "answered_at": given[-1].at if given else "",
        "score": str(case.score) if case.score else "",
        "rated_at": last.at if last else "",
        "rated_by": last.step if last else "",
        "revisited_at": tuple(entry.at for entry in revisits),
        "reached": ("yes" if revisits[-1].facts.get("reached", True) else "no") if revisits else "",
        "revisit_text": _private(last, "text"),
        "closed_at": case.closed or "",
    }


def _limits(case: Case, calendar: Calendar, now: datetime) -> dict[str, Value]:
    runs = [run for run in case.clocks if run.clock == "resolution"]
    late = max(
        (calendar.working_days_between(run.due, run.stopped or now) for run in runs if run.overdue(now)), default=-1
    )
    return {
        "dispatch_due": _due(case.run("dispatch")),
        "acceptance_due": _due(case.run("acceptance")),
        "resolution_due": _due(runs[-1] if runs else None),
        "resolution_days": str(runs[-1].working_days or "") if runs else "",
        "on_time": "" if not runs else ("late" if late > 0 else "same_day_late" if late == 0 else "on_time"),
        "late_days": str(late) if late > 0 else "",
        "just_in_time": "" if not runs or late > 0 else "same_day_late" if late == 0 else "on_time",
    }


def _remarks(case: Case, now: datetime) -> dict[str, Value]:
    merged = [str(entry.facts["number"]) for entry in case.history if entry.step == "merged_in"]
    late = any(run.overdue(now) for run in case.clocks if not run.target)
    marks = {
        "merged": bool(case.merged_into or merged),
        "anonymous": case.filing.anonymous,
        "confidential": case.filing.confidential,
        "urgent": "urgent" in case.marks,
        "overdue": late,
    }
    return {
        "marks": tuple(mark for mark, borne in marks.items() if borne),
        "confidential": "confidential" if case.filing.confidential else "",
        "anonymous": "anonymous" if case.filing.anonymous else "",
        "merged_into": case.merged_into or "",
        "linked": "、".join(merged),
        "related": "、".join(number for number in case.linked if number not in merged),
    }


def _paper(case: Case, entries: list[Entry]) -> str:
    """The number that the last of these papers was issued with; where the regulation's papers have none of their own,
    the case's with a serial."""
    return str(entries[-1].facts.get("paper") or f"{case.number}-{len(entries)}") if entries else ""


def _all(case: Case, *steps: str) -> list[Entry]:
    return [entry for entry in case.history if entry.step in steps]


def _private(entry: Entry | None, *keys: str) -> str:
    """The first of these that the entry holds."""
    texts = (entry.private.get(key) for key in keys) if entry else ()
    return next((str(text) for text in texts if text), "")


def _words(case: Case, step: str, key: str) -> list[str]:
    return [text for entry in _all(case, step) if (text := _private(entry, key))]


def _evidence(case: Case) -> Iterable[str]:
    for entry in _all(case, "supplement"):
        given: Any = entry.private.get("evidence") or ()
        yield from [given] if isinstance(given, str) else [str(name) for name in given]


def _extends(entry: Entry) -> bool:
    return bool(entry.facts.get("until")) and not entry.facts.get("asked")


def _gives(before: Entry, entry: Entry) -> bool:
    return (
        entry.state == "answered" and before.state != "answered" and entry.step in ("resolve", "approve", "pass_check")
    )


def _due(run: ClockRun | None) -> Value:
    return run.due if run else ""
