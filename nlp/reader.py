"""The reader: one citizen's message in, what was meant out. It suggests; it never refuses, declines or dispatches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from nlp.city import City
from nlp.deciding import ACCEPT, NET, Decision, Weighed, Weigher
from nlp.disguise import undisguise
from nlp.fields import Proposed, choose, fields_of, propose
from nlp.fields_place import find_organisations
from nlp.found import Found
from nlp.gist import load_gists
from nlp.hot import hot_matters
from nlp.kind import COMMANDS, tell_kind
from nlp.marks import see
from nlp.meaning import load_meanings
from nlp.model import Model, Numbers, Vector, load_model
from nlp.net import Net, load_net
from nlp.route import Router
from nlp.same import same
from nlp.screen import clauses, look, screen
from nlp.sketch import Sketch, sketch
from nlp.spotting import Scores, load_spotter
from nlp.spotting_features import Asked
from nlp.text import HEAD, TAIL, Cleaned, Said, Word, clean, cut, fold

WEIGHTS = Path(__file__).with_name("weights")

# So many texts are read at once: more would leave the processor's cache.
TOGETHER = 16
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


@dataclass(frozen=True)
class _Seen:
    """A text, cleaned and cut, with what the rules propose and what the models see of it."""

    text: str
    cleaned: Cleaned
    words: Sequence[Word]
    proposed: Proposed
    said: Said
    marks: Sequence[str]

    @property
    def asked(self) -> Asked:
        """As a spotter is asked."""
        return Asked(self.cleaned.text, self.words, self.proposed.fields, self.proposed.times)


def _at(worths: Callable[[], Sequence[Scores]], place: int) -> Scores:
    return worths()[place]


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
        return self.read_each([(text, now)])[0]

    def read_each(self, written: Sequence[tuple[str, datetime]]) -> list[Reading]:
        """As `read`, of several texts, each written at its time, in less time than of one after the other."""
        readings: list[Reading] = []
        for start in range(0, len(written), TOGETHER):
            readings += self._read_some(written[start : start + TOGETHER])
        return readings

    def _read_some(self, written: Sequence[tuple[str, datetime]]) -> list[Reading]:
        seen = [self._see(text, now) for text, now in written]
        vectors = self.model.vectors([(each.said, each.marks) for each in seen])
        chances = np.concatenate([self.model.chances(vectors), self.net.chances(vectors)], axis=1)
        # What characters are worth to fields is worked out for all when one is asked for its own.
        worths = cache(lambda: load_spotter().worths([each.asked for each in seen]))
        told = zip(seen, vectors, chances, self._weigher.weigh(chances), strict=True)
        return [
            self._reading(each, vector, own, weighed, partial(_at, worths, place))
            for place, (each, vector, own, weighed) in enumerate(told)
        ]

    def _see(self, text: str, now: datetime) -> _Seen:
        cleaned = clean(text)
        words = cut(cleaned.text)
        proposed = propose(cleaned.text, words, now, self.names)
        has_unit = bool(proposed.units)  # as in training, where nobody chose
        seen = undisguise(cleaned)  # hidden insults in clear: what is weighed, never what is kept
        said, marks = see(seen.text, words if seen is cleaned else cut(seen.text), has_unit)
        return _Seen(text, cleaned, words, proposed, said, marks)

    def _reading(
        self, seen: _Seen, vector: Vector, chances: Numbers, weighed: Weighed, worth: Callable[[], Scores]
    ) -> Reading:
        cleaned, words, proposed, said = seen.cleaned, seen.words, seen.proposed, seen.said
        has_unit = bool(proposed.units)
        # Danger is heard however long the story is.
        whole = fold(seen.text) if len(seen.text) > HEAD + TAIL else cleaned.text
        kind = tell_kind(whole, weighed.kinds)
        message = look(whole, words, said, has_unit)
        screening = screen(message, weighed.grounds, weighed.verdicts, self.decision)
        city = self.city
        # A bare command of the talk (转人工) names nothing that a unit could be found for.
        is_routed = screening.verdict == ACCEPT and (kind.kind not in COMMANDS or has_unit or bool(message.subjects))

        def found(_: Reading) -> tuple[Found, ...]:
            chosen = choose(cleaned.text, words, proposed, self.names, worth=worth())
            return tuple(each for each in chosen if not cleaned.is_torn(each.start, each.end))

        def fields(reading: Reading) -> dict[str, str | bool | None]:
            return fields_of(seen.text, cleaned, reading.found)

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
