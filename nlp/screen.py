"""Is it ours, and is it clear enough? Verdict, ground and clause, each with its reason. It proposes; a person decides.

Order is the safeguard: danger to life first, then what a command of the talk is, then the model's opinion, and over a
model that would turn a message away stands the matter: who has a concrete grievance is heard, however rude.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.kind import COMMANDS, COMPLAINT, CONSULTATION
from nlp.text import Word, cues, lines

ACCEPT, CLARIFY, OUT_OF_SCOPE, REFUSE = "accept", "clarify", "out_of_scope", "refuse"
GROUNDS: Mapping[str, tuple[str, ...]] = {
    verdict: tuple(grounds.split())
    for verdict, grounds in (
        (CLARIFY, "lacks_content unclear_request no_respondent chitchat"),
        (OUT_OF_SCOPE, "petition discipline reconsideration litigation disclosure civil unrelated emergency"),
        (REFUSE, "national_security ethnic_division illegal_assembly public_order superstition abuse harassment spam"),
    )
}
VERDICT_OF = {ground: verdict for verdict, grounds in GROUNDS.items() for ground in grounds}
CLAUSES = Path(__file__).with_name("clauses.toml")
RULEBOOKS = ("henan", "anyang", "suining", "yunnan", "shanghai")

# Grounds whose words stand in real matters too: a court's paper brought to a window, a petition threatened.
WAYS_ELSEWHERE = frozenset({"petition", "discipline", "reconsideration", "litigation", "disclosure"})

# Words that anger, and stories of quacks or cheats, bring along: with a unit or paperwork beside them, a matter speaks.
RUDE_BESIDE_A_MATTER = frozenset({"abuse", "superstition", "ethnic_division"})

# The thresholds below were chosen by cross-validation on the corpus' training part; each leans to the citizen's side.
# A message is turned away only where the model is this sure of it; below, a person with a real matter may be behind it.
SURE_OF_REFUSAL = 0.55
# So sure of acceptance, at least, that words against do not count beside a matter.
MATTER_IN_IT = 0.12
ACCEPTABLE_IN_PASSING = 0.12
LIKELY_ELSEWHERE = 0.25
# Characters: a matter can be said in six, a story in ten; what is longer than a note means something.
SHORTEST_MATTER, SHORTEST_STORY, LONG_ENOUGH = 6, 10, 80

DANGER = re.compile(
    r"(?:不想活|活不下去|死了算了|不如死了|站在(?:楼顶|桥上|天台)|安眠药|(?:吃|喝|误食)了?.{0,3}(?:老鼠药|农药|毒药)|老鼠药|想死|去死了算|自杀|轻生|跳楼|跳河|割腕|喝农药|结束(?:自己的)?生命|遗书|同归于尽)|(?:着火|起火|失火)了|(?:煤气|燃气|天然气)(?:泄漏|泄露|漏了|味很大|爆炸)"
    r"|(?:正在|现在|有人在?)(?:打人|砍人|行凶|抢劫|落水|溺水|持刀|被打)|持刀|(?:拿着?刀|举着刀).{0,4}(?:追|砍|捅|对着)|高压线(?:掉|断)|晕倒|昏迷|没有?呼吸|心脏骤停|大出血|快不行了|救命|被困(?:电梯|在电梯|在里面|水里)|电梯(?:里)?困(?:人|住)|困在电梯|喘不过气|被车撞了|口吐白沫|打我,.{0,6}救|冒浓烟|溺水|落水|触电|爆炸了|车祸.{0,12}(?:受伤|流血|压住|昏)"
    r"|(?:绑架|失踪|走失)了?|(?:割|砍|捅)(?:了)?(?:人|自己)"
)
# Somebody speaks of ending their own life: heard however long the story is.
OWN_LIFE = re.compile(
    r"(?:我|本人|全家|一家人?|孩子).{0,8}(?:不想活|活不下去|想死|死了算了|自杀|轻生|跳楼|跳河|割腕|结束生命)|遗书"
)
SURE_OF_DANGER = 0.5
# Danger told of in passing: past, hypothetical, somebody's trade, or a figure of speech.
NO_DANGER = re.compile(
    r"跳楼价|(?:差点|险些|几乎|以为|怕|担心|防止|避免|预防|如果|万一|要是|假如|一旦|曾经?|去年|上个?月|前年|已经?扑灭|演练|演习|宣传|培训|隐患|吐血|气得?|笑|累得?|急得?|热得?|吓得?|排队排?得?).{0,10}"
    r"(?:跳楼|跳河|着火|起火|失火|爆炸|泄漏|泄露|晕倒|昏迷|溺水|落水|触电|不想活|想死|走失|失踪|救命|自杀|轻生|被困|困人|同归于尽)"
    r"|救命(?:稻草|钱|药|恩)|防.{0,3}(?:溺水|火|爆|触电)|溺水(?:警示|事故|风险|预防|宣传)|(?:晕倒|落水|溺水|走失|着火|触电)(?:过|的(?:老人|孩子|群众|风险|事)|事件)|(?:证明|鉴定|保险|赔偿|抚恤|待遇|宣告)"
)


@dataclass(frozen=True)
class Screening:
    """The proposal: verdict, the ground it stands on ("" for accept), how sure, and why."""

    verdict: str
    ground: str
    probability: float
    why: str


@dataclass(frozen=True)
class Message:
    """What screening looks at.

    `subjects`: subjects that its words speak for; `grounds`: how often words speak for a ground; `matter`: its words of
    government service; `sure`: the router knows one subject for it; `service`: it speaks of paperwork.
    """

    text: str
    kind: str
    has_unit: bool
    sure: bool
    service: bool
    subjects: frozenset[str]
    grounds: Mapping[str, int]
    matter: tuple[str, ...]


def look(text: str, words: Sequence[Word], kind: str, has_unit: bool, sure: bool) -> Message:
    """The message as screening sees it."""
    tags = Counter(cues(text))
    subjects = frozenset(tag.removeprefix("subject.") for tag in tags if tag.startswith("subject."))
    grounds = {tag.removeprefix("ground."): count for tag, count in tags.items() if tag.startswith("ground.")}
    # Queues, guards and chairs are of every hall: alone they do not tell which.
    placed = subjects - ({"service_centre"} if not has_unit else set())
    return Message(text, kind, has_unit, sure, tags["service.general"] > 0, placed, grounds, tuple(matter_words(words)))


def screen(message: Message, learnt: Mapping[str, float]) -> Screening:
    """What to propose. `learnt`: the model's probability of accept and of each ground."""
    danger = _danger(message, learnt)
    if danger:
        return Screening(OUT_OF_SCOPE, "emergency", 0.95, f"emergency: “{danger}”")
    if message.kind in COMMANDS:
        return Screening(ACCEPT, "", 0.95, f"a command of the talk ({message.kind})")
    if not message.text.strip():
        return Screening(CLARIFY, "lacks_content", 0.95, "no word in it")
    if not any(character.isalnum() for character in message.text):
        return Screening(CLARIFY, "chitchat", 0.9, "signs, no word")
    return _weighed(message, learnt)


def _danger(message: Message, learnt: Mapping[str, float]) -> str:
    """The words of danger to life, now; "" where a longer story only tells of one."""
    found = DANGER.search(message.text)
    if found is None or NO_DANGER.search(message.text):
        return ""
    told = bool(message.subjects) and len(message.text) >= LONG_ENOUGH
    if told and not OWN_LIFE.search(message.text) and learnt.get("emergency", 0.0) < SURE_OF_DANGER:
        return ""
    return found.group()


def _weighed(message: Message, learnt: Mapping[str, float]) -> Screening:
    """The model's opinion, and over it the matter: the rules that keep a real matter from being turned away."""
    ground = max(learnt, key=lambda name: learnt[name])
    verdict = VERDICT_OF.get(ground, ACCEPT)
    accepting = learnt.get(ACCEPT, 0.0)
    said = "、".join(message.matter[:4]) or "a service"
    if verdict != ACCEPT and _is_real(message, verdict, ground, learnt):
        return Screening(ACCEPT, "", max(accepting, 0.5), f"a concrete matter stands over {ground}: {said}")
    if verdict == REFUSE and learnt[ground] < SURE_OF_REFUSAL:
        ground = _best(learnt, (*GROUNDS[CLARIFY], *GROUNDS[OUT_OF_SCOPE]))
        verdict = VERDICT_OF[ground]
    if verdict == ACCEPT and _is_unplaced(message, accepting):
        ground = _unplaced_ground(message, learnt)
        return Screening(VERDICT_OF[ground], ground, 1 - accepting, f"{ground}: names no unit and no matter")
    if verdict == ACCEPT:
        return Screening(ACCEPT, "", accepting, f"model {accepting:.2f}; speaks of {said}")
    return Screening(verdict, ground, learnt[ground], f"{ground}: model {learnt[ground]:.2f}")


def _is_real(message: Message, verdict: str, ground: str, learnt: Mapping[str, float]) -> bool:
    """Somebody with a matter speaks: it says what it is about, and no more than that speaks for the ground."""
    against = message.grounds.get(ground, 0)
    accepting = learnt.get(ACCEPT, 0.0)
    if ground in RUDE_BESIDE_A_MATTER and message.service and accepting >= MATTER_IN_IT / 2:
        return True
    if not message.subjects:
        return False
    if ground in WAYS_ELSEWHERE:  # a court or a petition named in passing: the request must be about a service
        return message.has_unit and accepting >= ACCEPTABLE_IN_PASSING
    if verdict == CLARIFY:
        return len(message.text) >= SHORTEST_MATTER and (ground != "no_respondent" or message.has_unit or message.sure)
    if ground == "emergency":  # danger that only the model sees, and a subject beside it
        return not against or accepting >= ACCEPTABLE_IN_PASSING
    if ground in RUDE_BESIDE_A_MATTER and (message.has_unit or message.service):
        return True
    return against == 0 or accepting >= MATTER_IN_IT or (verdict == REFUSE and len(message.text) >= LONG_ENOUGH)


def _is_unplaced(message: Message, accepting: float) -> bool:
    """Nothing in it tells which unit it could be for; questions and suggestions are given more credit."""
    if message.subjects or message.has_unit or message.sure or len(message.text) >= LONG_ENOUGH:
        return False
    if message.kind == COMPLAINT:
        return True
    short = len(message.text) < SHORTEST_STORY
    return short if message.kind != CONSULTATION else short or (accepting < 0.75 and not message.service)


def _unplaced_ground(message: Message, learnt: Mapping[str, float]) -> str:
    """What is missing: a unit, where something did happen; else content. Or, seldom, it is none of ours after all."""
    elsewhere = _best(learnt, GROUNDS[OUT_OF_SCOPE])
    if learnt.get(elsewhere, 0.0) >= LIKELY_ELSEWHERE:
        return elsewhere
    if len(message.text) >= SHORTEST_STORY and message.kind == COMPLAINT:
        return _best(learnt, ("no_respondent", "unclear_request"))
    return _best(learnt, GROUNDS[CLARIFY])


def _best(learnt: Mapping[str, float], grounds: Sequence[str]) -> str:
    return max(grounds, key=lambda ground: learnt.get(ground, 0.0))


def matter_words(words: Sequence[Word]) -> list[str]:
    """Words of government service in the text, each once."""
    return list(dict.fromkeys(word.text for word in words if word.text in _service_words()))


@cache
def _service_words() -> frozenset[str]:
    return frozenset(lines("words.txt"))


@cache
def clauses(rulebook: str) -> Mapping[str, str]:
    """Ground → clause of that rulebook; empty for a rulebook that names none."""
    table = tomllib.loads(CLAUSES.read_text(encoding="utf-8"))
    found: Mapping[str, str] = table.get(rulebook, {})
    return found
