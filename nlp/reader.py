"""The reader: one citizen's message in, what was meant out. It suggests; it never refuses, declines or dispatches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from nlp.city import City
from nlp.deciding import ACCEPT, Decision, parts
from nlp.disguise import undisguise
from nlp.fields import find_fields
from nlp.fields_person import is_valid_id
from nlp.fields_place import find_organisations
from nlp.found import Found
from nlp.hot import hot_matters
from nlp.kind import COMMANDS, KindAnswer, tell_kind
from nlp.marks import see
from nlp.meaning import load_meanings
from nlp.model import Model, Vector, load_model
from nlp.route import Router
from nlp.same import same
from nlp.screen import Screening, clauses, look, screen
from nlp.sketch import Sketch, sketch
from nlp.text import Cleaned, Word, clean, cut

WEIGHTS = Path(__file__).with_name("weights")

# Texts whose sketches are kept for comparing; some kilobytes each.
SKETCHES = 2048
# Gatherings of texts that are kept: a page is looked at again and again.
LISTS = 4

# 政务 alone names no unit.
SHORTEST_NAME = 3

# A dispatcher reads three; five leave room for what lies close behind.
MOST_DEPARTMENTS = 5
# Less than this is no suggestion.
LEAST_PROBABILITY = 0.01
# So many units with so many words each say why; more would not be read.
MOST_REASONED, MOST_WORDS = 3, 4


@dataclass(frozen=True)
class Reading:
    """What a message says. `spans`: where each field stood in the text as it was sent; `why`: a reason an answer.

    `ground` and `clause` are None where there is none. `fields["event_time"]` is None, with `event_time_text`, where
    the time was said too vaguely to name.
    """

    kind: str
    verdict: str
    ground: str | None
    clause: str | None
    departments: tuple[tuple[str, float], ...]
    fields: Mapping[str, str | bool | None]
    why: tuple[str, ...] = ()
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)


class Reader:
    """Reads messages for one city. Thread-safe: only `city` changes after loading, and at once."""

    city: City | None = None

    def __init__(self, model: Model, router: Router, clause_of: Mapping[str, str], names: Sequence[str] = ()) -> None:
        self.model, self.router, self.clause_of, self.names = model, router, clause_of, names
        self.decision = Decision.of_card(model.card)
        # One new message is compared with the same open cases over and over.
        self._gathered: Callable[[tuple[str, ...]], list[tuple[str, tuple[int, ...]]]] = lru_cache(LISTS)(self._gather)
        self._sketch: Callable[[str], Sketch] = lru_cache(SKETCHES)(lambda text: sketch(model, load_meanings(), text))

    @classmethod
    def load(
        cls,
        units: Iterable[tuple[str, str]] | None = None,
        rulebook: str = "yunnan",
        folder: Path = WEIGHTS,
        aliases: Iterable[str] = (),
    ) -> Reader:
        """A reader for these units (name, duties) and that rulebook's clauses; generic units where none are given.

        `aliases`: what the units are called besides their names, found in a message as their names are.
        """
        model = load_model(folder)
        added, times = model.card.get("trust", (0.0, 1.0))
        given = list(units) if units is not None else None
        called = dict.fromkeys(clean(name).text for name in (*(unit for unit, _ in given or ()), *aliases))
        names = tuple(name for name in called if len(name) >= SHORTEST_NAME)
        return cls(model, Router(given, (added, times)), clauses(rulebook), names)

    def read(self, text: str, now: datetime) -> Reading:
        """What `text`, written at `now`, says."""
        cleaned = clean(text)
        words = cut(cleaned.text)
        found = find_fields(cleaned.text, words, now, self.names)
        has_unit = any(each.name == "organisation" for each in found)
        seen = undisguise(cleaned)  # hidden insults in clear: what is weighed, never what is kept
        said, marks = see(seen.text, words if seen is cleaned else cut(seen.text), has_unit)
        vector = self.model.vector(said, marks)
        kind, screening = self._understand(cleaned.text, words, said, has_unit, vector)
        departments: tuple[tuple[str, float], ...] = ()
        if screening.verdict == ACCEPT and (kind.kind not in COMMANDS or has_unit):
            departments = self._departments(cleaned.text, said, vector)
        why = (kind.why, screening.why, *self._routing_reasons(cleaned.text, departments, said, vector))
        clause = self.clause_of.get(screening.ground)
        fields, spans = _fields(cleaned, found), {each.name: cleaned.span(each.start, each.end) for each in found}
        return Reading(kind.kind, screening.verdict, screening.ground or None, clause, departments, fields, why, spans)

    def _understand(
        self, text: str, words: Sequence[Word], said: Sequence[str], has_unit: bool, vector: Vector
    ) -> tuple[KindAnswer, Screening]:
        grounds, kinds = parts(self.model.answer("whole", vector))
        kind = tell_kind(text, self.decision.weigh_kinds(self.model.answer("kind", vector), kinds))
        learnt = self.model.answer("screen", vector)
        chances = self.decision.weigh((grounds, learnt), self.model.answer("verdict", vector))
        likely = {ground: math.sqrt(chance * grounds.get(ground, 0.0)) for ground, chance in learnt.items()}
        return kind, screen(look(text, words, said, kind.kind, has_unit), likely, chances, self.decision)

    def compare(self, one: str, other: str) -> float:
        """The probability that both texts report the same matter."""
        return same(self._sketch(one), self._sketch(other))

    def gather(self, texts: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
        """The matters that several of the texts tell of, most told first: a name of their words, the texts' places."""
        return list(self._gathered(tuple(texts)))

    def _gather(self, texts: tuple[str, ...]) -> list[tuple[str, tuple[int, ...]]]:
        return [(hot.name, hot.members) for hot in hot_matters([self._sketch(text) for text in texts])]

    def first_day(self, text: str) -> list[tuple[str, float]]:
        """Units and probabilities as they are without any decision of this city."""
        cleaned = clean(text).text
        words = cut(cleaned)
        said, marks = see(cleaned, words, bool(find_organisations(cleaned, words, self.names)))
        return self.router.route(cleaned, said, self.model.answer("subject", self.model.vector(said, marks)))

    def _departments(self, text: str, said: Sequence[str], vector: Vector) -> tuple[tuple[str, float], ...]:
        routed = self.router.route(text, said, self.model.answer("subject", vector))
        city = self.city
        if city is not None:
            routed = city.blend(text, routed)
        return tuple(
            (name, round(chance, 6)) for name, chance in routed[:MOST_DEPARTMENTS] if chance >= LEAST_PROBABILITY
        )

    def _routing_reasons(
        self, text: str, departments: Sequence[tuple[str, float]], said: Sequence[str], vector: Vector
    ) -> Iterator[str]:
        """A line for each of the first three units: words of its duties, and those that were learnt to speak for it."""
        for name, chance in departments[:MOST_REASONED]:
            subject = self.router.subject_of(name)
            learnt = self.model.reasons("subject", subject, vector) if subject else []
            words = list(dict.fromkeys([*self.router.reasons(name, said), *learnt]))[:MOST_WORDS]
            if not words and self.city is not None:
                words = self.city.reasons(text, name)
            yield f"route {name} {chance:.2f}: {'、'.join(words) or 'the message as a whole'}"


def _fields(cleaned: Cleaned, found: Sequence[Found]) -> dict[str, str | bool | None]:
    fields: dict[str, str | bool | None] = {each.name: each.value for each in found}
    for each in found:
        if each.name == "id_number" and each.value is not None:
            fields["id_number_valid"] = is_valid_id(each.value)
        if each.name == "event_time" and each.value is None:
            fields["event_time_text"] = cleaned.text[each.start : each.end]
    return fields
