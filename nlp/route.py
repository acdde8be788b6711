"""Which unit leads: what is learnt of matters, carried over to a city's own units, blended with their duty lines.

Models know generic subjects, not cities' names. A city's unit is tied to subjects by its name and duties; so the first
day already has what was learnt elsewhere. What no unit of the city answers for stays unassigned: the probabilities then
sum to less than one, and the suggestion is rightly weak.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, repeat
from operator import add, itemgetter

import numpy as np

from nlp.model import Numbers
from nlp.text import LEXICONS, Said, clean, cut, features
from nlp.vocabulary import Vocabulary

# How much the learnt subjects say against the bare overlap with duty lines.
LEARNT_SHARE = 0.9
# A unit that no subject is tied to is known by its duty line alone: what is said of it must count for more.
UNTIED_SHARE = 0.8
# How sharply duty lines divide a subject among the units that share it.
DIVIDING = 6.0
# A trouble at a shared hall, machine or platform makes whoever runs it so much likelier (a factor).
SHARED = 4.0
# A unit whose name the message itself speaks of is this much more likely (a factor).
NAMED = 2.2
# One whose whole name stands there is more likely still: of two centres, the one that is named.
WHOLLY_NAMED = 5.0
# Below this likeness a unit is not tied to a subject at all.
LEAST_LIKENESS = 0.12
# From this tie on a unit is known by a subject.
LEAST_TIE = 0.3
# What no unit takes is divided by this, and comes to nothing.
LEAST_SHARE = 1e-12
# How sharply the overlap with duty lines speaks; found on the corpus.
OVERLAP_SHARPNESS = 9.0
# Chances are kept so far from never and from certainly.
LEAST = 1e-6
# Of a line of duties, its words and pairs of characters are compared.
SAYING = ("t", "h", "w", "c")
# While a router is made, each line is looked at several times.
LINES = 512


@dataclass(frozen=True)
class Subject:
    """A generic matter of municipal government: what units for it are called, and their duties in our own words."""

    name: str
    called: tuple[str, ...]
    duties: str


@dataclass(frozen=True)
class Profile:
    """A unit's features, weighted; `names` are parts of names by which a message may speak of it; `own`: its words."""

    name: str
    names: tuple[str, ...]
    weights: Mapping[str, float]
    own: Mapping[str, float]


class Router:
    """Probabilities of a city's units for one text."""

    def __init__(self, units: Sequence[tuple[str, str]] | None = None, trust: Sequence[float] = (0.0, 1.0)) -> None:
        """`units`: names and duty lines, best the city's own; None: the generic subjects under their own names.

        `trust`: how the first unit's lead, as a logarithm, is to be read as its odds (added, multiplied), so that
        probabilities mean what they say; found by cross-validation (`nlp/trusting.py`).
        """
        self.units = tuple(units) if units is not None else tuple((s.called[0], s.duties) for s in subjects())
        self.trust = trust
        self.ties = ties(self.units)
        self._names = [name for name, _ in self.units]
        self._subjects = [subject.name for subject in subjects()]
        self._rarity = _rarity([f"{name},{duties}" for name, duties in self.units])
        profiles = [self._profile(name, duties) for name, duties in self.units]
        self._words = Vocabulary(self._rarity)
        # The last row of both is of what no line says (NOWHERE).
        self._rare = np.array([*self._rarity.values(), 0.0])
        weights = [[profile.weights.get(word, 0.0) for profile in profiles] for word in self._rarity]
        self._weights = np.array([*weights, [0.0] * len(profiles)])
        self._called = _by_first_signs([profile.names for profile in profiles])
        self._own = {profile.name: profile.own for profile in reversed(profiles)}
        self._tied = np.array([[self.ties.get((each.name, name), 0.0) for name in self._names] for each in subjects()])
        self._untied = UNTIED_SHARE * (self._tied.max(axis=0, initial=0.0) < LEAST_TIE)
        self._subject_of = {name: self._most_tied(name) for name in self._names}
        _features.cache_clear()

    def route(self, text: str, said: Said, learnt: Mapping[str, float]) -> list[tuple[str, float]]:
        """Units and probabilities, best first. `said`: the text's features; `learnt`: subject → probability."""
        overlaps = self._overlaps(said)
        powers = np.exp(OVERLAP_SHARPNESS * overlaps)
        share = np.maximum(1 - LEARNT_SHARE, self._untied * overlaps) / np.add.reduce(powers)
        carried = self._carried(_at_shared_place(text, learnt), overlaps)
        chances = (LEARNT_SHARE * carried + share * powers).tolist()
        for place, factor in self._spoken_of(text).items():
            chances[place] *= factor
        total = max(math.fsum(chances), 1.0)
        routed = [(name, chance / total) for name, chance in zip(self._names, chances, strict=True)]
        routed.sort(key=itemgetter(1), reverse=True)
        return trusted(routed, self.trust)

    def subject_of(self, unit: str) -> str:
        """The subject most tied to the unit; "" where none is."""
        return self._subject_of.get(unit, "")

    def reasons(self, unit: str, said: Said, most: int = 4) -> list[str]:
        """The words of the unit's duty line that the text says."""
        weights = self._own.get(unit, {})
        spoke = {word for word in said.of("w") if word in weights}
        return sorted(spoke, key=lambda word: (-weights[word], word))[:most]

    def _profile(self, name: str, duties: str) -> Profile:
        """The unit's own line, and, fainter, the generic duties of the subjects tied to it."""
        own = _weighted(f"{name},{duties}", self._rarity)
        weights = dict(own)
        for subject in subjects():
            tie = self.ties.get((subject.name, name), 0.0)
            for word, weight in _weighted(subject.duties, self._rarity).items() if tie >= 0.5 else ():
                weights[word] = max(weights.get(word, 0.0), 0.6 * tie * weight)
        called = {
            part for subject in subjects() if self.ties.get((subject.name, name), 0.0) >= 0.5 for part in subject.called
        }
        words = {word[2:]: weight for word, weight in own.items() if word.startswith("w:")}
        return Profile(name, tuple(sorted({*called, name})), weights, words)

    def _most_tied(self, unit: str) -> str:
        best = max(subjects(), key=lambda subject: self.ties.get((subject.name, unit), 0.0))
        return best.name if (best.name, unit) in self.ties else ""

    def _overlaps(self, said: Said) -> Numbers:
        """How much of what is said stands in each unit's line, from 0 to 1."""
        rows = np.array([*{*self._words.columns(said)}], dtype=np.intp)
        most = math.fsum(sorted(self._rare[rows].tolist())[-6:]) or 1.0
        overlaps: Numbers = np.minimum(np.add.reduce(self._weights[rows]) / most, 1.0)
        return overlaps

    def _carried(self, learnt: Mapping[str, float], overlaps: Numbers) -> Numbers:
        """The subjects' probabilities as the units'; units that share a subject divide it by what their lines say."""
        chances = np.array([*map(learnt.get, self._subjects, repeat(0.0))])
        powers = np.exp(DIVIDING * overlaps)
        carried: Numbers = (chances / np.maximum(self._tied @ powers, LEAST_SHARE)) @ self._tied * powers
        return carried

    def _spoken_of(self, text: str) -> dict[int, float]:
        """The places of the units that the text speaks of by their names or parts of them, and what that is worth."""
        begun = self._called.keys() & {"", *map(add, text, text[1:])}
        called = chain.from_iterable(map(self._called.__getitem__, begun))
        found: dict[int, float] = {}
        for name, places in called:
            for place in places if name in text else ():
                whole = name == self._names[place] and name not in _generic_names()
                found[place] = max(found.get(place, 0.0), WHOLLY_NAMED if whole else NAMED)
        return found


def _by_first_signs(names: Sequence[Sequence[str]]) -> dict[str, list[tuple[str, list[int]]]]:
    """Two first characters ("" for what has fewer) → names that begin so, and which places they are of."""
    places: dict[str, list[int]] = {}
    for place, called in enumerate(names):
        for name in called:
            places.setdefault(name, []).append(place)
    found: dict[str, list[tuple[str, list[int]]]] = {}
    for name, each in places.items():
        found.setdefault(name[:2] if len(name) > 1 else "", []).append((name, each))
    return found


def trusted(routed: Sequence[tuple[str, float]], trust: Sequence[float]) -> list[tuple[str, float]]:
    """`routed` (best first) with the first as likely as `trust` says of its lead, the others' shares of the rest as
    they were. What is assigned to no unit stays so: the odds are those among the units.
    """
    whole = sum(chance for _, chance in routed)
    if not whole or not 0.0 < routed[0][1] < whole:
        return list(routed)
    (name, chance), *rest = routed
    added, times = trust
    first = whole / (1 + math.exp(-added - times * lead(routed)))
    shrunk = (whole - first) / (whole - chance)
    return [(name, first), *((other, min(each * shrunk, first)) for other, each in rest)]


def lead(routed: Sequence[tuple[str, float]]) -> float:
    """How many times as likely as the second the first is, as a logarithm: it tells better than the first's odds how
    far the first can be trusted, and is small where units share a matter."""
    first, second = routed[0][1], routed[1][1] if len(routed) > 1 else 0.0
    return math.log(max(first, LEAST) / max(second, LEAST))


def _at_shared_place(text: str, learnt: Mapping[str, float]) -> Mapping[str, float]:
    """What was learnt; a trouble at a shared place is likelier its own than a unit's."""
    subject, places, troubles = _shared()
    if subject not in learnt or not any(place in text for place in places):
        return learnt
    if not any(trouble in text for trouble in troubles):
        return learnt
    leaned = {name: chance * (SHARED if name == subject else 1.0) for name, chance in learnt.items()}
    total = sum(leaned.values()) / sum(learnt.values())
    return {name: chance / total for name, chance in leaned.items()}


@cache
def _shared() -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    table = tomllib.loads((LEXICONS / "places.toml").read_text(encoding="utf-8"))
    return table["subject"], tuple(table["places"].split()), tuple(table["troubles"].split())


def ties(units: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """(subject, unit) → how much of the subject's matters the unit takes; at most one in all for each subject."""
    tied: dict[tuple[str, str], float] = {}
    rarity = _rarity([f"{name},{duties}" for name, duties in units] + [s.duties for s in subjects()])
    lines = {name: _weighted(f"{name},{duties}", rarity) for name, duties in units}
    for subject in subjects():
        own = _weighted(subject.duties, rarity)
        alike = {name: _likeness(subject, name, own, lines[name]) for name, _ in units}
        best = max(alike.values(), default=0.0)
        strong = {name: value**4 for name, value in alike.items() if value >= max(LEAST_LIKENESS, 0.5 * best)}
        for name, value in strong.items():
            tied[subject.name, name] = value / sum(strong.values())
    return tied


@cache
def subjects() -> tuple[Subject, ...]:
    """The generic subjects that ship."""
    table = tomllib.loads((LEXICONS / "subjects.toml").read_text(encoding="utf-8"))
    return tuple(Subject(name, tuple(row["called"]), row["duties"]) for name, row in table.items())


@cache
def _generic_names() -> frozenset[str]:
    return frozenset(name for subject in subjects() for name in subject.called)


def _likeness(subject: Subject, name: str, own: Mapping[str, float], line: Mapping[str, float]) -> float:
    """Names weigh most: a city calls its units after what they do."""
    share = sum(min(own[word], line[word]) for word in own.keys() & line.keys()) / (sum(own.values()) or 1.0)
    places = [place for place, part in enumerate(subject.called) if part in name]
    called = 1.0 if places and places[0] < 3 else 0.8 if places else 0.0
    return called + share


def _rarity(lines: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for line in lines for word in _features(line))
    return {word: math.log(1 + len(lines) / count) for word, count in counts.items()}


def _weighted(line: str, rarity: Mapping[str, float]) -> dict[str, float]:
    return {word: rarity.get(word, 0.0) for word in _features(line)}


@lru_cache(LINES)
def _features(line: str) -> frozenset[str]:
    said = features(cut(clean(line).text))
    return frozenset(f"{sort}:{each}" for sort in SAYING for each in said.of(sort) if len(each) > 1)
