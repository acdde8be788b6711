"""Pressed buttons and events, `<what>:<serial or case number>[:arg]`. An old card's press is answered, never obeyed."""

from __future__ import annotations

from collections.abc import Callable

from bots.citizen import adding, commands, consulting, matters, own_cases, questions, redirect
from bots.citizen.scene import Scene
from bots.talk import ADDING, ASIDE, DRAFTING, REPEATING, SPLITTING, Subscribe, Turn
from bots.values import replace

KINDS = ("complaint", "consultation", "suggestion")


def handle_press(scene: Scene) -> Turn:
    """The answer to a press or an event."""
    what, _, rest = scene.data.partition(":")
    if what == "event":
        return _event(scene, rest)
    target, _, arg = rest.partition(":")
    if what in ON_DRAFT:
        return _on_draft(scene, what, target, arg)
    if what in ON_CASE:
        return _on_case(scene, what, target, arg)
    if what == "new_matter":
        return _new_matter(scene)
    if what == "consent":
        yes = target == "yes"
        return scene.stay(scene.say("consent.yes" if yes else "consent.no"), acts=(Subscribe(yes),))
    if what in ON_HELD:
        return _on_held(scene, what, target)
    return scene.stay(scene.say("press.unknown"))


def _event(scene: Scene, event: str) -> Turn:
    name, _, key = event.partition(":")
    if name == "subscribe":
        return commands.greet(scene)
    if name in ("menu", "scan"):
        handler = {"progress": own_cases.progress, "human": redirect.human, "help": commands.help_me}.get(key)
        return (handler(scene) if handler else None) or commands.greet(scene)
    return scene.stay()


def _on_draft(scene: Scene, what: str, serial: str, arg: str) -> Turn:
    talk = scene.talk
    if serial != str(talk.serial) or talk.draft is None or talk.stage not in DRAFTING | ASIDE:
        filed = serial == str(talk.filed)
        return scene.stay(scene.say("press.filed" if filed else "press.old"))
    if what == "field" and arg in questions.EDITABLE:
        return questions.ask_new(scene, arg)
    if what == "kind" and arg in KINDS:
        return questions.go_on(scene, replace(talk.draft, kind=arg))
    handler = ON_DRAFT[what]
    return (handler(scene) if handler else None) or scene.stay(scene.say("press.old"))


def _on_case(scene: Scene, what: str, number: str, arg: str) -> Turn:
    case = scene.here.case(number)
    if case is None:
        return scene.stay(scene.say("press.not_yours"))
    if what == "rate":
        return own_cases.rate(scene, number, int(arg) if arg in tuple("12345") else 0)
    if what == "supplement":
        return own_cases.with_held(scene, case)
    if what == "urge":
        return own_cases.urge_case(scene, case, scene.talk.held)
    if what == "withdraw":
        return own_cases.confirm_withdraw(scene, case)
    return own_cases.withdraw(scene, number) if what == "withdraw_yes" else own_cases.keep(scene, number)


def _on_held(scene: Scene, what: str, target: str) -> Turn:
    """What was held back, decided by a button; an old one is answered."""
    talk = scene.talk
    if what == "leave" and talk.stage == REPEATING:
        return scene.rest(scene.say("same.over"))
    if what == "again" and talk.stage == REPEATING and target == talk.number:
        return matters.start(scene, talk.held, target, scene.say("insist.taken"))
    if what in ("split", "whole") and talk.stage == ADDING and target == str(talk.serial):
        return adding.apart(scene) if what == "split" else adding.into_this(scene)
    if what in ("split", "whole") and talk.stage == SPLITTING and target == str(talk.serial):
        return matters.split(scene) if what == "split" else matters.whole(scene)
    return scene.stay(scene.say("press.old"))


def _new_matter(scene: Scene) -> Turn:
    """What was held back is something new: the words make a draft, a picture waits for its words."""
    if scene.talk.held:
        return matters.start(scene, scene.talk.held)
    return scene.rest(scene.say("note.picture_first"), held_media=scene.talk.held_media)


def _card(scene: Scene) -> Turn | None:
    return questions.go_on(scene, scene.talk.draft) if scene.talk.draft else None


def _confirm(scene: Scene) -> Turn | None:
    """The card's own button: obeyed wherever the draft stands, if nothing was changed since and nothing is missing."""
    if scene.talk.stage == "editing" and scene.talk.offered:
        return commands.confirm(replace(scene, talk=replace(scene.talk, stage="confirming")))
    return commands.confirm(scene)


ON_DRAFT: dict[str, Callable[[Scene], Turn | None] | None] = {
    "confirm": _confirm,
    "edit": questions.choose_field,
    "cancel": commands.cancel,
    "insist": redirect.insist,
    "solved": consulting.over,
    "card": _card,
    "field": None,
    "kind": None,
}
ON_HELD = frozenset({"split", "whole", "again", "leave"})
ON_CASE = frozenset({"rate", "supplement", "urge", "withdraw", "withdraw_yes", "withdraw_no"})
