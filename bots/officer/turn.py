"""`turn`: one message in a group in, replies and commands out.

In a group people also talk to one another. A message is taken for us when it is a button, opens with a step or an
overview, answers one of our cards, or answers a question just put to this person; everything else is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bots import heard
from bots.message import BUTTON, Button, Message, Reply
from bots.officer.card import card
from bots.officer.lists import overview, search
from bots.officer.plain import PLAIN, do, say
from bots.officer.preparing import CONFIRMED, class_named, fill, missing, question, shown
from bots.officer.pressed import fact_of_press, with_press
from bots.officer.room import EMPTY, Link, OfficerTalk, OfficerView, RoomTurn, RoomView
from bots.officer.said import Spoken, elements, facts, spoken, wanted_word
from bots.officer.said import overview as overview_asked
from bots.wording import load_phrases
from casebook.lifecycle import TABLE

# The steps that pictures and papers belong to.
PROVED = frozenset({"supplement", "appeal", "approve", "resolve", "rectify", "investigate", "give_material"})
# The press that asks for the next case; behind it stands the number of the one just seen.
NEXT = "next"


def wanted_numbers(talk: OfficerTalk, message: Message, quoted: str) -> tuple[str, ...]:
    """The cases that the turn will want to look at."""
    data = _pressed(talk, message)
    named = heard.case_numbers(data) + heard.case_numbers(message.text)
    return tuple(dict.fromkeys(number for number in (*named, quoted, talk.number) if number))


def wants_overview(talk: OfficerTalk, message: Message) -> bool:
    """Whether lines of a list are wanted, and not what may be done with each case."""
    return bool(overview_asked(message.text)) or _pressed(talk, message).startswith(("list:", f"{NEXT}:"))


def after_which(talk: OfficerTalk, message: Message) -> str:
    """The case whose next one is asked for; "" where none is."""
    step, _, number = _pressed(talk, message).partition(":")
    return number if step == NEXT else ""


def wants_list(talk: OfficerTalk, message: Message, quoted: str) -> bool:
    """Whether the turn will want the room's open cases: an overview, or a step that names no case."""
    if wants_overview(talk, message):
        return True
    said = spoken(message.text)
    return said is not None and not said.number and not quoted


def turn(room: RoomView, message: Message) -> RoomTurn:
    """What is answered to one message in the room, and what is to be done."""
    data = _pressed(room.talk, message)
    if room.person is None:
        meant = bool(data) or spoken(message.text) is not None or bool(overview_asked(message.text))
        meant = meant or bool(wanted_word(message.text))
        return RoomTurn(EMPTY, (Reply(room.words("desk.stranger")),) if meant else ())
    result = _press(room, data) if data else _words(room, heard.clean(message.text), message)
    buttons = tuple((button.label, button.data) for row in _last_rows(result) for button in row)
    return replace(result, talk=replace(result.talk, choices=buttons))


def _pressed(talk: OfficerTalk, message: Message) -> str:
    if message.kind == BUTTON:
        return message.data
    return heard.chosen(message.text, talk.choices) if message.text else ""


def _last_rows(result: RoomTurn) -> tuple[tuple[Button, ...], ...]:
    return result.replies[-1].buttons if result.replies else ()


def _press(room: RoomView, data: str) -> RoomTurn:
    step, _, rest = data.partition(":")
    number, _, arg = rest.partition(":")
    if step == "list":
        page = int(arg) if arg.isdigit() and len(arg) < 5 else 1
        return RoomTurn(room.talk, (overview(number, room.listed, room.words, room.now, page),))
    if step == NEXT:
        return _next(room)
    view = room.cases.get(number)
    if view is None:
        return say(room, "desk.no_case")
    if step == "go":
        return _go(room, view, arg)
    if step in PLAIN:
        return PLAIN[step](room, view, arg)
    if step not in TABLE:
        return say(room, "desk.unknown_button")
    going_on = room.talk.number == number and room.talk.step == step
    given = dict(room.talk.facts) if going_on else {}
    return _prepare(room, view, step, with_press(given, fact_of_press(room, step, arg)))


def _next(room: RoomView) -> RoomTurn:
    """The card of the next case that waits here, or a word that none does."""
    view = room.cases.get(room.next)
    reply = card(view, room.words, room.now, room.units) if view else Reply(room.words("overview.mine_none"))
    return RoomTurn(EMPTY, (reply,))


def _words(room: RoomView, text: str, message: Message) -> RoomTurn:
    """Free words: an overview, a step, an answer to our question, or an answer to a quoted card."""
    asked = overview_asked(text)
    if asked == "help":
        return replace(say(room, "desk.help"), talk=room.talk)
    if asked:
        return RoomTurn(room.talk, (overview(asked, room.listed, room.words, room.now),))
    word = wanted_word(text)
    if word and not room.talk.asking:
        return RoomTurn(room.talk, (search(word, room.found, room.words, room.now),))
    said, files = spoken(text), [item.id for item in message.media]
    if said is not None and not _is_answer(room, said):
        return _spoken(room, said, files)
    if room.talk.step:
        return _answered(room, text, files)
    return _under_a_card(room, text, files)


def _under_a_card(room: RoomView, text: str, files: list[str]) -> RoomTurn:
    """Words or pictures that only answer a card: more of the case, or its answer."""
    view = room.cases.get(room.quoted)
    if view is not None and files and "supplement" in view.allowed:
        return _prepare(room, view, "supplement", {"text": text, "evidence": files})
    if view is not None and "resolve" in view.allowed and text:
        return _prepare(room, view, "resolve", facts("resolve", text, room.units, room.aliases))
    if view is not None and text:
        return RoomTurn(EMPTY, (Reply(room.words("desk.not_understood")), card(view, room.words, room.now, room.units)))
    return RoomTurn(room.talk)


def _is_answer(room: RoomView, said: Spoken) -> bool:
    """Words that only look like a step while an answer is being written ("处理：…", "退回申请人材料"), or its text."""
    looks_so = bool(room.talk.asking) and said.step != "resolve"
    return room.talk.step == "resolve" and not said.number and (looks_so or not said.word)


def _spoken(room: RoomView, said: Spoken, files: list[str]) -> RoomTurn:
    if said.step == "file":
        return RoomTurn(EMPTY, links=(Link("form", step="file"),))
    named, into = said.number or room.quoted, ""
    if said.step == "merge" and room.quoted and said.number:
        # The number said beside a quoted card is the other case.
        named, into = room.quoted, said.number
    view = room.cases.get(named)
    if view is None and (said.number or room.quoted):
        return say(room, "desk.no_case")
    if view is None:
        fitting = [each for each in room.listed if said.step in each.allowed]
        if len(fitting) != 1:
            return _which(room, said, fitting)
        view = fitting[0]
    given = {**facts(said.step, said.rest, room.units, room.aliases), **said.extra, **({"into": into} if into else {})}
    going_on = room.talk.number == view.number and room.talk.step == said.step
    known = {**(room.talk.facts if going_on else {}), **given}
    return _prepare(room, view, said.step, _with_files(said.step, known, files))


def _with_files(step: str, given: Mapping[str, Any], files: list[str]) -> dict[str, Any]:
    """Pictures and papers sent along prove something, where the step has anything to prove."""
    proof = {"evidence": list(dict.fromkeys([*given.get("evidence", ()), *files]))} if step in PROVED and files else {}
    return {**given, **proof}


def _which(room: RoomView, said: Spoken, fitting: list[OfficerView]) -> RoomTurn:
    if not fitting:
        return say(room, "desk.none_fitting")
    rows = tuple((Button(f"{each.number} {each.matter[:12]}", f"{said.step}:{each.number}"),) for each in fitting[:5])
    return RoomTurn(room.talk, (Reply(room.words("desk.which"), rows),))


def _answered(room: RoomView, text: str, files: list[str]) -> RoomTurn:
    """Words while a step is being prepared: the fact asked for, a yes, a no, or a change."""
    view = room.cases.get(room.talk.number)
    replies = load_phrases()["officer_reply"]
    said = heard.bare(text)
    if view is None or said in {heard.bare(word) for word in replies["cancel"]}:
        return say(room, "prepare.dropped", number=room.talk.number)
    if not room.talk.asking and said in {heard.bare(word) for word in replies["confirm"]}:
        return _go(room, view, room.talk.step)
    given = _with_files(room.talk.step, _given(room, view, text) if text else {}, files)
    if not text and not given:
        return RoomTurn(room.talk)
    if not given:
        unlabelled = room.talk.step == "resolve" and not room.talk.asking
        return RoomTurn(room.talk, (Reply(room.words("prepare.label" if unlabelled else "prepare.not_heard")),))
    known = [*room.talk.facts.get("evidence", ()), *given.get("evidence", ())]
    return _prepare(room, view, room.talk.step, {**room.talk.facts, **given, **({"evidence": known} if known else {})})


def _given(room: RoomView, view: OfficerView, text: str) -> dict[str, Any]:
    """What the words give: the fact asked for, or what they change of those already shown."""
    step = room.talk.step
    if room.talk.asking:
        return fill(step, room.talk.asking, text, room, view)
    if step == "resolve":
        return dict(elements(text))
    return facts(step, text, room.units, room.aliases)


def _prepare(room: RoomView, view: OfficerView, step: str, given: dict[str, Any]) -> RoomTurn:
    """Ask for what the step lacks, show it for confirmation, or do it.

    What the rules do not allow goes to the desk at once: its refusal names the reason and the article.
    """
    given = _settled(room, view, given)
    if step not in view.allowed:
        return do(room, view, step, given)
    lacking = tuple(
        name for name in missing(step, given, view) if not (name == "score" and given.get("reached") is False)
    )
    if lacking:
        talk = OfficerTalk(view.number, step, given, lacking[0])
        return RoomTurn(talk, (question(step, lacking, given, view, room),))
    faults = room.check(view.number, step, given)
    if step in CONFIRMED or faults:
        return RoomTurn(OfficerTalk(view.number, step, given), (shown(step, given, view, room.words, faults),))
    return do(room, view, step, given)


def _settled(room: RoomView, view: OfficerView, given: dict[str, Any]) -> dict[str, Any]:
    """Facts in the casebook's own form: a class by its name, a day with its year."""
    given = dict(given)
    named = given.pop("class_named", "")
    if named and class_named(named, view):
        given["class"] = class_named(named, view)
    day = given.pop("until_named", None)
    if day:
        given.update(_day(day, room))
    return given


def _day(named: list[int], room: RoomView) -> dict[str, Any]:
    """The day named without its year is the next one of that name."""
    year, month, day = named
    found = next_day(year, month, day, room.now.date())
    return {"until": found.isoformat()} if found else {}


def next_day(year: int, month: int, day: int, today: date) -> date | None:
    """The day of that name, the next one where no year is given; None for one that no calendar has."""
    try:
        found = date(year or today.year, month, day)
        return found.replace(year=found.year + 1) if not year and found < today else found
    except ValueError:
        return None


def _go(room: RoomView, view: OfficerView, step: str) -> RoomTurn:
    """Confirmed: do what was shown, if that is still what waits."""
    if room.talk.number != view.number or room.talk.step != step or room.talk.asking:
        return say(room, "prepare.nothing", number=view.number)
    faults = room.check(view.number, step, room.talk.facts) if step in view.allowed else ()
    if any(fault.blocks for fault in faults):
        return RoomTurn(room.talk, (shown(step, room.talk.facts, view, room.words, faults),))
    return do(room, view, step, dict(room.talk.facts))
