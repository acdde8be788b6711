"""`turn`: one message in, one turn out. Decides who answers; the parts beside it know what to say.

The order of HANDLERS is the order of urgency: danger first, then buttons, then plain commands, then what the stage of
the conversation waits for, and only then the reader's opinion.
"""

from __future__ import annotations

from datetime import timedelta

from bots import heard
from bots.citizen import adding, consulting, drafting, matters, own_cases, questions, redirect
from bots.citizen.commands import handle_command
from bots.citizen.presses import handle_press
from bots.citizen.scene import Handler, Scene
from bots.message import BUTTON, EVENT, LOCATION, UNKNOWN, VOICE, Button, Message, Reply
from bots.talk import (
    ADDING,
    ASIDE,
    CONSULTED,
    DRAFTING,
    HOLDING,
    IDLE,
    RATED,
    REDIRECTED,
    REPEATING,
    SPLITTING,
    SUPPLEMENTING,
    WITHDRAWING,
    AskHuman,
    Here,
    Reading,
    Talk,
    Turn,
    Unreached,
)
from bots.values import replace

# One message longer than this is a document, not a message; all of one matter may be twice as long.
LONGEST_MESSAGE = 5000
LONGEST_MATTER = 10000
# After this pause a person has turned to other things and wants to hear where we were.
PAUSE = timedelta(hours=6)
# A question for a filed case is short; what is longer and has no case to speak of is a matter of its own.
LONGEST_QUERY = 48
SHORTEST_MATTER = 4
LONGEST_THANKS = 12


def to_read(talk: Talk, message: Message) -> str:
    """What the reader should be given of this message; "" when reading it would tell nothing.

    While the matter itself is still unclear, old and new words are read as one statement.
    """
    text = heard.clean(message.text)
    if message.kind in (BUTTON, EVENT, UNKNOWN, LOCATION) or not text or len(text) > LONGEST_MESSAGE:
        return ""
    if talk.draft is not None and "text" in talk.asking and not heard.command(text):
        return f"{talk.draft.text}\n{text}".strip()
    return text


def turn(talk: Talk, message: Message, reading: Reading | None, here: Here) -> Turn:
    """What the conversation answers to one message, and what it asks to be done."""
    if talk.plain:
        here = replace(here, words=here.words.plain(), plain=True)
    scene = _scene(talk, message, reading, here)
    answers = (handler(scene) for handler in HANDLERS)
    result = next(answer for answer in answers if answer is not None)
    return _finished(talk, result, here)


def _scene(talk: Talk, message: Message, reading: Reading | None, here: Here) -> Scene:
    text = heard.clean(message.text)
    media = tuple(item.id for item in message.media if item.id) if message.kind != VOICE else ()
    data = message.data if message.kind in (BUTTON, EVENT) else heard.chosen(text, talk.choices) if text else ""
    place = text if message.kind == LOCATION else ""
    if message.kind == EVENT:
        data = f"event:{message.data}"
    elif message.kind == LOCATION and text:
        text = here.words("location.text", place=text)
    elif message.kind == UNKNOWN or (message.kind in (LOCATION, VOICE) and not text):
        data = f"unknown:{message.kind}"
    return Scene(talk, here, text, media, data, reading, place)


def _finished(before: Talk, result: Turn, here: Here) -> Turn:
    """The turn with what is remembered of it: the time, and the choices last offered, which an answer in between
    leaves open."""
    buttons = tuple((button.label, button.data) for row in _all_rows(result) for button in row)
    same_place = result.talk.stage == before.stage != IDLE and result.talk.draft == before.draft
    talk = replace(result.talk, last_at=here.now, choices=buttons or (before.choices if same_place else ()))
    paused = before.last_at is not None and here.now - before.last_at > PAUSE
    if paused and before.draft is not None and talk.draft is not None and result.replies:
        line = Reply(questions.where_we_were(here, before.draft, before.asking))
        said = tuple(reply for reply in result.replies if reply.text != line.text)
        return replace(result, talk=talk, replies=(line, *said))
    return replace(result, talk=talk)


def _all_rows(result: Turn) -> tuple[tuple[Button, ...], ...]:
    return tuple(row for reply in result.replies for row in reply.buttons)


def _unreadable(scene: Scene) -> Turn | None:
    if scene.data.startswith("unknown:"):
        kind = scene.data.removeprefix("unknown:")
        key = f"unreadable.{kind}" if kind in ("voice", "location") else "unreadable.unknown"
        return scene.stay(scene.say(key))
    if len(scene.text) > LONGEST_MESSAGE:
        return scene.stay(scene.say("unreadable.too_long", length=len(scene.text), limit=LONGEST_MESSAGE))
    if scene.talk.draft and len(scene.talk.draft.text) + len(scene.text) > LONGEST_MATTER:
        return scene.stay(scene.say("unreadable.too_much", limit=LONGEST_MATTER))
    if not (scene.text or scene.media or scene.data):
        return scene.stay(scene.say("unreadable.empty"))
    return None


def _emergency(scene: Scene) -> Turn | None:
    """Danger in the citizen's own words, or in the reader's opinion where no answer was being waited for."""
    if scene.data or not scene.text or heard.command(scene.text):
        return None
    read = scene.reading is not None and scene.reading.ground == "emergency"
    spoken = redirect.danger_in(scene.text)
    danger = read and (spoken or scene.talk.stage not in DRAFTING)
    return redirect.emergency(scene) if danger or redirect.is_cry_for_help(scene.text) else None


def _press(scene: Scene) -> Turn | None:
    return handle_press(scene) if scene.data else None


def _waiting_aside(scene: Scene) -> Turn | None:
    """A question in between, before the stage takes it for the answer it waits for."""
    return drafting.side_question(scene) if scene.talk.stage in drafting.WAITING else None


def _stage(scene: Scene) -> Turn | None:
    """What the stage waits for, where that is more than a statement."""
    waiting = {
        WITHDRAWING: own_cases.while_withdrawing,
        SUPPLEMENTING: own_cases.while_supplementing,
        RATED: own_cases.reason,
        HOLDING: matters.while_holding,
        CONSULTED: consulting.while_consulted,
        SPLITTING: matters.while_splitting,
        REPEATING: matters.while_repeating,
        ADDING: adding.while_adding,
        REDIRECTED: redirect.while_redirected,
    }
    handler = waiting.get(scene.talk.stage)
    return handler(scene) if handler else None


def _unreached(scene: Scene) -> Turn | None:
    if not scene.here.cases or not own_cases.unreached(scene):
        return None
    named = [case for number in heard.case_numbers(scene.text) if (case := scene.here.case(number))]
    claimed = [case for case in scene.here.cases if case.claims_contact]
    case = (named or claimed or list(scene.here.cases))[0]
    if not case.claims_contact:
        return scene.stay(scene.say("human.not_yet", number=case.number), acts=(AskHuman(scene.text, case.number),))
    return scene.stay(scene.say("human.unreached", number=case.number), acts=(Unreached(case.number, scene.text),))


def _rating(scene: Scene) -> Turn | None:
    return own_cases.rate_in_words(scene) if scene.talk.stage in (IDLE, RATED) and not scene.media else None


def _number(scene: Scene) -> Turn | None:
    """A case number and hardly anything else is a question for its progress."""
    numbers = heard.case_numbers(scene.text)
    besides = len(heard.bare(scene.text)) - sum(len(heard.bare(number)) for number in numbers)
    other = scene.reading is not None and scene.reading.kind in ("withdraw", "supplement")
    return own_cases.progress(scene) if numbers and besides <= (2 if other else 8) else None


def _about_own_case(scene: Scene) -> Turn | None:
    """What the reader takes for a word on a filed case."""
    reading = scene.reading
    if reading is None or (scene.talk.draft is not None and scene.talk.stage not in ASIDE):
        return None
    if reading.kind == "human_agent":
        return redirect.human(scene)
    longest = LONGEST_QUERY if scene.here.cases else LONGEST_QUERY // 3
    if _presses(scene, reading):
        return own_cases.urge(scene)
    if reading.kind == "progress_query" and len(scene.text) <= longest:
        presses = heard.mentions("own", "urge", scene.text) and any(case.open for case in scene.here.cases)
        return own_cases.urge(scene) if presses else own_cases.progress(scene)
    if reading.kind == "withdraw" and scene.here.cases and len(scene.text) <= longest:
        return own_cases.ask_withdraw(scene)
    said = heard.mentions("own", "supplement", scene.text) or heard.case_numbers(scene.text)
    return own_cases.start_supplement(scene) if reading.kind == "supplement" and said and scene.here.cases else None


def _presses(scene: Scene, reading: Reading) -> bool:
    """Whether short words urge the citizen's own open case on: those of whoever names no other unit."""
    own = any(case.open for case in scene.here.cases) and len(scene.text) <= LONGEST_QUERY
    pressed = own and reading.kind not in ("withdraw", "supplement") and heard.mentions("own", "press", scene.text)
    return pressed and not reading.fields.get("organisation")


def _elsewhere(scene: Scene) -> Turn | None:
    reading = scene.reading
    if reading is None or reading.verdict not in ("out_of_scope", "refuse"):
        return None
    return redirect.elsewhere(scene)


def _chat(scene: Scene) -> Turn | None:
    """Small talk, a command that means nothing here, or too little to be a matter."""
    reading = scene.reading
    chitchat = reading is not None and reading.verdict == "clarify" and reading.ground == "chitchat"
    said = heard.bare(scene.text)
    tiny = not scene.media and (bool(heard.command(scene.text)) or len(said) < SHORTEST_MATTER or said.isdigit())
    content = (
        reading is not None and reading.kind == "praise" and bool(scene.here.cases) and len(said) <= LONGEST_THANKS
    )
    return redirect.chat(scene) if chitchat or tiny or content else None


def _matters(scene: Scene) -> Turn | None:
    """Before a new matter is taken: is it several, is it known already?"""
    return matters.same_again(scene) or matters.several(scene)


HANDLERS: tuple[Handler, ...] = (
    _unreadable,
    _emergency,
    _press,
    drafting.editing,
    _waiting_aside,
    _stage,
    handle_command,
    drafting.side_question,
    _unreached,
    _rating,
    _number,
    drafting.drafting,
    drafting.picture_first,
    drafting.place_first,
    _about_own_case,
    consulting.known_answer,
    _elsewhere,
    _chat,
    _matters,
    drafting.statement,
)
