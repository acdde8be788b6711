"""More to learn from: labelled messages again, with other names, units and places in them, and clauses hung on.

What names a person or a place differs from message to message, what stands around it does not; a spotter that has seen
one message with many names leans on what stands around. The clauses stand in `corpus/field-clauses.toml`.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from nlp.corpus_reading import CORPUS
from nlp.meaning import load_meanings
from nlp.spotting_features import FIELDS
from nlp.spotting_messages import Message, message_of
from nlp.text import clean

CLAUSES = CORPUS / "field-clauses.toml"
SLOT = re.compile(r"\{([a-z]{1,12})\}")
# How often what a message has is exchanged, and what it lacks is hung on.
EXCHANGED = {"name": 0.9, "staff_name": 0.9, "place": 0.3, "organisation": 0.25}
HUNG_ON = {"name": 0.35, "staff_name": 0.3, "place": 0.25, "organisation": 0.2, "other": 0.25}
SLOT_OF = {"name": "name", "staff_name": "staff", "place": "place", "organisation": "unit", "other": "other"}
TITLED = re.compile(
    r"(.{1,3}?)(副?(?:科长|主任|局长|所长|处长|股长|队长|警官|老师|经理|站长|书记|主管|组长|大夫|医生|师傅|同志|会计|校长|院长|先生|女士|小姐|阿姨))"
)
BADGE = re.compile(r"[A-Za-z]{0,3}-?[0-9]{2,6}")


def more_messages(messages: Sequence[Message], copies: int, seed: int = 1) -> Iterator[Message]:
    """`copies` of every message, each told otherwise; those that come out as they were are left out."""
    chance = random.Random(seed)
    for _ in range(copies):
        for message in messages:
            made = _made(message, chance)
            if made is not None and made.text != message.text:
                yield made


def _made(message: Message, chance: random.Random) -> Message | None:
    text, fields = message.text, dict(message.fields)
    for field in FIELDS[:4]:
        if fields.get(field) and chance.random() < EXCHANGED[field]:
            text = _exchanged(text, fields, field, chance)
    for field in chance.sample(sorted(HUNG_ON), len(HUNG_ON)):
        if not fields.get(field) and chance.random() < HUNG_ON[field]:
            text = _hung_on(text, fields, field, chance)
    if any(fields.get(field) and clean(fields[field]).text not in text for field in FIELDS[:4]):
        return None
    return message_of(text, message.now, {k: v for k, v in fields.items() if k != "other"}, message.set_name)


def _exchanged(text: str, fields: dict[str, Any], field: str, chance: random.Random) -> str:
    """With another value of the field, where nothing else would change with it."""
    value = clean(fields[field]).text
    others = [clean(str(fields[each])).text for each in FIELDS[:4] if each != field and fields.get(each)]
    if value not in text or any(value in other or other in value for other in others):
        return text
    is_person = field in ("name", "staff_name")
    if text.count(value) > 1 and not is_person:
        return text
    new = _like(value, chance) if is_person else _filled("{place}" if field == "place" else "{unit}", chance)
    changed = text.replace(f"姓{value}", f"姓{new}") if len(value) == 1 else text.replace(value, new)
    if changed != text:
        fields[field] = new
    return changed


def _hung_on(text: str, fields: dict[str, Any], field: str, chance: random.Random) -> str:
    """With a clause that tells the field, before or after."""
    slot = SLOT_OF[field]
    side = chance.choice(("before", "after", "after"))
    table = _clauses()
    clause = chance.choice(table["unit-clauses"][side] if slot == "unit" else table[side][slot])
    if slot == "place" and "{name}" in clause and fields.get("name"):
        return text
    told: dict[str, str] = {}
    written = clean(_filled(clause, chance, told)).text
    if any(told.get(SLOT_OF[each]) and fields.get(each) for each in FIELDS[:4]):
        return text  # 我是{place}的{name}, of one who told the place already
    for each in FIELDS[:4]:
        if told.get(SLOT_OF[each]):
            fields[each] = clean(told[SLOT_OF[each]]).text
    if side == "before":
        return written + text
    return text.rstrip("。,!? \n") + written if chance.random() < 0.8 else text + written.lstrip("。,")


def _like(value: str, chance: random.Random) -> str:
    """Another name of that sort: 小刘 for 老王, 李科长 for 张科长, three digits for three."""
    if BADGE.fullmatch(value):
        return "".join(chance.choice("0123456789") if sign.isdigit() else sign for sign in value)
    if not re.fullmatch(r"[一-龥·]{1,9}|[A-Za-z ]+", value):
        return value
    titled = TITLED.fullmatch(value)
    if titled:
        return (_surname(chance) if len(titled[1]) == 1 else _name(chance)) + titled[2]
    if len(value) == 2 and value[0] == "姓":
        return "姓" + _surname(chance)
    if len(value) == 1:
        return _surname(chance)
    if len(value) == 2 and (value[0] in "小老" or value[1] in "姐哥姨叔总处工"):
        return _familiar(chance)
    return _name(chance)


def _filled(clause: str, chance: random.Random, told: dict[str, str] | None = None) -> str:
    """Every slot filled; what stands for a field is noted in `told`."""

    def fill(match: re.Match[str]) -> str:
        slot = match[1]
        word = _word(slot, chance)
        if told is not None and slot in ("name", "staff", "place", "unit"):
            told[slot] = word
        return word

    surname = _surname(chance)
    if "{surname}" in clause:  # 我姓卞,卞和平
        name = surname + "".join(chance.choice(_clauses()["names"]["given"]) for _ in range(chance.randint(1, 2)))
        for slot in ("name", "staff"):
            if f"{{{slot}}}" in clause and told is not None:
                told[slot] = name
                clause = clause.replace(f"{{{slot}}}", name)
        if told is not None and not told:  # 免贵姓卞
            told["name"] = surname
        clause = clause.replace("{surname}", surname)
    return SLOT.sub(fill, clause)


def _word(slot: str, chance: random.Random) -> str:
    table = _clauses()
    made: Mapping[str, Callable[[], str]] = {
        "name": lambda: _name(chance),
        "other": lambda: _name(chance),
        "staff": lambda: _familiar(chance) if chance.random() < 0.2 else _name(chance),
        "place": lambda: _filled(chance.choice(table["places"]["whole"]), chance),
        "unit": lambda: _filled(chance.choice(table["units"]["whole"]), chance),
        "figure": lambda: str(chance.randint(1, 29)),
        "han": lambda: chance.choice("一二三四五六七八九"),
        "word": lambda: chance.choice(_pairs()),
    }
    if slot in made:
        return made[slot]()
    if slot in ("road", "estate", "village", "town"):
        return chance.choice(_pairs()) + _one(table["places"][f"{slot}_ends"], chance)
    lists: Mapping[str, list[str]] = {**table["units"], **table["places"], **table["words"]}
    return _filled(chance.choice(lists[slot]), chance)


def _surname(chance: random.Random) -> str:
    names = _clauses()["names"]
    return _one(names["common"] if chance.random() < 0.55 else names["rare"], chance)


def _name(chance: random.Random) -> str:
    names, kind = _clauses()["names"], chance.random()
    if kind < 0.03:
        return "·".join(chance.sample(names["dotted"].split(), chance.randint(1, 2)))
    if kind < 0.05:
        return _one(names["latin"].split(","), chance)
    if kind < 0.08:
        return chance.choice(_pairs())
    surname = _one(names["double"].split(), chance) if kind < 0.18 else _surname(chance)
    made = chance.random()
    if made < 0.3:
        return surname + _one(names["given"], chance)
    if made < 0.8:
        return surname + _one(names["given"], chance) + _one(names["given"], chance)
    word = chance.choice(_pairs())
    return surname + (word if made < 0.93 else word[0])


def _familiar(chance: random.Random) -> str:
    names = _clauses()["names"]
    said = _one(names["familiar"].split(), chance).replace("{surname}", _surname(chance))
    said = said.replace("{title}", _one(_clauses()["words"]["title"], chance))
    return said.replace("{given}", _one(names["given"], chance))


def _one(words: Sequence[str], chance: random.Random) -> str:
    return chance.choice(words)


@cache
def _clauses() -> Mapping[str, Any]:
    return tomllib.loads(CLAUSES.read_text(encoding="utf-8"))


@cache
def _pairs() -> tuple[str, ...]:
    """Words of two characters, for names that are words: 秋香, 青云路."""
    return tuple(sorted(word for word in load_meanings().rows if re.fullmatch(r"[一-龥]{2}", word)))
