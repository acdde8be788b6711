"""Speaks of cases already filed: progress, supplement, withdrawal, urging, rating.

Only the citizen's own cases are spoken of; a number that is not theirs is answered as if it did not exist.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bots import heard
from bots.citizen.questions import shortened, where_we_were
from bots.citizen.scene import Scene
from bots.message import Button, Reply
from bots.talk import DRAFTING, RATED, SUPPLEMENTING, WITHDRAWING, CaseView, Rate, Supplement, Turn, Urge, Withdraw
from bots.values import replace

MOST_LISTED = 5
LOW_SCORE = 2
LONGEST_REMARK = 60
WEEKDAYS = "一二三四五六日"


def progress(scene: Scene) -> Turn:
    """Where the cases named, or all of one's own, stand."""
    numbers = heard.case_numbers(scene.text)
    cases = [case for number in numbers if (case := scene.here.case(number))]
    if numbers and not cases:
        return scene.stay(scene.say("progress.not_yours", number=numbers[0], phone=scene.here.phone))
    cases = cases or list(scene.here.cases)
    draft = scene.talk.draft
    unfinished = () if draft is None else (Reply(where_we_were(scene.here, draft, scene.talk.asking)),)
    if not cases:
        return scene.stay(*(unfinished or (scene.say("progress.none"),)))
    lines = [told(scene, case) for case in cases[:MOST_LISTED]]
    if len(cases) > MOST_LISTED:
        lines.append(scene.here.words("progress.more", count=len(cases) - MOST_LISTED))
    return scene.stay(Reply("\n\n".join(lines)), *(unfinished if scene.talk.stage in DRAFTING else ()))


def told(scene: Scene, case: CaseView) -> str:
    """One case in a few lines: number, matter, where it stands, who has it, by when."""
    words = scene.here.words
    lines = [words("progress.case", number=case.number, summary=shortened(case.summary, 24))]
    state = f"state.{case.state}"
    lines.append(words(state if words.has(state) else "state.other", unit=case.lead_unit or words("progress.a_unit")))
    if case.due is not None:
        due = words("progress.day", month=case.due.month, day=case.due.day, weekday=WEEKDAYS[case.due.weekday()])
        lines.append(words("progress.provisional" if case.provisional else "progress.due", due=due))
    if case.answer:
        lines.append(words("progress.answer", answer=shortened(case.answer, 300)))
    if case.can_rate:
        lines.append(words("progress.rate"))
    return "\n".join(lines)


def pick(scene: Scene, step: str, cases: tuple[CaseView, ...]) -> CaseView | Turn:
    """The one case meant, or the turn that asks which."""
    numbers = heard.case_numbers(scene.text)
    named = [case for number in numbers if (case := scene.here.case(number))]
    if numbers and not named:
        return scene.stay(scene.say("progress.not_yours", number=numbers[0], phone=scene.here.phone))
    if named:
        return named[0]
    if len(cases) == 1:
        return cases[0]
    if not cases:
        return scene.stay(scene.say(f"{step}.none"))
    rows = tuple(
        (Button(f"{case.number} {shortened(case.summary, 12)}", f"{step}:{case.number}"),)
        for case in cases[:MOST_LISTED]
    )
    return scene.move(scene.say(f"{step}.which", *rows), held=scene.text, held_media=scene.media)


def ask_withdraw(scene: Scene) -> Turn:
    """Withdrawing takes a confirming question."""
    case = pick(scene, "withdraw", tuple(case for case in scene.here.cases if "withdraw" in case.steps))
    return case if isinstance(case, Turn) else confirm_withdraw(scene, case)


def confirm_withdraw(scene: Scene, case: CaseView) -> Turn:
    if "withdraw" not in case.steps:
        return scene.stay(scene.say("withdraw.closed", number=case.number))
    row = (
        scene.button("withdraw_yes", f"withdraw_yes:{case.number}"),
        scene.button("withdraw_no", f"withdraw_no:{case.number}"),
    )
    question = scene.say("withdraw.confirm", row, number=case.number, summary=shortened(case.summary, 24))
    return scene.move(question, stage=WITHDRAWING, number=case.number)


def withdraw(scene: Scene, number: str) -> Turn:
    case = scene.here.case(number)
    if case is None or "withdraw" not in case.steps:
        return scene.rest(scene.say("withdraw.closed", number=number))
    return scene.rest(acts=(Withdraw(number, scene.talk.held),))


def keep(scene: Scene, number: str) -> Turn:
    return scene.rest(scene.say("withdraw.kept", number=number))


def while_withdrawing(scene: Scene) -> Turn | None:
    """Yes or no; anything else leaves the case as it is and is heard for itself."""
    said = heard.command(scene.text)
    if said in ("confirm", "withdraw"):
        return withdraw(scene, scene.talk.number)
    if said in ("deny", "cancel", "back"):
        return keep(scene, scene.talk.number)
    return None


def start_supplement(scene: Scene) -> Turn:
    """ "补充材料", with or without the matter itself in the same message."""
    case = pick(scene, "supplement", tuple(case for case in scene.here.cases if "supplement" in case.steps))
    if isinstance(case, Turn):
        return case
    only_asked = heard.command(scene.text) == "supplement" or (heard.case_numbers(scene.text) and len(scene.text) < 30)
    if only_asked and not scene.media:
        return ask_supplement(scene, case)
    return supplement(scene, case, scene.text, scene.media)


def ask_supplement(scene: Scene, case: CaseView) -> Turn:
    if "supplement" not in case.steps:
        return scene.rest(scene.say("supplement.closed", number=case.number))
    return scene.move(scene.say("supplement.ask", number=case.number), stage=SUPPLEMENTING, number=case.number)


def supplement(scene: Scene, case: CaseView, text: str, media: tuple[str, ...]) -> Turn:
    """Hand it on; pictures often come one by one, so after a picture the door stays open."""
    if "supplement" not in case.steps:
        return scene.rest(scene.say("supplement.closed", number=case.number))
    act = Supplement(case.number, text, media)
    if media:
        more = scene.say("supplement.more", number=case.number)
        return scene.rest(more, acts=(act,), stage=SUPPLEMENTING, number=case.number)
    return scene.rest(scene.say("supplement.done", number=case.number), acts=(act,))


def while_supplementing(scene: Scene) -> Turn | None:
    case = scene.here.case(scene.talk.number)
    said = heard.command(scene.text)
    if said in ("confirm", "thanks", "cancel", "back", "skip", "deny"):
        return scene.rest(scene.say("supplement.over"))
    if case is None or said or heard.case_numbers(scene.text):
        return None
    return supplement(scene, case, scene.text, scene.media) if scene.text or scene.media else None


def urge(scene: Scene) -> Turn:
    """The wish goes on to the unit, and the citizen hears where the matter stands."""
    case = pick(scene, "urge", tuple(case for case in scene.here.cases if case.open))
    return case if isinstance(case, Turn) else urge_case(scene, case, scene.text)


def urge_case(scene: Scene, case: CaseView, text: str) -> Turn:
    if not case.open:
        return scene.rest(Reply(told(scene, case)))
    now, urged = scene.here.now, dict(scene.talk.urged)
    last = datetime.fromisoformat(urged[case.number]) if case.number in urged else None
    since = _since(scene, case, last)
    if last and now - last < timedelta(hours=scene.here.urge_hours):
        return scene.rest(scene.say("urge.again", since=since, hours=scene.here.urge_hours, told=told(scene, case)))
    kept = {**urged, case.number: now.isoformat()}
    reply = scene.say("urge.done", since=since, told=told(scene, case))
    return scene.rest(reply, acts=(Urge(case.number, text),), urged=tuple(kept.items())[-MOST_LISTED:])


def _since(scene: Scene, case: CaseView, last: datetime | None) -> str:
    """What brought the case on since the last urging, since its filing before the first."""
    words = scene.here.words
    moves = [(at, step) for at, step in case.moves if last is None or at > last]
    if not moves:
        return words("urge.nothing") if last else words("urge.nothing_yet")
    told = [words("urge.move", month=at.month, day=at.day, step=step) for at, step in moves[-MOST_LISTED:]]
    return words("urge.since", moves=words("joint.asks").join(told))


def rate(scene: Scene, number: str, score: int, text: str = "") -> Turn:
    """The tap counts at once, and the desk thanks for it; after a low one the next words are taken as its reason."""
    case = scene.here.case(number)
    if case is None or not case.can_rate or score not in range(1, 6):
        done = case is not None and case.score is not None
        return scene.stay(scene.say("rating.already" if done else "rating.not_now", number=number))
    act = Rate(number, score, text)
    if scene.here.sides:
        return scene.rest(_ask_sides(scene), acts=(act,), stage=RATED, number=number, held=str(score))
    if text or score > LOW_SCORE:
        return scene.rest(acts=(act,))
    return scene.rest(acts=(act,), stage=RATED, number=number)


def rate_in_words(scene: Scene) -> Turn | None:
    """ "满意", "5分", "5，谢谢" or "太慢了，不满意" when an answer waits for its rating."""
    waiting = [case for case in scene.here.cases if case.can_rate]
    if not waiting:
        return None
    score = heard.score(scene.text) or heard.figure(scene.text)
    if score is not None:
        return rate(scene, waiting[0].number, score)
    short = len(scene.text) <= LONGEST_REMARK
    within = (heard.score_within(scene.text) or heard.figure_before(scene.text)) if short else None
    return rate(scene, waiting[0].number, within, scene.text) if within else None


def _ask_sides(scene: Scene) -> Reply:
    """The single sides the rulebook wants rated, in one question."""
    names = scene.here.words("joint.fields").join(scene.here.words(f"side_of.{name}") for name in scene.here.sides)
    return scene.say("rating.sides", names=names)


def sides(scene: Scene) -> Turn | None:
    """ "5 4 5" after that question: one digit a side, in their order."""
    digits = [int(char) for char in heard.bare(scene.text) if char in "12345"]
    apart = not heard.bare(scene.text).translate(str.maketrans("", "", "12345分星"))
    if not scene.here.sides or not apart or len(digits) != len(scene.here.sides) or not scene.talk.held:
        return None
    number, score = scene.talk.number, int(scene.talk.held)
    given = dict(zip(scene.here.sides, digits, strict=True))
    act = Rate(number, score, "", given.get("result"), given.get("efficiency"), given.get("attitude"))
    if score > LOW_SCORE:
        return scene.rest(scene.say("rating.sides_kept"), acts=(act,))
    return scene.rest(scene.say("rating.sides_then_why"), acts=(act,), stage=RATED, number=number)


def reason(scene: Scene) -> Turn | None:
    """The reason that follows a low rating; a command or a new matter is heard for itself."""
    rated = sides(scene)
    if rated:
        return rated
    said = heard.command(scene.text)
    if said in ("skip", "deny", "thanks", "cancel", "back"):
        return scene.rest(scene.say("rating.no_reason"))
    number = scene.talk.number
    case = scene.here.case(number)
    answered_again = case is not None and case.can_rate and heard.score(scene.text) is not None
    happy = scene.talk.held in tuple("345")
    if said or not scene.text or answered_again or happy:
        return None
    return scene.rest(scene.say("rating.reason_kept"), acts=(Supplement(number, scene.text, scene.media),))


def hold_media(scene: Scene) -> Turn | None:
    """A picture out of the blue, when a case is open: which one is it for?"""
    open_cases = [case for case in scene.here.cases if "supplement" in case.steps]
    if not scene.media or scene.text or not open_cases:
        return None
    rows = tuple(
        (Button(f"{case.number} {shortened(case.summary, 12)}", f"supplement:{case.number}"),)
        for case in open_cases[:3]
    )
    new = (scene.button("new_matter", "new_matter"),)
    held = tuple(dict.fromkeys((*scene.talk.held_media, *scene.media)))
    return scene.move(scene.say("supplement.picture_for", *rows, new), stage="holding", held_media=held)


def unreached(scene: Scene) -> bool:
    """Whether the citizen says that nobody got in touch."""
    return heard.mentions("commands", "unreached", scene.text) and len(scene.text) <= 40


def with_held(scene: Scene, case: CaseView) -> Turn:
    """The case has been chosen for what was held back."""
    text, media = scene.talk.held, scene.talk.held_media
    talk = replace(scene.talk, held="", held_media=())
    scene = replace(scene, talk=talk)
    bare_command = heard.command(text) == "supplement"
    if media or (text and not bare_command):
        return supplement(scene, case, "" if bare_command else text, media)
    return ask_supplement(scene, case)
