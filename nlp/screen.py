"""Is it ours, and is it clear enough? Verdict, ground and clause, each with its reason. It proposes; a person decides.

Order is the safeguard: danger to life first, then what a command of the talk is, then the model's opinion, and over a
model that would turn a message away stands the matter: who has a concrete grievance is heard, however rude.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.kind import COMMANDS
from nlp.text import Word, lines

ACCEPT, CLARIFY, OUT_OF_SCOPE, REFUSE = "accept", "clarify", "out_of_scope", "refuse"
GROUNDS: Mapping[str, tuple[str, ...]] = {
    CLARIFY: ("lacks_content", "unclear_request", "no_respondent", "chitchat"),
    OUT_OF_SCOPE: ("petition", "discipline", "reconsideration", "litigation", "disclosure", "civil", "unrelated", "emergency"),
    REFUSE: (
        "national_security", "ethnic_division", "illegal_assembly", "public_order", "superstition", "abuse", "harassment", "spam",
    ),
}  # fmt: skip
VERDICT_OF = {ground: verdict for verdict, grounds in GROUNDS.items() for ground in grounds}
CLAUSES = Path(__file__).with_name("clauses.toml")
RULEBOOKS = ("henan", "anyang", "suining", "yunnan", "shanghai")

# A message is turned away only where the model is this sure of it; below, a person with a real matter may be behind it.
SURE_OF_REFUSAL = 0.55
# So sure of acceptance, at least, that rude words beside a matter do not count.
MATTER_IN_IT = 0.20
# A text this long that speaks of government service is not mere abuse, whatever its words.
LONG_ENOUGH_TO_MEAN_SOMETHING = 80

DANGER = re.compile(
    r"(?:不想活|活不下去|想死|去死了算|自杀|轻生|跳楼|跳河|割腕|喝农药|结束(?:自己的)?生命|遗书|同归于尽)|(?:着火|起火|失火)了|(?:煤气|燃气|天然气)(?:泄漏|泄露|漏了|味很大|爆炸)"
    r"|(?:正在|现在|有人在?)(?:打人|砍人|行凶|抢劫|落水|溺水|持刀|被打)|持刀|晕倒|昏迷|没有?呼吸|心脏骤停|大出血|快不行了|救命|被困(?:电梯|在电梯|在里面|水里)|电梯(?:里)?困人|困在电梯|溺水|落水|触电|爆炸了|车祸.{0,12}(?:受伤|流血|压住|昏)"
    r"|(?:绑架|拐走|失踪|走失)了?|(?:割|砍|捅)(?:了)?(?:人|自己)"
)
# Danger told of in passing: past, hypothetical, somebody's trade, or a figure of speech.
NO_DANGER = re.compile(
    r"跳楼价|(?:差点|险些|几乎|以为|怕|担心|防止|避免|预防|如果|万一|要是|假如|一旦|曾经?|去年|上个?月|前年|已经?扑灭|演练|演习|宣传|培训|隐患|吐血|气得?|笑|累得?|急得?|热得?|吓得?|排队排?得?).{0,10}"
    r"(?:跳楼|跳河|着火|起火|失火|爆炸|泄漏|泄露|晕倒|昏迷|溺水|落水|触电|不想活|想死|走失|失踪|救命|自杀|轻生|被困|困人|同归于尽)"
    r"|救命(?:稻草|钱|药|恩)|溺水(?:警示|事故|风险|预防|宣传)|(?:晕倒|落水|溺水|走失|着火|触电)(?:过|的(?:老人|孩子|群众|风险|事)|事件)|(?:证明|鉴定|保险|赔偿|抚恤|待遇|宣告)"
)


@dataclass(frozen=True)
class Screening:
    """The proposal: verdict, the ground it stands on ("" for accept), how sure, and why."""

    verdict: str
    ground: str
    probability: float
    why: str


def screen(text: str, words: Sequence[Word], kind: str, has_unit: bool, learnt: Mapping[str, float]) -> Screening:
    """What to propose. `learnt`: the model's probability of accept and of each ground; `has_unit`: a unit is named."""
    danger = DANGER.search(text)
    if danger and not NO_DANGER.search(text):
        return Screening(OUT_OF_SCOPE, "emergency", 0.95, f"emergency: “{danger.group()}”")
    if kind in COMMANDS:
        return Screening(ACCEPT, "", 0.95, f"a command of the talk ({kind})")
    if not any(word.text.isalnum() for word in words):
        return Screening(CLARIFY, "lacks_content", 0.95, "no word in it")
    return _weighed(text, words, has_unit, learnt)


def _weighed(text: str, words: Sequence[Word], has_unit: bool, learnt: Mapping[str, float]) -> Screening:
    verdicts = {ACCEPT: learnt.get(ACCEPT, 0.0)}
    for verdict, grounds in GROUNDS.items():
        verdicts[verdict] = sum(learnt.get(ground, 0.0) for ground in grounds)
    verdict = max(verdicts, key=lambda name: verdicts[name])
    accepting = verdicts[ACCEPT]
    matter = matter_words(words)
    if verdict == REFUSE and (verdicts[REFUSE] < SURE_OF_REFUSAL or _is_real(text, accepting, matter, has_unit)):
        said = "、".join(matter[:4]) or "not sure enough to turn anyone away"
        others = {name: chance for name, chance in verdicts.items() if name != REFUSE}
        verdict = ACCEPT if matter or has_unit else max(others, key=lambda name: others[name])
        if verdict == ACCEPT:
            return Screening(ACCEPT, "", max(accepting, 0.5), f"a concrete matter wins over rudeness: {said}")
    if verdict == ACCEPT:
        return Screening(
            ACCEPT, "", accepting, f"model {accepting:.2f}; speaks of {'、'.join(matter[:4]) or 'a service'}"
        )
    ground = max(GROUNDS[verdict], key=lambda name: learnt.get(name, 0.0))
    return Screening(verdict, ground, verdicts[verdict], f"{ground}: model {learnt.get(ground, 0.0):.2f} of {verdict}")


def _is_real(text: str, accepting: float, matter: Sequence[str], has_unit: bool) -> bool:
    """Somebody with a matter speaks: it names what it is about, and the model too half believes it."""
    if len(text) >= LONG_ENOUGH_TO_MEAN_SOMETHING and len(matter) >= 2:
        return True
    return accepting >= MATTER_IN_IT and (has_unit or bool(matter))


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
