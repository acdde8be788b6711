"""A further matter that comes to mind while another is being told: asked about, then linked or written in."""

from __future__ import annotations

import re

from bots import heard
from bots.citizen.matters import COUNTED, MOST_PARTS, SHORTEST_PART, SURE_OF_UNIT
from bots.citizen.questions import go_on, not_counted, shortened
from bots.citizen.scene import Scene
from bots.citizen.statement import FILED_KINDS, add
from bots.talk import ADDING, Reading, Turn
from bots.values import replace

OPENING = re.compile(
    r"^(?:对了|哦对了?|啊对了?)?[，,\s]*(?:还有|另外|再有|再说)(?:还)?(?:有)?(?:[一1](?:件|个))?(?:别的)?(?:事情|事儿|事|问题)?[，,：:\s]*"
)


def another(scene: Scene) -> Turn | None:
    """Asks whether what begins with "还有一件事" is a matter of its own; None where nothing speaks for it."""
    talk, reading = scene.talk, scene.reading
    opening = OPENING.match(scene.text)
    if opening is None or talk.draft is None or reading is None or len(talk.parts) + 1 >= MOST_PARTS:
        return None
    told = scene.text[opening.end() :].strip()
    if len(told) < SHORTEST_PART or "text" in talk.asking or not _is_matter(reading):
        return None
    if not (COUNTED.search(opening[0]) or _is_of_another_unit(scene, told)):
        return None
    row = (scene.button("apart", f"split:{talk.serial}"), scene.button("into_this", f"whole:{talk.serial}"))
    question = scene.say("several.another", row, gist=shortened(told, 40))
    return scene.move(question, stage=ADDING, held=told, held_media=scene.media)


def while_adding(scene: Scene) -> Turn | None:
    """Apart or into the one at hand, in a word or more; what is said besides belongs to the one at hand."""
    said = heard.command(scene.text)
    if (
        said == "confirm"
        or heard.mentions("several", "split", scene.text)
        or heard.mentions("several", "new", scene.text)
    ):
        return apart(scene)
    if said in ("deny", "skip", "back") or heard.mentions("several", "whole", scene.text):
        return into_this(scene)
    return None if said or not scene.text else into_this(scene, scene.text)


def apart(scene: Scene) -> Turn:
    """Linked, with a number of its own."""
    talk = scene.talk
    return _on(scene, "", (*talk.parts, talk.held))


def into_this(scene: Scene, more: str = "") -> Turn:
    """Part of the matter at hand after all."""
    return _on(scene, f"{scene.talk.held}\n{more}".strip(), scene.talk.parts)


def _on(scene: Scene, words: str, parts: tuple[str, ...]) -> Turn:
    talk = scene.talk
    draft = not_counted(add(talk.draft, words, talk.held_media, (), None, scene.here).draft, talk.asking)  # type: ignore[arg-type]
    return go_on(replace(scene, talk=replace(talk, parts=parts, held="", held_media=(), previous=talk.draft)), draft)


def _is_matter(reading: Reading) -> bool:
    return reading.verdict == "accept" and (reading.kind == "complaint" or reading.kind in FILED_KINDS)


def _is_of_another_unit(scene: Scene, told: str) -> bool:
    """Whether both are surely matters of different units."""
    mind, draft = scene.here.mind, scene.talk.draft
    if mind is None or draft is None:
        return False
    one, other = ((mind.read(text).departments or (("", 0.0),))[0] for text in (draft.text, told))
    return one[0] != other[0] and min(one[1], other[1]) >= SURE_OF_UNIT
