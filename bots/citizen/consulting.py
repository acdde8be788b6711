"""Consultation first: a reviewed answer where there is one, with its source, and "还是要提交" one tap away.

The words stay with the talk, so that whoever is not served need not say them again. A question without an answer is
filed like any other; nothing is invented.
"""

from __future__ import annotations

from bots import heard
from bots.citizen import redirect
from bots.citizen.scene import Scene
from bots.citizen.statement import begin
from bots.talk import CONSULTED, Turn
from bots.values import replace

LONGEST_QUESTION = 60
UNCLEAR = ("no_respondent", "chitchat", "unclear_request", "lacks_content")


def known_answer(scene: Scene) -> Turn | None:
    """The answer to a question, if a person has written it down."""
    mind = scene.here.mind
    if mind is None or not is_question(scene):
        return None
    known = mind.look_up(scene.text)
    if known is None:
        return None
    draft = replace(begin(scene.text, (), scene.reading, scene.here).draft, kind="consultation")
    serial = scene.talk.serial + 1
    row = (scene.button("solved", f"solved:{serial}"), scene.button("still", f"insist:{serial}"))
    facts = {"answer": known.answer, "source": known.source, "unit": known.unit, "reviewed": known.reviewed}
    said = scene.say("known.answer", row, **facts)
    return scene.rest(said, stage=CONSULTED, draft=draft, serial=serial)


def is_question(scene: Scene) -> bool:
    """Whether the words ask how something is done, rather than tell what was done wrong."""
    reading, text = scene.reading, scene.text
    if reading is None or scene.media or len(text) > LONGEST_QUESTION or heard.command(text):
        return False
    if reading.kind == "consultation":
        return reading.verdict == "accept" or reading.ground in UNCLEAR
    mild = {"clarify": UNCLEAR, "refuse": ("spam", "harassment"), "out_of_scope": ("unrelated",)}
    asks = heard.mentions("question", "asks", text) or text.rstrip().endswith(("?", "？", "吗", "呢"))
    return asks and reading.ground in mild.get(reading.verdict, ())


def while_consulted(scene: Scene) -> Turn | None:
    """Served, or not; anything else is heard for itself."""
    said = heard.command(scene.text)
    if said in ("confirm", "thanks", "cancel", "skip", "restart"):
        return over(scene)
    return redirect.insist(scene) if said in ("insist", "deny", "start") else None


def over(scene: Scene) -> Turn:
    return scene.rest(scene.say("known.over"))
