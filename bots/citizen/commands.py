"""The plain commands that work at every step: 帮助, 返回, 取消, 等一下, 转人工, 跳过, 匿名 …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bots import heard
from bots.citizen import matters, own_cases, questions, redirect
from bots.citizen.corrections import kind_in
from bots.citizen.scene import Scene
from bots.message import Reply
from bots.talk import ASIDE, CONFIRMING, DRAFTING, EDITING, GATHERING, REDIRECTED, Draft, FileCase, Talk, Turn
from bots.values import replace

LONGEST_AFTER_YES = 12


def handle_command(scene: Scene) -> Turn | None:
    """The answer to a command, None if the message is none or it means nothing here."""
    said = heard.command(scene.text) or _agrees(scene) if scene.text and not scene.media else ""
    handler = COMMANDS.get(said)
    return handler(scene) if handler else None


def _agrees(scene: Scene) -> str:
    """A yes to the card with a few words after it ("对的，麻烦快点"), unless they take something back."""
    rest = heard.after_first_clause(scene.text) if scene.talk.stage == CONFIRMING else ""
    if not 0 < len(rest) <= LONGEST_AFTER_YES:
        return ""
    yes = heard.begins_with(scene.text) == "confirm"
    plain = not any(char.isdigit() for char in rest) and not heard.mentions("yes_but", "words", rest)
    asks = any(sign in scene.text for sign in "?？")
    return "confirm" if yes and plain and not asks else ""


def confirm(scene: Scene) -> Turn | None:
    """On the card: file it. Where an answer was asked for, "好的" is none."""
    draft = scene.talk.draft
    if draft is None:
        return scene.stay(scene.say("confirm.nothing")) if not scene.talk.number else None
    if scene.talk.stage in ASIDE:
        return redirect.insist(scene)
    if scene.talk.stage != CONFIRMING:
        return _as_it_is(scene, draft)
    filing = draft.filing(scene.here.citizen, scene.here.channel)
    act = FileCase(filing, matters.further(scene, filing), scene.talk.earlier)
    return scene.rest(*_consent(scene), acts=(act,), filed=scene.talk.serial)


def _as_it_is(scene: Scene, draft: Draft) -> Turn:
    """A yes before the card: whoever says "提交" sees the card with what there is; any other yes is asked once more."""
    asking = scene.talk.asking
    if "text" in asking:
        return scene.stay(Reply(questions.where_we_were(scene.here, draft, asking)))
    if heard.mentions("insistence", "file", scene.text):
        draft = replace(draft, skipped=tuple(dict.fromkeys((*draft.skipped, *asking))))
    return questions.go_on(scene, draft)


def _consent(scene: Scene) -> tuple[Reply, ...]:
    """Whether to be told of what comes days later, asked once, where the platform lets nobody be written to unasked."""
    if not scene.here.asks_consent:
        return ()
    row = (scene.button("consent_yes", "consent:yes"), scene.button("consent_no", "consent:no"))
    return (scene.say("consent.ask", row),)


def cancel(scene: Scene) -> Turn | None:
    """Drop the draft. It can be had back with 返回 until something new begins."""
    draft = scene.talk.draft
    if draft is None:
        return scene.rest(scene.say("cancel.nothing"))
    return scene.rest(scene.say("cancel.done"), previous=draft)


def back(scene: Scene) -> Turn | None:
    """One step back: from changing a field to the card, from a statement to before it, from cancelled to the draft."""
    talk = scene.talk
    if talk.stage == EDITING and talk.draft is not None:
        return questions.go_on(scene, talk.draft)
    if talk.previous is None:
        return scene.rest(scene.say("back.nowhere")) if talk.draft is None else questions.go_on(scene, _unasked(talk))
    undone = replace(scene, talk=replace(talk, previous=None))
    return questions.go_on(undone, replace(talk.previous, asked={}), scene.say("back.done"))


def _unasked(talk: Talk) -> Draft:
    """The draft ready to be asked the same again: going back must not use up the asking."""
    draft = talk.draft or Draft()
    return replace(draft, asked={name: count for name, count in draft.asked.items() if name not in talk.asking})


def skip(scene: Scene) -> Turn | None:
    """What was asked for is not given."""
    draft = scene.talk.draft
    if draft is None or scene.talk.stage not in DRAFTING:
        return None
    if scene.talk.stage == EDITING:
        return questions.go_on(scene, draft)
    if scene.talk.stage == CONFIRMING:
        return scene.stay(scene.say("confirm.hint"))
    firm = {"text"}
    skipped = tuple(dict.fromkeys((*draft.skipped, *(name for name in scene.talk.asking if name not in firm))))
    notes = (scene.say("note.no_phone"),) if "phone" in scene.talk.asking and not draft.phone else ()
    return questions.go_on(scene, replace(draft, skipped=skipped), *notes)


def withhold(scene: Scene) -> Turn | None:
    """ "不说": what was asked for is not given; where nothing was asked, nothing is told at all."""
    return skip(scene) if scene.talk.stage == GATHERING else cancel(scene)


def anonymous(scene: Scene) -> Turn | None:
    draft = scene.talk.draft
    if draft is None:
        return scene.stay(scene.say("note.anonymous_later"))
    return questions.go_on(scene, replace(draft, anonymous=True), questions.anonymous_note(scene))


def named(scene: Scene) -> Turn | None:
    draft = scene.talk.draft
    return None if draft is None else questions.go_on(scene, replace(draft, anonymous=False))


def confidential(scene: Scene) -> Turn | None:
    draft = scene.talk.draft
    if draft is None:
        return scene.stay(scene.say("note.confidential_later", phone=scene.here.phone))
    return questions.go_on(scene, replace(draft, confidential=True), scene.say("note.confidential"))


def edit(scene: Scene) -> Turn | None:
    return questions.choose_field(scene) if scene.talk.draft is not None and scene.talk.stage in DRAFTING else None


def deny(scene: Scene) -> Turn | None:
    """ "不对" on the card asks which line; on a redirection it is disagreement."""
    if scene.talk.stage == REDIRECTED:
        return redirect.insist(scene)
    if scene.talk.stage in (CONFIRMING, EDITING):
        return questions.choose_field(scene)
    return skip(scene) if scene.talk.stage == GATHERING else None


def start(scene: Scene) -> Turn | None:
    """ "我要投诉" and nothing more: ask what it is."""
    kind = kind_in(scene.text) or "complaint"
    if scene.talk.draft is not None and scene.talk.stage in DRAFTING:
        other = scene.talk.stage == CONFIRMING and kind != scene.talk.draft.kind
        return questions.go_on(scene, replace(scene.talk.draft, kind=kind)) if other else None
    talk = replace(scene.talk, serial=scene.talk.serial + 1, offered=False, previous=None, rounds=0)
    draft = Draft(kind=kind, evidence=scene.talk.held_media)
    return questions.go_on(replace(scene, talk=replace(talk, held_media=(), held="")), draft)


def as_before(scene: Scene) -> Turn | None:
    """Name and telephone as they were left with an earlier case."""
    draft, person = scene.talk.draft, scene.here.person
    wanted: dict[str, Any] = {name: value for name, value in person.items() if value and name in scene.talk.asking}
    if draft is None or not wanted:
        return None
    return questions.go_on(scene, replace(draft, **wanted))


def restart(scene: Scene) -> Turn | None:
    return scene.rest(scene.say("restart"), previous=scene.talk.draft)


def wait(scene: Scene) -> Turn | None:
    return scene.stay(scene.say("wait"))


def help_me(scene: Scene) -> Turn | None:
    return scene.stay(with_ways(scene, "help", phone=scene.here.phone))


def greet(scene: Scene) -> Turn:
    """The first word to somebody new."""
    return scene.stay(with_ways(scene, "greeting", title=scene.here.title))


def with_ways(scene: Scene, key: str, **facts: object) -> Reply:
    """The sentence, and every other way of reaching the office under it; in short sentences without them."""
    said, ways = scene.say(key, **facts), scene.here.channels
    if not ways or scene.talk.plain:
        return said
    line = scene.here.words("ways", ways=scene.here.words("joint.asks").join(ways))
    return replace(said, text=f"{said.text}\n{line}")


def plainly(scene: Scene) -> Turn | None:
    """From now on in short sentences."""
    words = scene.here.words.plain()
    return scene.move(Reply(words("plainly.on")), plain=True)


def usually(scene: Scene) -> Turn | None:
    return scene.move(scene.say("plainly.off"), plain=False)


def insist(scene: Scene) -> Turn | None:
    """Disagreement brings a person: with what we just said of a draft, or with a decision on a filed case."""
    talk = scene.talk
    wants_filed = heard.mentions("insistence", "file", scene.text)
    if talk.stage == CONFIRMING:
        return confirm(scene) if wants_filed else questions.choose_field(scene)
    if talk.stage in DRAFTING and talk.draft is not None:
        return questions.show_card(scene, talk.draft)
    if talk.draft is None and talk.previous is not None:
        return back(scene)
    if talk.stage not in ASIDE and scene.here.cases and not wants_filed:
        return redirect.human(scene, scene.here.cases[0].number)
    return redirect.insist(scene)


def withdraw(scene: Scene) -> Turn | None:
    """In the middle of a draft there is nothing to take back but the draft."""
    return cancel(scene) if scene.talk.stage in DRAFTING else own_cases.ask_withdraw(scene)


def _outside_drafts(handler: Callable[[Scene], Turn]) -> Callable[[Scene], Turn | None]:
    return lambda scene: None if scene.talk.stage in DRAFTING else handler(scene)


COMMANDS: dict[str, Callable[[Scene], Turn | None]] = {
    "help": help_me,
    "human": redirect.human,
    "progress": own_cases.progress,
    "cancel": cancel,
    "back": back,
    "wait": wait,
    "skip": skip,
    "withhold": withhold,
    "confirm": confirm,
    "deny": deny,
    "edit": edit,
    "insist": insist,
    "anonymous": anonymous,
    "named": named,
    "confidential": confidential,
    "withdraw": withdraw,
    "supplement": _outside_drafts(own_cases.start_supplement),
    "urge": _outside_drafts(own_cases.urge),
    "restart": restart,
    "plainly": plainly,
    "usually": usually,
    "start": start,
    "as_before": as_before,
    "thanks": redirect.chat,
    "hello": redirect.chat,
}
