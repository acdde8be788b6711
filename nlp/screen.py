"""Is it ours, and is it clear enough? Verdict, ground and clause, each with its reason. It proposes; a person decides.

Order is the safeguard: danger to life first, then the models' opinion; and a model that would turn a message away
must be surer than where it errs one time in some hundred.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.danger import DANGER, FAREWELL, NO_DANGER, OWN_LIFE
from nlp.deciding import ACCEPT, CLARIFY, GROUNDS, OUT_OF_SCOPE, REFUSE, Decision
from nlp.text import Said, Word, lines

CLAUSES = Path(__file__).with_name("clauses.toml")
RULEBOOKS = ("henan", "anyang", "suining", "yunnan", "shanghai")

# Characters: what is longer than a note means something.
LONG_ENOUGH = 80
# Where a matter of an office is told too, danger is believed from this probability on: of a short message sooner.
SURE_OF_DANGER, HARDLY_DANGER = 0.5, 0.1
# Asking about a named matter, taking a nameless one: from these probabilities on.
SURE_TO_ASK, SURE_TO_TAKE = 0.85, 0.6
NO_RESPONDENT = "no_respondent"


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

    `subjects`: subjects that its words speak for; `service`: it speaks of paperwork; `matter`: its words of government
    service.
    """

    text: str
    has_unit: bool
    service: bool
    subjects: frozenset[str]
    matter: tuple[str, ...]


def look(text: str, words: Sequence[Word], said: Said, has_unit: bool) -> Message:
    """The message as screening sees it; `said`: its features."""
    tags = said.of("h")
    subjects = frozenset(tag.removeprefix("subject.") for tag in tags if tag.startswith("subject."))
    # Queues, guards and chairs are of every hall: alone they do not tell which.
    placed = subjects - ({"service_centre"} if not has_unit else set())
    return Message(text, has_unit, "service.general" in tags, placed, tuple(matter_words(words)))


def screen(
    message: Message, learnt: Mapping[str, float], chances: Mapping[str, float], decision: Decision
) -> Screening:
    """What to propose. `learnt`: how likely acceptance and each ground is; `chances`: of the verdicts, as weighed."""
    danger = _danger(message, learnt)
    if danger:
        return Screening(OUT_OF_SCOPE, "emergency", 0.95, f"emergency: “{danger}”")
    if not message.text.strip():
        return Screening(CLARIFY, "lacks_content", 0.95, "no word in it")
    if not any(map(str.isalnum, message.text)):
        return Screening(CLARIFY, "chitchat", 0.9, "signs, no word")
    return _weighed(message, learnt, chances, decision)


def _danger(message: Message, learnt: Mapping[str, float]) -> str:
    """The words of danger to life, now; "" where a message about something else only tells of one."""
    if leave := FAREWELL.search(message.text):
        return leave.group()
    found = DANGER.search(message.text)
    if found is None or NO_DANGER.search(message.text):
        return ""
    if not message.subjects or OWN_LIFE.search(message.text):
        return found.group()
    needed = SURE_OF_DANGER if len(message.text) >= LONG_ENOUGH else HARDLY_DANGER
    return found.group() if learnt.get("emergency", 0.0) >= needed else ""


def _weighed(
    message: Message, learnt: Mapping[str, float], chances: Mapping[str, float], decision: Decision
) -> Screening:
    """The models' opinion; to turn somebody away takes more than being the likeliest."""
    ordered = sorted(chances, key=lambda verdict: -chances[verdict])
    verdict = _between_taking_and_asking(message, ordered, chances)
    said = "、".join(message.matter[:4]) or "a service"
    if verdict == REFUSE and (_is_matter(message) or chances[REFUSE] < decision.sure_of_refusal):
        verdict = ordered[1]
    sure = chances[verdict]
    if verdict == ACCEPT:
        over = "; a matter stands over what speaks against it" if ordered[0] != ACCEPT else ""
        return Screening(ACCEPT, "", sure, f"model {sure:.2f}; speaks of {said}{over}")
    ground = max(GROUNDS[verdict], key=lambda one: learnt.get(one, 0.0))
    if ground == NO_RESPONDENT and message.has_unit:
        return Screening(ACCEPT, "", chances[ACCEPT], f"speaks of {said}; whom it is about is named")
    return Screening(verdict, ground, sure, f"{ground}: model {sure:.2f}")


def _between_taking_and_asking(message: Message, ordered: Sequence[str], chances: Mapping[str, float]) -> str:
    """The likeliest verdict; but a matter that is named is only asked about where the models are sure, and a wish that
    names neither matter nor unit ("希望马上办理，张三丰") only taken where they are."""
    if ordered[0] == CLARIFY and ordered[1] == ACCEPT and message.subjects and chances[CLARIFY] < SURE_TO_ASK:
        return ACCEPT
    nameless = not message.subjects and not message.has_unit
    if ordered[0] == ACCEPT and ordered[1] == CLARIFY and nameless and chances[ACCEPT] < SURE_TO_TAKE:
        return CLARIFY
    return ordered[0]


def _is_matter(message: Message) -> bool:
    """A long story about something a unit answers for: hardly anybody tells one to insult or to sell."""
    return bool(message.subjects) and len(message.text) >= LONG_ENOUGH


def matter_words(words: Sequence[Word]) -> list[str]:
    """Words of government service in the text, each once."""
    known = _service_words()
    return list(dict.fromkeys(word.text for word in words if word.text in known))


@cache
def _service_words() -> frozenset[str]:
    return frozenset(lines("words.txt"))


@cache
def clauses(rulebook: str) -> Mapping[str, str]:
    """Ground → clause of that rulebook; empty for a rulebook that names none."""
    table = tomllib.loads(CLAUSES.read_text(encoding="utf-8"))
    found: Mapping[str, str] = table.get(rulebook, {})
    return found
