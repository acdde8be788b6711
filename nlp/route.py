"""Which unit leads: what is learnt of matters, carried over to a city's own units, blended with their duty lines.

Models know generic subjects, not cities' names. A city's unit is tied to subjects by its name and duties; so the first
day already has what was learnt elsewhere. What no unit of the city answers for stays unassigned: the probabilities then
sum to less than one, and the suggestion is rightly weak.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nlp.text import LEXICONS, clean, cut, features

# How much the learnt subjects say against the bare overlap with duty lines.
LEARNT_SHARE = 0.82
# A unit whose name the message itself speaks of is this much more likely (a factor).
NAMED = 2.2
# Below this likeness a unit is not tied to a subject at all.
LEAST_LIKENESS = 0.12
# How sharply the overlap with duty lines speaks; found on the corpus.
OVERLAP_SHARPNESS = 9.0
# Of a line of duties, its words and pairs of characters are compared.
SAYING = ("t:", "h:", "w:", "c:")


@dataclass(frozen=True)
class Subject:
    """A generic matter of municipal government: what units for it are called, and their duties in our own words."""

    name: str
    called: tuple[str, ...]
    duties: str


@dataclass(frozen=True)
class Profile:
    """A unit's words, weighted; `names` are parts of names by which a message may speak of it."""

    name: str
    names: tuple[str, ...]
    weights: Mapping[str, float]
    own: Mapping[str, float]


class Router:
    """Probabilities of a city's units for one text."""

    def __init__(self, units: Sequence[tuple[str, str]] | None = None) -> None:
        """`units`: names and duty lines, best the city's own; None: the generic subjects under their own names."""
        self.units = tuple(units) if units is not None else tuple((s.called[0], s.duties) for s in subjects())
        self.ties = ties(self.units)
        self._rarity = _rarity([f"{name},{duties}" for name, duties in self.units])
        self._profiles = tuple(self._profile(name, duties) for name, duties in self.units)

    def route(self, text: str, said: Iterable[str], learnt: Mapping[str, float]) -> list[tuple[str, float]]:
        """Units and probabilities, best first. `said`: the text's features; `learnt`: subject → probability."""
        carried = [
            sum(chance * self.ties.get((subject, unit), 0.0) for subject, chance in learnt.items())
            for unit, _ in self.units
        ]
        overlap = self._overlap(set(said))
        blended = [LEARNT_SHARE * one + (1 - LEARNT_SHARE) * other for one, other in zip(carried, overlap, strict=True)]
        named = [
            chance * (NAMED if self._is_named(text, profile) else 1.0)
            for chance, profile in zip(blended, self._profiles, strict=True)
        ]
        total = max(sum(named), 1.0)
        answer = [(profile.name, chance / total) for profile, chance in zip(self._profiles, named, strict=True)]
        return sorted(answer, key=lambda pair: -pair[1])

    def reasons(self, unit: str, said: Iterable[str], most: int = 4) -> list[str]:
        """The words of the unit's duty line that the text says."""
        profile = next((profile for profile in self._profiles if profile.name == unit), None)
        weights = profile.own if profile else {}
        spoke = sorted(
            {word for word in said if word in weights and word.startswith("w:")}, key=lambda word: -weights[word]
        )
        return [word[2:] for word in spoke if len(word) > 3][:most]

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
        return Profile(name, tuple(sorted({*called, name})), weights, own)

    def _overlap(self, said: set[str]) -> list[float]:
        scores = [sum(profile.weights[word] for word in said & profile.weights.keys()) for profile in self._profiles]
        most = sum(sorted((self._rarity.get(word, 0.0) for word in said), reverse=True)[:6]) or 1.0
        powers = [math.exp(OVERLAP_SHARPNESS * min(score / most, 1.0)) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def _is_named(self, text: str, profile: Profile) -> bool:
        return any(name in text for name in profile.names)


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


def _likeness(subject: Subject, name: str, own: Mapping[str, float], line: Mapping[str, float]) -> float:
    """Names weigh most: a city calls its units after what they do."""
    share = sum(min(own[word], line[word]) for word in own.keys() & line.keys()) / (sum(own.values()) or 1.0)
    places = [place for place, part in enumerate(subject.called) if part in name]
    called = 1.0 if places and places[0] < 3 else 0.8 if places else 0.0
    return called + share


def _rarity(lines: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for line in lines for word in set(_features(line)))
    return {word: math.log(1 + len(lines) / count) for word, count in counts.items()}


def _weighted(line: str, rarity: Mapping[str, float]) -> dict[str, float]:
    return {word: rarity.get(word, 0.0) for word in set(_features(line))}


def _features(line: str) -> list[str]:
    return [one for one in features(cut(clean(line).text)) if one[:2] in SAYING and len(one) > 3]
