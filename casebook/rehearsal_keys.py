"""What a rehearsal file may say: the keys of every step and expectation, the sorts of value, the words there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casebook.terms import CHANNELS, CRITERIA, KINDS, MARKS, STEPS, VERDICTS

WITH_UNIT = frozenset({"officer", "leader", "reviewer"})
UNNAMED = frozenset({"clock"})
FILING_KEYS = frozenset(
    [
        "kind",
        "text",
        "respondent",
        "name",
        "phone",
        "id_number",
        "address",
        "anonymous",
        "confidential",
        "evidence",
        "channel",
        "stream",
        "due",
        "score",
        "urgent",
        "request",
        "outside_number",
        "service",
    ]
)
# A chat message has words, or a picture by its name, a voice note by what was recognised of it, a place by its name.
SAID = frozenset({"text", "photo", "voice", "place"})
# What each step may say besides at, by, do and case.
KEYS: Mapping[str, frozenset[str]] = {
    "say": SAID | {"channel"},
    "file": FILING_KEYS,
    "supplement": frozenset({"text", "evidence"}),
    "withdraw": frozenset({"reason"}),
    "refuse": frozenset({"clause", "reason"}),
    "dispatch": frozenset({"to", "class", "urgent", "unclear", "reason"}),
    "mark": frozenset({"marks"}),
    "designate": frozenset({"to", "reason"}),
    "transfer": frozenset({"to", "reason"}),
    "send_back": frozenset({"reason"}),
    "merge": frozenset({"into", "reason"}),
    "accept": frozenset({"class"}),
    "decline": frozenset({"clause", "reason"}),
    "hand_back": frozenset({"reason", "suggest"}),
    "contact": frozenset({"text"}),
    "extend": frozenset({"until", "days", "reason"}),
    "reclassify": frozenset({"class", "reason"}),
    "resolve": frozenset(
        [
            "findings",
            "process",
            "measures",
            "results",
            "verdict",
            "on_the_spot",
            "key_points",
            "no_answer",
            "evidence",
            "basis",
            "plan",
        ]
    ),
    "rectify": frozenset({"text", "evidence", "others"}),
    "clarify_publicly": frozenset({"text"}),
    "recuse": frozenset({"reason"}),
    "approve": frozenset({"reason", "evidence"}),
    "reject": frozenset({"reason"}),
    "pass_check": frozenset({"reason", *CRITERIA}),
    "fail_check": frozenset({"reason", *CRITERIA}),
    "rate": frozenset({"score", "result", "efficiency", "attitude", "text"}),
    "revisit": frozenset({"score", "text", "way", "reached", "result", "efficiency", "attitude"}),
    "appeal": frozenset({"reason", "evidence", "ground"}),
    "uphold": frozenset({"reason"}),
    "dismiss": frozenset({"reason"}),
    "object": frozenset({"reason", "suggest"}),
    "urge": frozenset({"text"}),
    "supervise": frozenset({"text", "joint"}),
    "terminate": frozenset({"clause", "reason"}),
    "archive_as_answered": frozenset({"reason"}),
    "archive_as_opinion": frozenset({"reason"}),
    "close_off": frozenset({"reason"}),
    "publish": frozenset({"text"}),
    "investigate": frozenset({"way", "text", "evidence"}),
    "request_material": frozenset({"to", "until", "text"}),
    "give_material": frozenset({"text", "evidence"}),
    "limit": frozenset({"until", "cites", "reason"}),
    "correct": frozenset({"kind", "reason"}),
    "convene": frozenset({"members", "reason"}),
}
WITHOUT_CASE = frozenset({"say", "file"})
STREAMS = ("state_council", "rating", "local")
# Words that must be one of these, in steps.
VOCABULARY: Mapping[str, Iterable[str]] = {
    "verdict": VERDICTS,
    "kind": KINDS,
    "channel": CHANNELS,
    "stream": STREAMS,
    "marks": MARKS,
}
# What is written otherwise than as text. A number may stand for a text where that is how people write it.
YES_OR_NO = frozenset(
    [
        "anonymous",
        "confidential",
        "urgent",
        "unclear",
        "on_the_spot",
        "reached",
        "plan",
        "joint",
        "overdue",
        "running",
        *CRITERIA,
    ]
)
WHOLE = frozenset({"days", "score", "result", "efficiency", "attitude", "case", "round", "times", "rejected", "into"})
WHOLE |= frozenset({"rework_count"})
ONE_OR_MORE = frozenset({"to", "marks", "evidence", "members"})
MOMENTS = frozenset({"until", "due", "at"})
NUMBERS_TOO = frozenset({"clause", "phone", "id_number", "outside_number"})
TOP = frozenset({"rulebook", "about", "units", "steps", "expect"})
EXPECT = frozenset(
    [
        "case",
        "kind",
        "state",
        "lead_unit",
        "class",
        "verdict",
        "score",
        "rework_count",
        "clock",
        "round",
        "due",
        "overdue",
        "running",
        "message",
        "to",
        "at",
        "times",
        "rejected",
    ]
)

assert set(KEYS) - {"say"} <= set(STEPS)  # the doors' steps are the lifecycle's
