"""Hot matters: many people's messages gathered by what they tell of, each group with a name made of its own words.

Only texts that share a name or a rare word are compared; a text joins the group whose texts are on the whole likeliest
to tell of its matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.same import same
from nlp.sketch import Sketch

# What more texts than this share tells none of them apart; a text is compared with so many others at most.
MOST_SHARING, MOST_COMPARED = 60, 8
# A text joins at this likelihood, the mean over so many texts of the group.
JOINS, ASKED = 0.6, 4
# Words of a name, and the share of a group's texts that must have each.
WORDS_OF_A_NAME, SHARED_BY = 3, 0.4


@dataclass(frozen=True)
class Hot:
    """A group: its name, and the places in the given texts of those that belong to it, in their order."""

    name: str
    members: tuple[int, ...]


def hot_matters(sketches: Sequence[Sketch], least: int = 2) -> tuple[Hot, ...]:
    """Groups of at least so many texts, the largest first."""
    groups = _merged(_gathered(sketches), sketches)
    hot = (Hot(_name([sketches[at] for at in members]), tuple(sorted(members))) for members in groups)
    return tuple(sorted((each for each in hot if len(each.members) >= least), key=lambda each: -len(each.members)))


def _gathered(sketches: Sequence[Sketch]) -> list[list[int]]:
    groups: list[list[int]] = []
    group_of: dict[int, int] = {}
    neighbours = _neighbours(sketches)
    for at, sketch in enumerate(sketches):
        near = Counter(group_of[other] for other in neighbours[at] if other in group_of)
        best, chosen = JOINS, -1
        for group in near:
            asked = groups[group][:ASKED]
            chance = sum(same(sketch, sketches[other]) for other in asked) / len(asked)
            if chance >= best:
                best, chosen = chance, group
        if chosen < 0:
            chosen = len(groups)
            groups.append([])
        groups[chosen].append(at)
        group_of[at] = chosen
    return groups


def _merged(groups: Sequence[list[int]], sketches: Sequence[Sketch]) -> list[list[int]]:
    """Groups whose first texts tell of one matter as one: the order of coming must not part them."""
    merged: list[list[int]] = []
    heads = [group[0] for group in groups]
    found = _neighbours([sketches[head] for head in heads])
    into: dict[int, int] = {}
    for number, group in enumerate(groups):
        chosen = next(
            (
                into[other]
                for other in found[number]
                if other < number and _one_matter(group, merged[into[other]], sketches)
            ),
            None,
        )
        if chosen is None:
            chosen = len(merged)
            merged.append([])
        merged[chosen] += group
        into[number] = chosen
    return merged


def _one_matter(one: Sequence[int], other: Sequence[int], sketches: Sequence[Sketch]) -> bool:
    chances = [same(sketches[here], sketches[there]) for here in one[:3] for there in other[:3]]
    return sum(chances) / len(chances) >= JOINS


def _neighbours(sketches: Sequence[Sketch]) -> list[list[int]]:
    """For each text the others that share names and rare words with it, the most sharing first."""
    holders: Mapping[str, list[int]] = defaultdict(list)
    for at, sketch in enumerate(sketches):
        for key in _keys(sketch):
            holders[key].append(at)
    found = []
    for at, sketch in enumerate(sketches):
        shared: Counter[int] = Counter()
        for key in _keys(sketch):
            if len(holders[key]) <= MOST_SHARING:
                shared.update(holders[key])
        del shared[at]
        found.append([other for other, often in shared.most_common(MOST_COMPARED) if often > 1])
    return found


def _keys(sketch: Sketch) -> Iterator[str]:
    """What two texts may share: names weigh twice."""
    yield from sketch.all_words
    for name in sketch.names | sketch.stems | sketch.long_numbers:
        yield f"1{name}"
        yield f"2{name}"


def _name(group: Sequence[Sketch]) -> str:
    """The place that most of them name, and the words that most of them use, as the plainest text has them in order."""
    places = Counter(place for sketch in group for place in sketch.places)
    place = next((name for name, count in places.most_common(1) if count > 1 or len(group) < 3), "")
    uses = Counter(word for sketch in group for word in set(sketch.words) if len(word) > 1 and word not in place)
    rarity = {word: float(weight) for sketch in group for word, weight in zip(sketch.words, sketch.rarity, strict=True)}
    enough = max(2, SHARED_BY * len(group)) if len(group) > 1 else 1
    ranked = sorted(
        (word for word, count in uses.items() if count >= enough), key=lambda word: -uses[word] * rarity[word] ** 2
    )
    telling: list[str] = []
    for word in ranked:
        if len(telling) < WORDS_OF_A_NAME and not any(word in chosen or chosen in word for chosen in telling):
            telling.append(word)
    first = max(group, key=lambda sketch: sum(word in sketch.words for word in telling) - len(sketch.words) / 1000)
    return "：".join(part for part in (place, "、".join(sorted(telling, key=first.text.find))) if part)
