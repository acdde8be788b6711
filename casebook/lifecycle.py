"""The one lifecycle: which step leads from which states to which, and who may take it.

`TABLE` is the union of what five regulations need. A rulebook may leave a step unused and, where a step may lead to
more than one state, choose among them (`[flow]`); it may not draw a new arrow. `casebook.taking.take` is the only
thing that makes a new state, and it reads this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from casebook.terms import FINAL, STATES

BEFORE_DISPATCH = frozenset({"screening", "awaiting_dispatch", "disputed"})
WITH_UNIT = frozenset({"awaiting_acceptance", "handling", "in_review", "in_check", "under_appeal"})
OPEN = frozenset(STATES) - FINAL
UNANSWERED = OPEN - {"answered"}
AFTER = frozenset({"answered", "closed"})
SAME = frozenset({"same"})


@dataclass(frozen=True)
class Arrow:
    """`of`: the states a step may be taken in. `to`: where it may lead ("same" leaves the state). `by`: which roles."""

    of: frozenset[str]
    to: frozenset[str]
    by: frozenset[str]


def _arrow(of: frozenset[str] | str, to: frozenset[str] | str, by: str) -> Arrow:
    states = of if isinstance(of, frozenset) else frozenset(of.split())
    return Arrow(states, to if isinstance(to, frozenset) else frozenset(to.split()), frozenset(by.split()))


STARTING = frozenset({"screening", "awaiting_dispatch", "awaiting_acceptance", "handling", "in_check", "closed"})
AT_UNIT = frozenset({"awaiting_acceptance", "handling"})

TABLE: dict[str, Arrow] = {
    # step                 taken in                      leads to                                  by
    "file":                _arrow(frozenset(),           STARTING,                                 "citizen officer dispatcher system"),
    "supplement":          _arrow(OPEN,                  SAME,                                     "citizen officer"),
    "withdraw":            _arrow(UNANSWERED,            "withdrawn",                              "citizen"),
    "refuse":              _arrow(BEFORE_DISPATCH,       "refused",                                "dispatcher"),
    "dispatch":            _arrow(BEFORE_DISPATCH | AT_UNIT, AT_UNIT,                              "dispatcher"),
    "mark":                _arrow(OPEN | {"closed"},      SAME,                                     "dispatcher officer supervisor"),
    "designate":           _arrow(BEFORE_DISPATCH,       AT_UNIT,                                  "dispatcher supervisor"),
    "transfer":            _arrow(BEFORE_DISPATCH | AT_UNIT, "transferred",                        "dispatcher officer"),
    "send_back":           _arrow(BEFORE_DISPATCH,       "sent_back",                              "dispatcher"),
    "merge":               _arrow(UNANSWERED,            "merged",                                 "dispatcher officer"),
    "accept":              _arrow("awaiting_acceptance", "handling",                               "officer clock"),
    "decline":             _arrow("awaiting_acceptance", "declined",                               "officer"),
    "hand_back":           _arrow(AT_UNIT,               "awaiting_dispatch disputed",             "officer"),
    "contact":             _arrow(WITH_UNIT | {"answered"}, SAME,                                  "officer"),
    "extend":              _arrow("handling",            SAME,                                     "officer"),
    "reclassify":          _arrow(AT_UNIT,               SAME,                                     "officer dispatcher"),
    "resolve":             _arrow(AT_UNIT | {"awaiting_dispatch"}, "in_review in_check answered closed", "officer"),
    "rectify":             _arrow(AFTER,                 SAME,                                     "officer"),
    "clarify_publicly":    _arrow(AFTER,                 SAME,                                     "officer dispatcher"),
    "recuse":              _arrow(WITH_UNIT,             SAME,                                     "officer leader inspector"),
    "approve":             _arrow(OPEN,                  "same in_check answered archived",        "leader dispatcher supervisor"),
    "reject":              _arrow(OPEN,                  "same handling",                          "leader dispatcher supervisor"),
    "pass_check":          _arrow("in_check",            "answered",                               "inspector"),
    "fail_check":          _arrow("in_check answered",   "handling",                               "inspector"),
    "rate":                _arrow(AFTER,                 "answered closed",                        "citizen"),
    "revisit":             _arrow(AFTER,                 "same closed answered",                   "dispatcher officer"),
    "appeal":              _arrow("handling under_appeal", "same under_appeal",                         "officer leader"),
    "uphold":              _arrow(OPEN,                  "closed awaiting_dispatch disputed",      "reviewer"),
    "dismiss":             _arrow(OPEN,                  "handling same",                          "reviewer"),
    "object":              _arrow(AT_UNIT,               "same disputed",                          "officer"),
    "urge":                _arrow(OPEN,                  SAME,                                     "dispatcher supervisor clock"),
    "supervise":           _arrow(OPEN | {"closed"},     "same handling",                          "supervisor"),
    "terminate":           _arrow(UNANSWERED,            "terminated",                             "officer dispatcher"),
    "archive_as_answered": _arrow(OPEN,                  "same archived",                          "dispatcher"),
    "archive_as_opinion":  _arrow(BEFORE_DISPATCH,       "archived",                               "dispatcher"),
    "close_off":           _arrow(AFTER,                 "closed",                                 "officer dispatcher"),
    "publish":             _arrow(AFTER,                 SAME,                                     "dispatcher"),
    "investigate":         _arrow(WITH_UNIT,             SAME,                                     "officer dispatcher"),
    "request_material":    _arrow(WITH_UNIT,             SAME,                                     "officer dispatcher"),
    "give_material":       _arrow(WITH_UNIT,             SAME,                                     "officer"),
    "limit":               _arrow(WITH_UNIT,             SAME,                                     "dispatcher supervisor"),
    "correct":             _arrow(BEFORE_DISPATCH,       SAME,                                     "dispatcher"),
    "convene":             _arrow(WITH_UNIT,             SAME,                                     "dispatcher supervisor"),
    "recount":             _arrow(OPEN,                  SAME,                                     "clock"),
    "lapse":               _arrow(OPEN,                  SAME,                                     "clock"),
    "merged_in":           _arrow(OPEN,                  SAME,                                     "dispatcher officer"),
    "linked":              _arrow(frozenset(STATES),     SAME,                                     "clock"),
}  # fmt: skip
# What only the clock, or the desk itself, puts into a case's history.
BY_ITSELF = frozenset({"recount", "lapse", "merged_in", "linked"})

CHOICES = {
    "file": "file",
    "file_direct": "file",
    "dispatch": "dispatch",
    "designate": "designate",
    "hand_back": "hand_back",
    "resolve": "resolve",
    "approve": "approve",
}
DEFAULT_FLOW = {
    "file": "awaiting_dispatch",
    "file_direct": "awaiting_dispatch",
    "dispatch": "handling",
    "designate": "handling",
    "hand_back": "awaiting_dispatch",
    "resolve": "answered",
    "approve": "answered",
}

# Steps every office has, whether or not its regulation speaks of them. All others need an article (readings A43).
EVERYWHERE = (
    frozenset("file supplement withdraw mark merge dispatch designate transfer hand_back contact reclassify".split())
    | frozenset("resolve recuse rate revisit urge supervise".split())
    | frozenset("investigate request_material give_material limit correct".split())
    | BY_ITSELF
)
