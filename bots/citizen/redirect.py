"""Answers what is not a matter for us: emergencies, other legal routes, abuse, small talk.

Nothing is refused here. The route is named with its clause, and whoever disagrees has a person look at it: the words
become a draft whose proposal says what the machine thought.
"""

from __future__ import annotations

from functools import lru_cache

from bots import heard
from bots.citizen.questions import go_on
from bots.citizen.scene import Scene
from bots.citizen.statement import begin
from bots.message import Reply
from bots.talk import DRAFTING, IDLE, REDIRECTED, Alarm, AskHuman, Turn
from bots.values import replace
from nlp.danger import FAREWELL

# What these grounds deserve is a kind word and another try, not a legal route.
TRY_AGAIN = frozenset({"abuse", "harassment", "spam", "superstition"})


def emergency(scene: Scene) -> Turn:
    """The numbers to call, at once and before anything else; a person is alarmed."""
    sort = danger_in(scene.text) or "other"
    reply = replace(scene.say(f"emergency.{sort}"), message="redirected")
    return scene.stay(reply, acts=(Alarm(scene.text),))


@lru_cache(maxsize=256)
def danger_in(text: str) -> str:
    """The sort of danger the words name; "" if they name none."""
    return heard.spoken_of("emergency", text) or ("self_harm" if FAREWELL.search(heard.simple(text)) else "")


def is_cry_for_help(text: str) -> bool:
    """Words that are answered at once, whatever a model thinks of them."""
    return danger_in(text) == "self_harm" or heard.mentions("danger", "now", text)


def elsewhere(scene: Scene) -> Turn:
    """Out of scope or, as the machine thinks, not to be received: say so, name the way, keep the words."""
    reading = scene.reading
    ground = (reading.ground if reading else None) or "unrelated"
    draft = begin(scene.text, (*scene.talk.held_media, *scene.media), reading, scene.here).draft
    serial = scene.talk.serial + 1
    row = (scene.button("insist", f"insist:{serial}"), scene.button("leave", f"cancel:{serial}"))
    text = _route(scene, ground, (reading.clause if reading else None) or "")
    name = "clarify" if ground in TRY_AGAIN else "redirected"
    move = scene.move(
        Reply(text, (row,), message=name), stage=REDIRECTED, draft=draft, previous=None, asking=(), rounds=0, number=""
    )
    return replace(move, talk=replace(move.talk, serial=serial, offered=False, held="", held_media=()))


def insist(scene: Scene) -> Turn:
    """The citizen does not agree: it is taken down, and a person decides."""
    draft = scene.talk.draft
    if draft is None:
        return scene.stay(scene.say("insist.nothing"))
    return go_on(scene, draft, scene.say("insist.taken"))


def while_redirected(scene: Scene) -> Turn | None:
    """Disagreement in more than a word ("我不同意，你们必须管"); anything else is heard for itself."""
    return insist(scene) if heard.begins_with(scene.text) in ("insist", "deny") else None


def human(scene: Scene, about: str = "") -> Turn:
    """A person is called; the place in the conversation stays."""
    phone = scene.here.phone
    reply = scene.say("human.called", phone=phone) if phone else scene.say("human.called_no_phone")
    numbers = heard.case_numbers(scene.text)
    return scene.stay(reply, acts=(AskHuman(scene.text, numbers[0] if numbers else about or scene.talk.number),))


def chat(scene: Scene) -> Turn:
    """A greeting or small talk: a short word and what can be done here."""
    if scene.talk.draft is not None and scene.talk.stage in DRAFTING:
        return scene.stay(scene.say("chat.in_draft"))
    praise = scene.reading is not None and scene.reading.kind == "praise"
    thanks = heard.command(scene.text) == "thanks" or praise
    key = "chat.thanks" if thanks else "chat.hello" if heard.command(scene.text) == "hello" else "chat.guide"
    return scene.move(scene.say(key, title=scene.here.title), stage=IDLE)


def _route(scene: Scene, ground: str, clause: str) -> str:
    words = scene.here.words
    key = f"redirect.{ground}" if words.has(f"redirect.{ground}") else "redirect.unrelated"
    parts = [words(key, title=scene.here.title)]
    where = scene.here.redirects.get(ground)
    if where:
        parts.append(words("redirect.where", where=where))
    if clause:
        parts.append(words("redirect.clause", clause=scene.here.clauses.get(clause, clause)))
    parts.append(words("redirect.try_again" if ground in TRY_AGAIN else "redirect.insist"))
    return "\n".join(parts)
