"""One statement, how many matters; and is it one that we know already?

Several matters become several cases, after asking. The same matter of one's own goes to the open case as a supplement,
after asking; of a concluded one the citizen hears the earlier answer and is asked what is new. Nothing is turned away:
whoever says it is another matter, or wants it filed all the same, has it filed, with the number of the earlier one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bots import heard
from bots.citizen import own_cases
from bots.citizen.questions import go_on, shortened
from bots.citizen.scene import Scene
from bots.citizen.statement import FILED_KINDS, begin, kept_fields, kind_of, proposal, request_in
from bots.message import Reply
from bots.talk import HOLDING, REPEATING, SPLITTING, CaseView, Draft, Mind, Turn
from bots.values import replace
from casebook.case import Filing

SHORTEST_PART, MOST_PARTS = 6, 5
# From here on it is worth a question; a wrong guess costs the citizen one word.
ALIKE = 0.55
# Below this the reader only guesses whose matter it is.
SURE_OF_UNIT = 0.4
LONGEST_CHOICE = 20
NUMBER = "一二三四五六七八九十1-9"
MARK = re.compile(
    rf"(?:^|(?<=[\s。；;，,！!？?：:]))\s*(?:第[{NUMBER}](?:件事?|个问题|个事|是)?[、，,：:]?|[{NUMBER}](?:是|、|[.．](?!\d))"
    rf"|[（(][{NUMBER}][)）]|(?:还有|另外)(?:还)?(?:有)?(?:[一1](?:件|个))?(?:别的)?(?:事情|事|问题)?[，,：:]?)"
)
COUNTED = re.compile(
    r"[两二三四五2-5](?:件事|个事|个问题|件事情)|第[二2](?:件|个)|(?:还有|另外)[一1]?(?:件|个)(?:事|问题)"
)
# States of a concluded case whose matter may come again.
CONCLUDED = frozenset({"answered", "closed", "declined", "refused", "terminated", "archived"})


def parts_of(text: str) -> tuple[str, ...]:
    """The pieces that the text itself marks as several; none where it marks none."""
    marks = list(MARK.finditer(text))
    if not marks:
        return ()
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    parts = [text[mark.end() : end].strip(" ，,。；;：:\n") for mark, end in zip(marks, ends, strict=True)]
    head = text[: marks[0].start()].strip(" ，,。；;：:\n")
    if len(head) >= SHORTEST_PART and not COUNTED.search(head):
        parts = [head, *parts]
    parts = [part for part in parts if len(part) >= SHORTEST_PART]
    return tuple(parts) if 2 <= len(parts) <= MOST_PARTS else ()


def several(scene: Scene) -> Turn | None:
    """Asks whether one statement is several matters."""
    mind = scene.here.mind
    parts = parts_of(scene.text) if mind else ()
    if not parts or mind is None or not _are_apart(scene.text, parts, mind):
        return None
    serial = scene.talk.serial + 1
    lines = [scene.here.words("several.line", place=place, gist=shortened(part, 40)) for place, part in _placed(parts)]
    row = (scene.button("split", f"split:{serial}", count=len(parts)), scene.button("whole", f"whole:{serial}"))
    question = scene.say("several.ask", row, count=len(parts), lines="\n".join(lines))
    held_media = (*scene.talk.held_media, *scene.media)
    return scene.rest(question, stage=SPLITTING, held=scene.text, held_media=held_media, parts=parts, serial=serial)


def while_splitting(scene: Scene) -> Turn | None:
    """Yes, no, or simply more of the story: then it is one."""
    said = heard.command(scene.text)
    if said in ("confirm", "split") or heard.mentions("several", "split", scene.text):
        return split(scene)
    if said in ("deny", "skip", "back") or heard.mentions("several", "whole", scene.text):
        return whole(scene)
    return None


def split(scene: Scene) -> Turn:
    """The first part becomes the draft, with what the whole statement says of the person; the others wait beside it."""
    talk, mind = scene.talk, scene.here.mind
    first, *others = talk.parts or (talk.held,)
    person = begin(talk.held, talk.held_media, None, scene.here).draft
    draft = _about(person, first, mind) if mind else person
    return go_on(_fresh(scene, parts=tuple(others)), draft)


def whole(scene: Scene) -> Turn:
    """It is one matter after all."""
    return start(scene, scene.talk.held)


def start(scene: Scene, text: str, earlier: str = "", *notes: Reply) -> Turn:
    """A draft of words that were held back."""
    mind = scene.here.mind
    reading = mind.read(text) if mind and text else None
    merged = begin(text, (*scene.talk.held_media, *scene.media), reading, scene.here)
    said = [scene.note(key, facts) for key, facts in merged.notes]
    return go_on(_fresh(scene, parts=(), earlier=earlier), merged.draft, *notes, *said)


def further(scene: Scene, filing: Filing) -> tuple[Filing, ...]:
    """The filings of the other parts: the same person, each its own matter."""
    mind = scene.here.mind
    if mind is None:
        return ()
    same = Draft(
        name=filing.name,
        phone=filing.phone,
        id_number=filing.id_number,
        address=filing.address,
        anonymous=filing.anonymous,
        confidential=filing.confidential,
    )
    parts = (_about(same, part, mind) for part in scene.talk.parts)
    return tuple(part.filing(filing.citizen, filing.channel) for part in parts)


def same_again(scene: Scene) -> Turn | None:
    """Asks about a statement that tells what one of the citizen's own cases tells."""
    case = _the_same(scene)
    if case is None:
        return None
    if "supplement" in case.steps and case.open:
        return _ask_where(scene, case)
    return _ask_what_is_new(scene, case)


def while_holding(scene: Scene) -> Turn | None:
    """Yes, no, or anything else, which is heard for itself."""
    case = scene.here.case(scene.talk.number) if scene.talk.number else None
    case = case or _only_open(scene)
    said = heard.command(scene.text) or _which(scene.text)
    if said == "back":
        return scene.stay(_still(scene, case))
    if case is None or not said:
        return None
    if said in ("confirm", "supplement"):
        return own_cases.with_held(scene, case)
    new = said in ("deny", "insist", "start", "restart") and bool(scene.talk.held)
    return start(scene, scene.talk.held) if new else None


def _still(scene: Scene, case: CaseView | None) -> Reply:
    """What is held back still waits for the citizen's choice."""
    to_it = (scene.button("same_matter", f"supplement:{case.number}"),) if case else ()
    return scene.say("same.still", (*to_it, scene.button("new_matter", "new_matter")))


def _only_open(scene: Scene) -> CaseView | None:
    """The case that a picture can only be for; None where there are several."""
    open_cases = [case for case in scene.here.cases if "supplement" in case.steps]
    return open_cases[0] if len(open_cases) == 1 else None


def _which(text: str) -> str:
    """Which of the two a few words choose: the case there is, or a new one; "" if they choose neither."""
    if len(text) > LONGEST_CHOICE:
        return ""
    if heard.mentions("several", "new", text):
        return "deny"
    return "supplement" if heard.mentions("several", "same", text) else ""


def while_repeating(scene: Scene) -> Turn | None:
    """What is new makes a new case, linked; nothing new may be filed all the same."""
    said = heard.command(scene.text)
    number = scene.talk.number
    if said in ("confirm", "insist", "start"):
        return start(scene, scene.talk.held, number, scene.say("insist.taken"))
    if said in ("deny", "skip", "cancel", "thanks", "back"):
        return scene.rest(scene.say("same.over"))
    if said or heard.case_numbers(scene.text) or not (scene.text or scene.media):
        return None
    text = f"{scene.talk.held}\n{scene.text}".strip()
    return start(scene, text, number, scene.say("same.taken", number=number))


def _ask_where(scene: Scene, case: CaseView) -> Turn:
    row = (scene.button("same_matter", f"supplement:{case.number}"), scene.button("new_matter", "new_matter"))
    question = scene.say("same.open", row, number=case.number, summary=shortened(case.summary, 24))
    return scene.rest(question, stage=HOLDING, number=case.number, held=scene.text, held_media=_all_media(scene))


def _ask_what_is_new(scene: Scene, case: CaseView) -> Turn:
    row = (scene.button("insist", f"again:{case.number}"), scene.button("leave", f"leave:{case.number}"))
    words = scene.here.words
    answer = words("same.answer", answer=shortened(case.answer, 300)) if case.answer else words("same.no_answer")
    rate = words("same.may_rate") if case.can_rate else ""
    facts = {"number": case.number, "summary": shortened(case.summary, 24), "answer": answer, "rate": rate}
    question = scene.say("same.concluded", row, **facts)
    return scene.rest(question, stage=REPEATING, number=case.number, held=scene.text, held_media=_all_media(scene))


def _the_same(scene: Scene) -> CaseView | None:
    """The own case most like the statement, if any is like it; an open one before a concluded one."""
    mind, text = scene.here.mind, scene.text
    if mind is None or not text or heard.mentions("several", "new", text):
        return None
    cases = [case for case in scene.here.cases if case.summary and (case.open or case.state in CONCLUDED)]
    likeness = {case.number: mind.alike(text, case.summary) for case in cases}
    alike = [case for case in cases if likeness[case.number] >= ALIKE]
    return max(alike, key=lambda case: (case.open, likeness[case.number]), default=None)


def _are_apart(text: str, parts: tuple[str, ...], mind: Mind) -> bool:
    """Whether the parts are matters of their own: counted as such by the citizen, or matters of different units."""
    readings = [mind.read(part) for part in parts]
    if any(reading.kind not in FILED_KINDS and reading.kind != "complaint" for reading in readings):
        return False
    units = [reading.departments[0] if reading.departments else ("", 0.0) for reading in readings]
    apart = all(one[0] != other[0] and min(one[1], other[1]) >= SURE_OF_UNIT for one, other in pairwise(units))
    return apart or bool(COUNTED.search(text))


def _about(person: Draft, part: str, mind: Mind) -> Draft:
    """The person's draft about this part."""
    reading = mind.read(part)
    fields = dict(reading.fields)
    kind = kind_of(reading, part)
    return replace(
        person,
        kind=kind,
        text=part,
        request=request_in(part) if kind == "complaint" else "",
        respondent=str(fields.get("organisation") or ""),
        fields=kept_fields(fields),
        proposal=proposal(reading),
    )


def _fresh(scene: Scene, **changes: object) -> Scene:
    """The scene at the beginning of a new draft."""
    clear = {"offered": False, "previous": None, "rounds": 0, "held": "", "held_media": (), "number": ""}
    talk = replace(scene.talk, **{**clear, "serial": scene.talk.serial + 1, **changes})  # type: ignore[arg-type]
    return replace(scene, talk=talk)


def _all_media(scene: Scene) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*scene.talk.held_media, *scene.media)))


def _placed(parts: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(enumerate(parts, 1))
