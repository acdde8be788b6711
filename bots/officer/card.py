"""How a case stands in a group: a few lines, nothing personal, and a button for each step the person may take now."""

from __future__ import annotations

from datetime import datetime, timedelta

from bots.message import Button, Reply
from bots.officer.room import OfficerView
from bots.wording import Words
from casebook.facts import part
from casebook.terms import KINDS, SCORES, STATES, STEPS
from casebook.wording import moment

SUGGESTED = 3
# The steps worth a button, two in a row, in the order in which they come up; the others are open in words.
ON_CARD = (
    "give_material", "resolve", "contact", "hand_back", "decline", "extend", "refuse", "approve", "reject",
    "pass_check", "fail_check", "revisit", "close_off", "rectify", "uphold", "dismiss", "appeal", "object", "urge",
    "supervise",
)  # fmt: skip
# Behind "更多": what is taken seldom, or cannot be taken back.
BEHIND = (
    "investigate", "request_material", "convene", "reclassify", "correct", "limit", "mark", "supplement", "merge",
    "transfer", "send_back", "terminate", "archive_as_answered",
    "archive_as_opinion", "clarify_publicly", "publish", "recuse",
)  # fmt: skip
UNHAPPY = 3
# Steps whose words are often long enough for a page of their own.
ON_PAGE = ("resolve", "dispatch", "request_material")


def card(view: OfficerView, words: Words, now: datetime, units: tuple[str, ...] = ()) -> Reply:
    """The case's card for this person."""
    return Reply(card_text(view, words, now), rows(view, words, units), card=view.number)


def card_text(view: OfficerView, words: Words, now: datetime) -> str:
    """Number, class, matter, who, by when and how long still."""
    title = view.class_title or words("desk.no_class")
    lines = [words("desk.card_head", number=view.number, kind=KINDS.get(view.kind, view.kind), title=title)]
    lines.append(words("desk.card_matter", matter=view.matter))
    if view.respondent:
        lines.append(words("desk.card_respondent", respondent=view.respondent))
    lines.append(words("desk.card_person", masked=view.masked, evidence=view.evidence))
    lines.append(words("desk.card_state", state=STATES.get(view.state, view.state), unit=view.lead_unit or "—"))
    if view.due is not None:
        lines.append(
            words("desk.card_due", clock=view.clock, due=moment(view.due), left=time_left(view.due, now, words))
        )
        if view.provisional:
            lines.append(words("desk.card_provisional"))
    if view.score is not None:
        lines.append(words("desk.card_score", score=SCORES.get(view.score, str(view.score))))
    return "\n".join([*lines, *_more_lines(view, words)])


def _more_lines(view: OfficerView, words: Words) -> list[str]:
    """Marks, the path between units, and what helps a dispatcher decide."""
    lines = []
    if view.marks:
        lines.append(words("desk.card_marks", marks=words("joint.fields").join(view.marks)))
    if view.lacking:
        lines.append(words("desk.card_lacking", papers=words("joint.fields").join(view.lacking)))
    if view.group:
        lines.append(words("desk.card_group", members=words("joint.fields").join(view.group)))
    if view.asked:
        listed = words("joint.fields").join(words("desk.asked", unit=unit, until=until) for unit, until in view.asked)
        lines.append(words("desk.card_asked", listed=listed))
    if view.hand_backs:
        lines.append(words("desk.card_path", path=" → ".join(_station(*each, words) for each in view.path)))
    if "dispatch" in view.allowed and view.proposal:
        lines.append(suggestion(view, words))
    if view.similar:
        listed = words("joint.fields").join(f"{number}（{unit}）" for number, unit in view.similar)
        lines.append(words("desk.similar", listed=listed))
    return lines


def _station(unit: str, why: str, words: Words) -> str:
    return words("desk.station_back", unit=unit, why=why[:20]) if why else unit


def suggestion(view: OfficerView, words: Words) -> str:
    """The units the machine suggests, with probability, and the words that spoke for the first."""
    units = words("joint.asks").join(f"{name} {chance:.0%}" for name, chance in view.proposal[:SUGGESTED])
    return words("desk.suggestion", units=units) + (part("because", why=view.why) if view.why else "")


def rows(view: OfficerView, words: Words, units: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
    """One tap each for what the rules allow this person now."""
    dispatching = next((step for step in ("dispatch", "designate") if step in view.allowed), "")
    made = dispatch_rows(view, words, units, dispatching) if dispatching else []
    if "accept" in view.allowed:
        made += [(button,) for button in accept_buttons(view, words)]
    steps = [
        step for step in ON_CARD if step in view.allowed and not (step == "close_off" and "revisit" in view.allowed)
    ]
    if not view.lead_unit:  # the urging would come back to those who urge
        steps = [step for step in steps if step != "urge"]
    buttons = [_step_button(step, view, words) for step in steps]
    if "supervise" in view.allowed and view.score is not None and view.score < UNHAPPY:
        buttons.append(Button(words("step.again"), f"again:{view.number}"))
    buttons += _looks(view, words)
    if any(step in view.allowed for step in (*BEHIND, *ON_PAGE)):
        buttons.append(Button(words("step.more"), f"more:{view.number}"))
    made += [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return tuple(made)


def _looks(view: OfficerView, words: Words) -> list[Button]:
    """What more there is to read of the case."""
    offered = {
        "answer": bool(view.answer),
        "whole": bool(view.whole),
        "read": view.hidden and "dispatch" in view.allowed,
        "look": view.identity,
    }
    return [Button(words(f"step.{name}"), f"{name}:{view.number}") for name, given in offered.items() if given]


def _step_button(step: str, view: OfficerView, words: Words) -> Button:
    label = words(f"step.{step}") if words.has(f"step.{step}") else STEPS[step]
    return Button(label, f"{step}:{view.number}")


def all_steps(view: OfficerView, words: Words) -> Reply:
    """What else this person may do with the case, and the pages for what is long."""
    buttons = [_step_button(step, view, words) for step in BEHIND if step in view.allowed]
    buttons += [
        Button(words("step.on_page", step=STEPS[step]), f"form:{view.number}:{step}")
        for step in ON_PAGE
        if step in view.allowed
    ]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Reply(words("desk.more" if rows else "desk.no_more", number=view.number), rows)


def dispatch_rows(view: OfficerView, words: Words, units: tuple[str, ...], step: str) -> list[tuple[Button, ...]]:
    """The top units, one tap each, and another one by typing its name."""
    suggested = [(name, chance) for name, chance in view.proposal if name in units][:SUGGESTED]
    made = [
        (
            Button(
                words("step.dispatch_to", unit=name, chance=f"{chance:.0%}"),
                f"{step}:{view.number}:{units.index(name)}",
            ),
        )
        for name, chance in suggested
    ]
    return [*made, (Button(words("step.dispatch_other"), f"{step}:{view.number}"),)]


def accept_buttons(view: OfficerView, words: Words) -> list[Button]:
    """One button a class, the usual class first and named simply."""
    if not view.classes:
        return [Button(words("step.accept"), f"accept:{view.number}")]
    usual, *others = view.classes
    first = Button(words("step.accept_as", title=usual[1]), f"accept:{view.number}:{usual[0]}")
    return [
        first,
        *(Button(words("step.accept_as", title=title), f"accept:{view.number}:{name}") for name, title in others),
    ]


def time_left(due: datetime, now: datetime, words: Words) -> str:
    """ "还有 2 天 3 小时", or how long it has been over."""
    over, span = due < now, abs(due - now)
    days, hours = span.days, span.seconds // 3600
    if span < timedelta(hours=1):
        return words("desk.over_soon" if over else "desk.left_soon")
    return words("desk.over" if over else "desk.left", days=days, hours=hours)
