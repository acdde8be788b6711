"""Asks for what is missing, all of it in one question, and shows the summary card when nothing is."""

from __future__ import annotations

from functools import cache

from bots.citizen.scene import Scene
from bots.citizen.services import tells_service
from bots.heard import bare, simple
from bots.message import Button, Reply
from bots.talk import CONFIRMING, EDITING, GATHERING, Draft, Here, Turn
from bots.values import replace
from bots.wording import load_phrases
from casebook.redact import redact_number

PERSONAL = ("name", "phone", "id_number", "address")
# How often a field may be asked for; then the card is shown without it. Two rounds of clarifying are the rulebooks'
# `clarify_rounds`; a request is asked for once, for most stories hold it unsaid.
ASK_AT_MOST = {
    "text": 2,
    "respondent": 2,
    "request": 1,
    "name": 2,
    "phone": 2,
    "id_number": 1,
    "address": 1,
    "evidence": 1,
    "service": 1,
}
EDITABLE = ("respondent", "text", "request", "name", "phone", "id_number", "address", "service", "kind")
VAGUE = ("lacks_content", "unclear_request", "chitchat")
LONGEST_SHOWN = 160
# So much of a statement nearly always shows that it says more than against whom.
BEGINNING = 40


def missing(draft: Draft, here: Here) -> tuple[str, ...]:
    """The required fields that are neither given, skipped nor asked for often enough."""
    if _is_vague(draft) and _may_ask(draft, "text"):
        return ("text",)
    if draft.kind != "complaint":
        return ()
    wanted = (name for name in required(here) if not (draft.anonymous and name in PERSONAL))
    lacking = tuple(name for name in wanted if not getattr(draft, name) and _may_ask(draft, name))
    return (*lacking, "service") if lacking and _wants_service(draft, here) else lacking


def _wants_service(draft: Draft, here: Here) -> bool:
    """Whether the rulebook wants to know what was applied for, and no word of it was said. It costs no question of
    its own."""
    wanted = any(material.field == "service" for material in here.materials)
    return wanted and not draft.service and not tells_service(draft.text) and _may_ask(draft, "service")


def required(here: Here) -> tuple[str, ...]:
    """What the rulebook will not do without, as far as this channel may carry it: first of the matter, then of the
    person. Nothing that the rulebook does not ask for is asked."""
    needed = {material.field for material in here.materials if material.required}
    if not here.may_take_id:
        needed -= {"id_number"}
    return tuple(name for name in ASK_AT_MOST if name in needed and name != "text")


def go_on(scene: Scene, draft: Draft, *before: Reply) -> Turn:
    """Ask for what is missing, in short sentences one thing at a time; or show the card."""
    wanted = missing(draft, scene.here)
    if not wanted:
        return show_card(scene, draft, *before)
    if scene.here.plain:
        wanted = wanted[:1]
    asked = {**draft.asked, **{name: draft.asked.get(name, 0) + 1 for name in wanted}}
    first = not any(draft.asked.get(name) for name in wanted)
    draft = replace(draft, asked=asked)
    unclear = "clarify" if "text" in wanted else "reply"
    question = Reply(question_text(scene.here, draft, wanted, first=first), message=unclear)
    return scene.move(*before, question, stage=GATHERING, draft=draft, asking=wanted, number="")


def question_text(here: Here, draft: Draft, wanted: tuple[str, ...], *, first: bool) -> str:
    """One question that gathers everything wanted."""
    words = here.words
    if "text" in wanted and only_names(draft):
        return words("question.text_named", respondent=draft.respondent)
    if "text" in wanted:
        return words("question.text" if first else "question.text_again")
    own = {material.field: material.ask for material in here.materials if material.ask}
    both = "name" in wanted and "phone" in wanted and not {"name", "phone"} & set(own)
    names = [name for name in wanted if not (both and name == "phone")]
    asks = [
        words("ask.name_and_phone") if both and name == "name" else own.get(name) or words(f"ask.{name}")
        for name in names
    ]
    key = "question.first" if first else "question.again"
    question = words(key, asks=words("joint.asks").join(asks))
    if not first or "name" not in wanted:
        return question
    return question + words("question.before_hint" if here.person else "question.anonymous_hint")


def not_counted(draft: Draft, asking: tuple[str, ...]) -> Draft:
    """The draft as if the last question had not been asked."""
    return replace(draft, asked={name: count - (name in asking) for name, count in draft.asked.items()})


def anonymous_note(scene: Scene) -> Reply:
    """What staying unnamed means here, in one line."""
    silent = scene.here.anonymous == "accept_no_reply"
    return scene.say("note.anonymous_no_answer" if silent else "note.anonymous")


def show_card(scene: Scene, draft: Draft, *before: Reply) -> Turn:
    """The summary with its three choices."""
    serial = scene.talk.serial
    rows = (
        (scene.button("confirm", f"confirm:{serial}"),),
        (scene.button("edit", f"edit:{serial}"), scene.button("cancel", f"cancel:{serial}")),
        *(((scene.private_button(),),) if _offers_form(draft, scene.here) else ()),
    )
    card = Reply(card_text(scene.here, draft, scene.talk.parts, offer=not scene.talk.offered), rows)
    return scene.move(*before, card, stage=CONFIRMING, draft=draft, asking=(), number="", offered=True)


def _offers_form(draft: Draft, here: Here) -> bool:
    """Whether an identity number could be given, but not in this chat."""
    asked = draft.kind == "complaint" and any(material.field == "id_number" for material in here.materials)
    return asked and not (here.may_take_id or draft.id_number or draft.anonymous) and bool(here.public_url)


def card_text(here: Here, draft: Draft, parts: tuple[str, ...] = (), *, offer: bool) -> str:
    """The matter as it will be filed, line by line."""
    words = here.words
    lines = [words("card.head")]
    for name, value in _shown(here, draft):
        lines.append(words("card.line", field=words(f"field.{name}"), value=value))
    lines += [words("several.card", gist=shortened(part, 60)) for part in parts]
    if draft.anonymous:
        lines.append(words("card.anonymous"))
    if draft.confidential:
        lines.append(words("card.confidential"))
    if offer and (optional := _optional(draft, here)):
        lines.append(
            words("card.optional", fields=words("joint.fields").join(words(f"field.{name}") for name in optional))
        )
    if offer and here.caution:
        lines.append(here.caution)
    lines.append(words("card.foot"))
    return "\n".join(lines)


def choose_field(scene: Scene) -> Turn:
    """Ask which line of the card to change."""
    serial = scene.talk.serial
    names = [name for name in EDITABLE if name != "id_number" or scene.here.may_take_id]
    buttons = [Button(scene.here.words(f"field.{name}"), f"field:{serial}:{name}") for name in names]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    back = (scene.button("back", f"card:{serial}"),)
    return scene.move(scene.say("edit.which", *rows, back), stage=EDITING, asking=())


def ask_new(scene: Scene, name: str) -> Turn:
    """Ask for the new value of one field."""
    if name == "kind":
        serial = scene.talk.serial
        kinds = ("complaint", "consultation", "suggestion")
        row = tuple(Button(scene.here.words(f"kind.{kind}"), f"kind:{serial}:{kind}") for kind in kinds)
        return scene.move(scene.say("edit.kind", row), stage=EDITING, asking=("kind",))
    question = scene.say("edit.value", field=scene.here.words(f"field.{name}"))
    return scene.move(question, stage=EDITING, asking=(name,))


def where_we_were(here: Here, draft: Draft, asking: tuple[str, ...]) -> str:
    """One line on an unfinished draft."""
    gist = shortened(draft.text or draft.respondent, 24)
    if asking:
        fields = here.words("joint.fields").join(here.words(f"field.{name}") for name in asking)
        return here.words("resume.asking", gist=gist, fields=fields)
    return here.words("resume.card", gist=gist)


def shortened(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _shown(here: Here, draft: Draft) -> list[tuple[str, str]]:
    """The lines of the card that have something to show, and those that should have."""
    words = here.words
    none = words("card.none")
    lines = [("kind", words(f"kind.{draft.kind}"))]
    if draft.kind == "complaint" or draft.respondent:
        lines.append(("respondent", draft.respondent or none))
    if draft.service:
        lines.append(("service", draft.service))
    lines.append(("text", shortened(draft.text, LONGEST_SHOWN) or none))
    if draft.kind == "complaint" or draft.request:
        lines.append(("request", draft.request or words("card.no_request")))
    if not draft.anonymous:
        lines += _personal_lines(draft, none, plain=here.plain)
    if draft.evidence:
        lines.append(("evidence", words("card.evidence", count=len(draft.evidence))))
    return lines


def read_aloud(phone: str) -> str:
    """A mobile number in groups, as people say it and screen readers read it."""
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if len(phone) == 11 and phone[0] == "1" else phone


def _personal_lines(draft: Draft, none: str, *, plain: bool) -> list[tuple[str, str]]:
    asked = draft.kind == "complaint"
    given = {"name": draft.name, "phone": read_aloud(draft.phone) if plain else draft.phone}
    lines = [(name, value or none) for name, value in given.items() if asked or value]
    if draft.id_number:
        lines.append(("id_number", redact_number(draft.id_number)))
    if draft.address:
        lines.append(("address", draft.address))
    return lines


def _optional(draft: Draft, here: Here) -> list[str]:
    """What the rulebook asks for but can do without, and is not given yet."""
    if draft.kind != "complaint":
        return []
    names = [material.field for material in here.materials if not material.required]
    taken = (name for name in names if here.may_take_id or name != "id_number")
    open_to = (name for name in taken if not (draft.anonymous and name in PERSONAL))
    known = (name for name in open_to if name in ASK_AT_MOST and name != "service")
    return [name for name in known if not getattr(draft, name) and name not in draft.skipped]


def _may_ask(draft: Draft, name: str) -> bool:
    return name not in draft.skipped and draft.asked.get(name, 0) < ASK_AT_MOST[name]


def _is_vague(draft: Draft) -> bool:
    """Whether the statement is too thin to hand to anybody."""
    vague = draft.proposal.get("verdict") == "clarify" and draft.proposal.get("ground") in VAGUE
    return vague or not draft.text.strip() or only_names(draft)


def only_names(draft: Draft) -> bool:
    """Whether a complaint says no more than against whom."""
    if draft.kind != "complaint" or not draft.respondent:
        return False
    told = [sign for sign in simple(draft.text[:BEGINNING]) if "一" <= sign <= "龥"]
    if not _naming().union(simple(draft.respondent)).issuperset(told):  # what is in none of the words is left at last
        return False
    besides = bare(draft.text).replace(bare(draft.respondent), "")
    for word in load_phrases()["draft"]["naming"]:
        besides = besides.replace(word, "")
    return not besides


@cache
def _naming() -> frozenset[str]:
    """The characters of the words that only name somebody, and of those that are taken off."""
    phrases = load_phrases()
    return frozenset("".join([*phrases["draft"]["naming"], *phrases["polite"]["before"], *phrases["polite"]["after"]]))
