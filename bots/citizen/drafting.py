"""A matter being told: its first statement, and what is said while it is gathered, shown or changed."""

from __future__ import annotations

from bots import heard
from bots.citizen import adding, own_cases, questions
from bots.citizen.corrections import edited_field, is_correction, lacks_new_phone
from bots.citizen.scene import Scene
from bots.citizen.statement import add, begin, put
from bots.message import Reply
from bots.talk import (
    ADDING,
    DRAFTING,
    EDITING,
    GATHERING,
    HOLDING,
    RATED,
    REDIRECTED,
    REPEATING,
    SPLITTING,
    SUPPLEMENTING,
    WITHDRAWING,
    Draft,
    Talk,
    Turn,
)
from bots.values import replace
from bots.wording import load_phrases

# How many pieces a story may come in before what we asked for counts as not given.
MOST_PATIENCE = 3
# Stages that wait for a word of the citizen's, and those of them where any words will do.
FREE_WORDS = frozenset({SUPPLEMENTING, RATED, REPEATING})
WAITING = FREE_WORDS | {REDIRECTED, WITHDRAWING, HOLDING, SPLITTING, ADDING}
QUESTION_ENDS = ("?", "？", "吗", "呢", "多久", "多长时间", "几天")


def statement(scene: Scene) -> Turn:
    """A new matter."""
    merged = begin(scene.text, (*scene.talk.held_media, *scene.media), scene.reading, scene.here)
    notes = [scene.note(key, facts) for key, facts in merged.notes]
    if merged.draft.anonymous:
        notes.append(questions.anonymous_note(scene))
    draft = _same_person(merged.draft, scene.talk.draft)
    return questions.go_on(replace(scene, talk=_new(scene.talk)), draft, *notes)


def _same_person(draft: Draft, before: Draft | None) -> Draft:
    """The draft with name and telephone that were given with words we could make nothing of."""
    if before is None or draft.anonymous:
        return draft
    return replace(draft, name=draft.name or before.name, phone=draft.phone or before.phone)


def drafting(scene: Scene) -> Turn | None:
    """Words or pictures while a draft is open: an answer, a correction or more of the story."""
    talk = scene.talk
    if talk.draft is None or talk.stage not in DRAFTING:
        return None
    changing = talk.stage == EDITING
    further = None if changing else adding.another(scene)
    if further:
        return further
    merged = add(talk.draft, scene.text, scene.media, talk.asking, scene.reading, scene.here, corrects=changing)
    notes = [scene.note(key, facts) for key, facts in merged.notes]
    if scene.media and not scene.text:
        notes.append(scene.say("note.picture", count=len(merged.draft.evidence)))
    if merged.draft.anonymous and not talk.draft.anonymous:
        notes.append(questions.anonymous_note(scene))
    patient = _is_still_telling(talk, merged.draft)
    draft = questions.not_counted(merged.draft, talk.asking) if patient else merged.draft
    scene = replace(scene, talk=replace(talk, previous=talk.draft, rounds=talk.rounds + patient))
    if scene.media and not scene.text and talk.stage == GATHERING:
        return scene.move(
            *notes, Reply(questions.where_we_were(scene.here, merged.draft, talk.asking)), draft=merged.draft
        )
    return questions.go_on(scene, draft, *notes)


def _is_still_telling(talk: Talk, draft: Draft) -> bool:
    """Whether the words only went on with the story: then our question still stands, and its asking does not count."""
    grew = talk.draft is not None and draft.text != talk.draft.text and "text" not in talk.asking
    answered = any(getattr(draft, name) for name in talk.asking)
    return grew and bool(talk.asking) and not answered and talk.rounds < MOST_PATIENCE


def picture_first(scene: Scene) -> Turn | None:
    """A picture before any word: kept, and the matter asked for."""
    if not scene.media or scene.text:
        return None
    held = own_cases.hold_media(scene)
    if held:
        return held
    media = tuple(dict.fromkeys((*scene.talk.held_media, *scene.media)))
    return scene.move(scene.say("note.picture_first"), held_media=media)


def place_first(scene: Scene) -> Turn | None:
    """A place on the map before any word: kept as where it happened, and the matter asked for."""
    if not scene.place or scene.talk.draft is not None:
        return None
    ends = load_phrases()["draft"]["respondent_end"]
    named = scene.place if any(scene.place.endswith(end) for end in ends) else ""
    fields = {"place": scene.place, **({"organisation": named} if named else {})}
    draft = Draft(text=scene.text, respondent=named, evidence=scene.talk.held_media, fields=fields)
    return questions.go_on(replace(scene, talk=_new(scene.talk)), draft)


def _new(talk: Talk) -> Talk:
    """The talk at the beginning of a new matter."""
    fresh = replace(talk, serial=talk.serial + 1, offered=False, previous=None, rounds=0)
    return replace(fresh, held="", held_media=(), parts=(), earlier="")


def side_question(scene: Scene) -> Turn | None:
    """A question in between, answered without losing the place; where free words are waited for, it must look like
    one."""
    asked, stage = heard.side_question(scene.text), scene.talk.stage
    asks = scene.text.rstrip("。.!！ ").endswith(QUESTION_ENDS)
    if not asked or stage not in DRAFTING | WAITING or (stage in FREE_WORDS and not asks):
        return None
    return scene.stay(scene.say(f"side.{asked}", phone=scene.here.phone))


def editing(scene: Scene) -> Turn | None:
    """A new value for the field chosen, or the choice of a field in words."""
    talk = scene.talk
    if talk.draft is None or talk.stage not in DRAFTING:
        return None
    named = edited_field(scene.text) or lacks_new_phone(scene.text)
    if named:
        return questions.ask_new(scene, named)
    besides = is_correction(scene.text) or heard.command(scene.text) or heard.side_question(scene.text)
    if talk.stage != EDITING or not talk.asking or not scene.text or besides:
        return None
    merged = put(talk.draft, talk.asking[0], scene.text, scene.here)
    notes = tuple(scene.note(key, facts) for key, facts in merged.notes)
    if any(key.startswith("note.wrong_") for key, _ in merged.notes):
        return scene.stay(*notes)
    return questions.go_on(replace(scene, talk=replace(talk, previous=talk.draft)), merged.draft, *notes)
