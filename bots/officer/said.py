"""What an officer's free words say: a step, a case, and the facts that the step needs.

"退单，应由市住建局" is hand_back with its reason and the unit suggested; "延期5天，原因…" extend with days and reason;
four labelled paragraphs are an answer. The words understood stand in `phrases.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bots import heard
from bots.officer.inquiry import INQUIRY
from bots.officer.said_parts import DATE, DAYS, REASON_LEAD, count, unit_in, units_in, until_in
from bots.wording import load_phrases
from casebook.reasons import spoken_of

MENTION = re.compile(r"^@\S+\s*")
CLAUSE_NAMED = re.compile(
    r"第([一二三四五六七八九十百]+)条(?:第?[（(]?([一二三四五六七八九十]+)[)）]?项?)?|(?<!\d)(\d{1,2})[.．](\d{1,2})(?!\d)"
)
PROOF = re.compile(r"(?:附上?|证据|证明材料|材料)(?:有|是)?[：:]")
# In a group people talk to one another; a first word counts as a step only where a message is meant for us.
VERB_ENDS = re.compile(r"^[\s，,。：:；;！!、]|^$|^(?=\d)")


@dataclass(frozen=True)
class Spoken:
    """A step in words: its name, the case named, the words after both, and which words said the step."""

    step: str
    number: str
    rest: str
    word: str = ""

    @property
    def extra(self) -> dict[str, bool]:
        """What the verb itself says besides its step ("当场办结", "联合督办")."""
        said = load_phrases()["extra"]
        return {name: True for name in ("on_the_spot", "joint") if self.word in said[name]}


def spoken(text: str) -> Spoken | None:
    """The step that the message opens with; None if it opens with none.

    Two labelled paragraphs or more are an answer though no verb opens them: a step without a word.
    """
    text = MENTION.sub("", heard.clean(text))
    numbers = heard.case_numbers(text)
    bare = _without(text, numbers)
    step, word, rest = _opening(bare)
    if not step and len(elements(bare)) > 1:
        step = "resolve"
    return Spoken(step, numbers[0] if numbers else "", rest, word) if step else None


def overview(text: str) -> str:
    """Which overview is asked for; "" if none."""
    said = heard.bare(MENTION.sub("", text))
    lists = load_phrases()["overviews"]
    return next((name for name, words in lists.items() if said in {heard.bare(word) for word in words}), "")


def wanted_word(text: str) -> str:
    """The word of "找 …"; "" if nothing is looked for."""
    said = MENTION.sub("", heard.clean(text))
    lead = next((lead for lead in load_phrases()["find"]["lead"] if said.startswith(lead)), "")
    word = said[len(lead) :].strip(" ：:，,") if lead else ""
    spaced = said[len(lead) : len(lead) + 1] in (" ", "：", ":", "　")
    # "找" opens many sentences: without a space after it only a single short word is looked for.
    return word if 1 <= len(word) <= LONGEST_WORD and (spaced or not re.search(r"[，,。？?！!\s]", word)) else ""


def elements(text: str, first: str = "") -> dict[str, str]:
    """The labelled paragraphs of an answer, `verdict` among them as its name; empty where nothing is labelled.

    Words before the first label are the paragraph called `first`, unless that one is labelled itself.
    """
    labels = {label: name for name, names in load_phrases()["elements"].items() for label in names}
    longest_first = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    head = re.compile(
        rf"(?:^|(?<=[\n。；;，,\s]))\s*(?:[一二三四五\d]+[、.．])?[【\[（(]?({longest_first})[】\])）]?\s*[：:]\s*"
    )
    found: dict[str, str] = {}
    marks = list(head.finditer(text))
    opening = text[: marks[0].start()].strip(" \n；;，,") if marks else ""
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        words = text[mark.end() : end].strip(" \n；;，,")
        name = labels[mark[1]]
        if words:
            found[name] = verdict(words) or "" if name == "verdict" else words
    if first and opening:
        found.setdefault(first, opening)
    return {name: words for name, words in found.items() if words}


def verdict(text: str) -> str:
    """The finding the words name; "" if they name none."""
    verdicts = load_phrases()["verdicts"]
    return next((name for name, words in verdicts.items() if any(word in text for word in words)), "")


def facts(step: str, rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    """What the words after a step give of its facts."""
    reader = READERS.get(step, _reason_only)
    found = reader(rest, units, aliases).items()
    return {name: value for name, value in found if value or (name == "reached" and value is False)}


def _opening(text: str) -> tuple[str, str, str]:
    """The step, the words that say it, and what follows them."""
    steps = load_phrases()["steps"]
    words = sorted(((word, step) for step, names in steps.items() for word in names), key=lambda pair: -len(pair[0]))
    for word, step in words:
        rest = text.removeprefix(word)
        if rest is not text and rest != text and (VERB_ENDS.match(rest) or step in FOLLOWED):
            return step, word, rest.lstrip(" ，,。：:；;、！!\n").rstrip()
    return "", "", text


LONGEST_WORD = 20
# These verbs take their object directly ("交办市自然资源局", "延期5天").
FOLLOWED = frozenset(
    {"dispatch", "designate", "extend", "hand_back", "merge", "transfer", "reclassify", "mark", "contact"}
    | {"correct", "limit", "request_material", "convene"}
)


def _without(text: str, numbers: tuple[str, ...]) -> str:
    # Folding would also narrow the commas of an answer; it is only for numbers typed in wide digits.
    as_typed = all(number.lower() in text.lower() for number in numbers)
    folded = text if as_typed else unicodedata.normalize("NFKC", text)
    for number in numbers:
        folded = re.sub(re.escape(number), " ", folded, flags=re.I)
    return re.sub(r"^\s*(?:编号|件号)?\s*[，,：:]?\s*", "", folded).strip()


def _reason_only(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"reason": REASON_LEAD.sub("", rest).strip()}


def _text_only(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"text": rest.strip()}


def _hand_back(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"reason": REASON_LEAD.sub("", rest).strip(), "suggest": unit_in(rest, units, aliases)}


def _to_units(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    flags = {name: True for name in ("urgent", "unclear") if _says(name, rest)}
    return {"to": units_in(rest, units, aliases), **flags}


def _says(name: str, text: str) -> bool:
    return any(word in text for word in load_phrases()["extra"][name])


def _extend(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    days, date = DAYS.search(rest), DATE.search(rest)
    when = date or days
    cut = when.end() if when else 0
    reason = REASON_LEAD.sub("", rest[cut:].strip(" ，,。：:；;、")).strip()
    found: dict[str, Any] = {"reason": reason}
    if date:
        found |= until_in(rest)
    elif days:
        found["days"] = count(days[1])
    return found


def _clause_and_reason(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    clause = CLAUSE_NAMED.search(rest)
    reason = (rest[: clause.start()] + rest[clause.end() :]) if clause else rest
    reason = REASON_LEAD.sub("", reason.strip(" ，,。：:；;、")).strip()
    return {"clause": clause[0] if clause else "", "reason": reason}


def _resolve(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    if any(rest.startswith(word) for word in load_phrases()["extra"]["without"]):
        why = load_phrases()["no_answer"]
        return {"no_answer": next((name for name, words in why.items() if any(word in rest for word in words)), "")}
    found = elements(rest, "findings")
    return dict(found) if found else {"findings": rest.strip()}


def _class(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"class_named": rest.strip()}


def _merge(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {}


def _system(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"to": _named("systems", rest)}


def _appeal(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    """The reason, and after "附：" or "证据：" what proves it."""
    reason, *proofs = PROOF.split(rest, maxsplit=1)
    proof = "".join(proofs)
    evidence = [each for each in re.split(r"[、，,；;。]", proof) if each.strip()]
    said = _reason_only(reason.rstrip(" ，,。；;"), units, aliases)
    ground = next(iter(spoken_of("grounds", reason)), "")
    return {**said, "ground": ground, "evidence": [each.strip() for each in evidence]}


def _failed(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    """Which criteria the reason says are not met, and the reason."""
    return {"criteria": list(spoken_of("criteria", rest)), **_reason_only(rest, units, aliases)}


def _named(table: str, text: str) -> str:
    names = load_phrases()[table].items()
    return next((name for name, words in names if any(word in text for word in words)), "")


def _object(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return _hand_back(rest, units, aliases)


def _nothing(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {}


def _supervise(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"text": rest.strip(), "joint": _says("joint", rest)}


def _revisit(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    score = heard.score(rest) or heard.score_within(rest)
    if any(word in rest for word in load_phrases()["no_answer"]["unreachable"]):
        return {"reached": False, "text": rest.strip()}
    return {"score": score, "text": rest.strip()}


def _marks(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    marks = load_phrases()["marks"]
    return {"marks": [name for name, words in marks.items() if any(word in rest for word in words)]}


READERS: dict[str, Callable[[str, tuple[str, ...], Mapping[str, str]], dict[str, Any]]] = {
    "accept": _class,
    "reclassify": _class,
    "hand_back": _hand_back,
    "dispatch": _to_units,
    "designate": _to_units,
    "extend": _extend,
    "decline": _clause_and_reason,
    "refuse": _clause_and_reason,
    "terminate": _clause_and_reason,
    "resolve": _resolve,
    "contact": _text_only,
    "supervise": _supervise,
    "supplement": _text_only,
    "publish": _text_only,
    "object": _object,
    "appeal": _appeal,
    "file": _nothing,
    "pass_check": _nothing,
    "archive_as_opinion": _nothing,
    "close_off": _nothing,
    "urge": _text_only,
    "rectify": _text_only,
    "clarify_publicly": _text_only,
    "merge": _merge,
    "revisit": _revisit,
    "mark": _marks,
    "transfer": _system,
    "fail_check": _failed,
    **INQUIRY,
}
