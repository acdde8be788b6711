"""The reader: one citizen's message in, what was meant out. It suggests; it never refuses, declines or dispatches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from nlp.city import City
from nlp.deciding import ACCEPT, NET, Decision, Weigher
from nlp.disguise import undisguise
from nlp.fields import choose, fields_of, propose
from nlp.fields_place import find_organisations
from nlp.found import Found
from nlp.gist import load_gists
from nlp.hot import hot_matters
from nlp.kind import COMMANDS, KindAnswer, tell_kind
from nlp.marks import see
from nlp.meaning import load_meanings
from nlp.model import Model, Numbers, Vector, load_model
from nlp.net import Net, load_net
from nlp.route import Router
from nlp.same import same
from nlp.screen import Message, Screening, clauses, look, screen
from nlp.sketch import Sketch, sketch
from nlp.text import HEAD, TAIL, Said, Word, clean, cut, fold

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

    The reader leaves fields, units and reasons to be worked out when somebody asks: a greeting's fields nobody
    wants, and most words of a talk add to a draft that has its own units.
    """

    kind: str
    verdict: str
    ground: str | None
    clause: str | None
    departments: tuple[tuple[str, float], ...]
    fields: Mapping[str, str | bool | None]
    # A default of the class would be found before it is worked out; one that is made is not.
    why: tuple[str, ...] = field(default_factory=tuple)
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def but(cls, left: Mapping[str, Callable[[Reading], Any]], **known: Any) -> Reading:
        """A reading of which the fields in `left` are worked out when they are asked for."""
        reading = object.__new__(cls)
        reading.__dict__.update(known, _left=left)
        return reading

    def __getattr__(self, name: str) -> Any:
        left = self.__dict__.get("_left", {})
        if name not in left:
            raise AttributeError(f"a reading has no {name}")
        self.__dict__[name] = found = left[name](self)
        return found


class Reader:
    """Reads messages for one city. Thread-safe: only `city` changes after loading, and at once."""

    city: City | None = None

    def __init__(
        self, model: Model, net: Net, router: Router, clause_of: Mapping[str, str], names: Sequence[str] = ()
    ) -> None:
        self.model, self.net, self.router, self.clause_of, self.names = model, net, router, clause_of, names
        self.decision = Decision.of_card(model.card)
        self._weigher = Weigher(self.decision, [*model.labels, *((NET, label) for label in net.classes)])
        # One new message is compared with the same open cases over and over.
        self._gathered: Callable[[tuple[str, ...]], list[tuple[str, tuple[int, ...]]]] = lru_cache(LISTS)(self._gather)
        self._sketch: Callable[[str], Sketch] = lru_cache(SKETCHES)(self._sketched)

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
        given = list(units) if units is not None else None
        called = dict.fromkeys(clean(name).text for name in (*(unit for unit, _ in given or ()), *aliases))
        names = tuple(name for name in called if len(name) >= SHORTEST_NAME)
        router = Router(given, model.card.get("trust", (0.0, 1.0)))
        return cls(model, load_net(folder), router, clauses(rulebook), names)

    def read(self, text: str, now: datetime) -> Reading:
        """What `text`, written at `now`, says."""
        cleaned = clean(text)
        words = cut(cleaned.text)
        proposed = propose(cleaned.text, words, now, self.names)
        has_unit = bool(proposed.units)  # as in training, where nobody chose
        seen = undisguise(cleaned)  # hidden insults in clear: what is weighed, never what is kept
        said, marks = see(seen.text, words if seen is cleaned else cut(seen.text), has_unit)
        vector = self.model.vector(said, marks)
        chances = np.concatenate([self.model.chances(vector), self.net.probabilities(vector)])
        whole = fold(text) if len(text) > HEAD + TAIL else cleaned.text  # danger is heard however long the story is
        kind, message, screening = self._understand(whole, words, said, has_unit, chances)
        city = self.city
        # A bare command of the talk (转人工) names nothing that a unit could be found for.
        is_routed = screening.verdict == ACCEPT and (kind.kind not in COMMANDS or has_unit or bool(message.subjects))

        def found(_: Reading) -> tuple[Found, ...]:
            chosen = choose(cleaned.text, words, proposed, self.names)
            return tuple(each for each in chosen if not cleaned.is_torn(each.start, each.end))

        def fields(reading: Reading) -> dict[str, str | bool | None]:
            return fields_of(text, cleaned, reading.found)

        def spans(reading: Reading) -> dict[str, tuple[int, int]]:
            return {each.name: cleaned.span(each.start, each.end) for each in reading.found}

        def departments(_: Reading) -> tuple[tuple[str, float], ...]:
            return self._departments(city, cleaned.text, said, chances) if is_routed else ()

        def why(reading: Reading) -> tuple[str, ...]:
            routed = self._routing_reasons(city, cleaned.text, reading.departments, said, vector)
            return kind.why, screening.why, *routed

        return Reading.but(
            {"found": found, "fields": fields, "spans": spans, "departments": departments, "why": why},
            kind=kind.kind,
            verdict=screening.verdict,
            ground=screening.ground or None,
            clause=self.clause_of.get(screening.ground),
        )

    def _understand(
        self, text: str, words: Sequence[Word], said: Said, has_unit: bool, chances: Numbers
    ) -> tuple[KindAnswer, Message, Screening]:
        weighed = self._weigher.weigh(chances)
        kind = tell_kind(text, weighed.kinds)
        message = look(text, words, said, has_unit)
        return kind, message, screen(message, weighed.grounds, weighed.verdicts, self.decision)

    def compare(self, one: str, other: str) -> float:
        """The probability that both texts report the same matter."""
        return same(self._sketch(one), self._sketch(other))

    def _sketched(self, text: str) -> Sketch:
        return sketch(self.model, load_meanings(), load_gists(), text)

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

    def _departments(self, city: City | None, text: str, said: Said, chances: Numbers) -> tuple[tuple[str, float], ...]:
        routed = self.router.route(text, said, self.model.of("subject", chances))
        if city is not None:
            routed = city.blend(text, routed)
        return tuple(
            (name, round(chance, 6)) for name, chance in routed[:MOST_DEPARTMENTS] if chance >= LEAST_PROBABILITY
        )

    def _routing_reasons(
        self, city: City | None, text: str, departments: Sequence[tuple[str, float]], said: Said, vector: Vector
    ) -> Iterator[str]:
        """A line for each of the first three units: words of its duties, and those that were learnt to speak for it."""
        told = departments[:MOST_REASONED]
        subjects = [self.router.subject_of(name) for name, _ in told]
        for (name, chance), learnt in zip(told, self.model.reasons("subject", subjects, vector), strict=True):
            words = list(dict.fromkeys([*self.router.reasons(name, said), *learnt]))[:MOST_WORDS]
            if not words and city is not None:
                words = city.reasons(text, name)
            yield f"route {name} {chance:.2f}: {'、'.join(words) or 'the message as a whole'}"
