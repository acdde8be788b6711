"""Which stretch of a text is a field: what the rules propose, weighed with all other stretches by what was learnt.

A message has one value of a field or none. So every stretch competes with every other and with "none": a stretch is
worth what its first character, its characters and its last character are worth to the field, and the best of all is
found in one walk. For the event's time only what the rules can read as one competes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.found import Found, without_blanks
from nlp.model import ModelError
from nlp.spotting_features import BITS, FIELDS, TIME, Asked, Proposals, Sorts, attributes, rows_of
from nlp.spotting_known import Known
from nlp.spotting_net import REACHES, Layers, Whole, joined

SPOTS = Path(__file__).with_name("weights") / "spots.npz"
COUNT = len(FIELDS)
# What a character is worth that another field has taken.
TAKEN = -1e4
# Of what the rules propose.
MOST_TRUSTED = 3
# So many characters are looked at together: what is known of more would leave the processor's cache.
AT_ONCE = 512

_EACH = np.arange(TIME)
Scores = NDArray[np.float64]
# By how much a stretch beats none, of which field, where it begins and ends.
Rival = tuple[float, int, int, int]


@dataclass(frozen=True)
class Spotter:
    """`layers`: of each field what it is worth to begin at a character, in turn to stand there, to end there.

    `index`: a feature's row of weights in them, 0 for one that taught nothing; `none`: what "none" is worth;
    `trust`: how much more a stretch is worth that a rule proposes whole; `known`: words of a sort.
    """

    layers: Layers
    index: NDArray[np.unsignedinteger[Any]]
    none: Scores
    trust: Scores
    known: Known
    sorts: Sorts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sorts", Sorts(self.known))

    def spot(
        self, asked: Asked, taken: Mapping[str, Sequence[Found]] | None = None, worth: Scores | None = None
    ) -> list[Found]:
        """The likeliest of each field that is likelier than none; none of names, units and places overlaps another.

        `taken`: of each field what it cannot be, telephones and the like; `worth`: of its characters, where that is
        known already: it is written over.
        """
        text, words, proposals, times = asked
        if not words:
            return []
        if worth is None:
            (worth,) = self.worths([asked])
        for name, those in (taken or {}).items():
            for each in those:
                worth[each.start : each.end, FIELDS.index(name) :: COUNT] = TAKEN
        kept: list[Found] = []
        for rival in sorted(self._best(worth, proposals), reverse=True):
            _, place, start, end = rival
            if any(start < each.end and each.start < end for each in kept):
                again = self._again(worth, place, kept, proposals)
                if again is None:
                    continue
                _, place, start, end = again
            kept.append(_as_proposed(text, place, start, end, proposals.get(place, ())))
        return [*kept, *self._time(worth, times)]

    def worths(self, asked: Sequence[Asked]) -> list[Scores]:
        """Of every character (first axis) of each text to every field's beginning, middle and end: of several texts
        together in less time than of one after the other."""
        found: list[Scores] = []
        for some in _some_at_once([each for each in asked if each.words]):
            sizes = [len(each.text) for each in some]
            rows = self.index.take(rows_of(attributes(some, self.sorts)))
            # What is so long is read alone, and must not hold up others.
            layers = self.layers if len(rows[0]) <= AT_ONCE else self.layers.first
            worth = layers.worth(rows, sizes)
            found += np.split(worth, np.cumsum(sizes[:-1])) if len(some) > 1 else [worth]
        told = iter(found)
        return [next(told) if each.words else np.empty((0, 3 * COUNT)) for each in asked]

    def _best(self, worth: Scores, proposals: Proposals) -> list[Rival]:
        """Of each field but the time what beats none, the best stretch: by how much, the field, where it stands."""
        begins, ends = walked(worth.reshape(-1, 3, COUNT)[:, :, :TIME])
        best = ends + np.maximum.accumulate(begins, axis=0)
        lasts = best.argmax(axis=0)
        gains = (best[lasts, _EACH] - self.none[:TIME]).tolist()
        found = []
        for place, gain in enumerate(gains):
            rivals: list[Rival] = []
            if gain > 0:
                last = int(lasts[place])
                rivals.append((gain, place, int(begins[: last + 1, place].argmax()), last + 1))
            for each in proposals.get(place, ())[:MOST_TRUSTED]:
                told = begins[each.start, place] + ends[each.end - 1, place] + self.trust[place] - self.none[place]
                rivals.append((float(told), place, each.start, each.end))
            found += [rival for rival in (max(rivals, default=None),) if rival and rival[0] > 0]
        return found

    def _again(self, worth: Scores, place: int, kept: Sequence[Found], proposals: Proposals) -> Rival | None:
        """The best stretch that touches none of those."""
        open_ = worth.copy()
        for each in kept:
            open_[each.start : each.end] = TAKEN
        return next((rival for rival in self._best(open_, proposals) if rival[1] == place), None)

    def _time(self, worth: Scores, times: Sequence[Found]) -> list[Found]:
        if not times:
            return []
        begins, ends = walked(worth.reshape(-1, 3, COUNT)[:, :, TIME:])
        gains = [float(begins[each.start, 0] + ends[each.end - 1, 0] - self.none[TIME]) for each in times]
        best = max(range(len(times)), key=gains.__getitem__)
        return [times[best]] if gains[best] > 0 else []


def _some_at_once(asked: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    """Neighbours whose characters are few enough together."""
    some: list[Asked] = []
    room = AT_ONCE
    for each in asked:
        if some and len(each.text) > room:
            yield some
            some, room = [], AT_ONCE
        some.append(each)
        room -= len(each.text)
    if some:
        yield some


def walked(worth: Scores) -> tuple[Scores, Scores]:
    """What each character is worth as a first and as a last: the two sum up to what the stretch between is worth.

    `worth`: of each character as a first, within, as a last (second axis), to each field (third).
    """
    first, within, last = worth[:, 0], worth[:, 1], worth[:, 2]
    reach: Scores = np.add.accumulate(within, axis=0)
    return first - (reach - within), last + reach


def _as_proposed(text: str, place: int, start: int, end: int, proposed: Sequence[Found]) -> Found:
    """With the value that a rule read there, else as it is written."""
    for each in proposed:
        if (each.start, each.end) == (start, end):
            return each
    return Found(FIELDS[place], without_blanks(text[start:end]), start, end)


def together(spotters: Sequence[Spotter]) -> Spotter:
    """All that these know as one, of the same features."""
    none = np.add.reduce([each.none for each in spotters]) / len(spotters)
    return replace(spotters[0], layers=joined([each.layers for each in spotters]), none=none)


def index_of(kept: NDArray[np.int64]) -> NDArray[np.unsignedinteger[Any]]:
    """Where the nets have the weights of each feature; 0 of those that are not kept."""
    index = np.zeros(1 << BITS, dtype=np.min_scalar_type(len(kept)))
    index[kept] = np.arange(1, len(kept) + 1)
    return index


def save_spotter(path: Path, spotter: Spotter, figures: Mapping[str, Mapping[str, float]]) -> None:
    """Written without pickle, with the figures of each set that did not teach."""
    layers = spotter.layers
    hidden = {
        f"{what}{place}": each
        for place, both in enumerate(layers.hidden)
        for what, each in zip(("hidden", "bias"), both, strict=True)
    }
    np.savez_compressed(
        path,
        allow_pickle=False,
        kept=np.flatnonzero(spotter.index).astype(np.uint16),
        # The first row is that of features which taught nothing.
        inputs=layers.inputs[:, 1:],
        scale=layers.scale,
        bias=layers.bias,
        outputs=layers.outputs,
        ending=layers.ending,
        none=spotter.none,
        trust=spotter.trust,
        **hidden,
        **vars(layers.whole),
        **vars(spotter.known),
        figures=_as_bytes(figures),
    )


def _as_bytes(document: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(document, ensure_ascii=False).encode(), dtype=np.uint8)


@cache
def load_spotter(path: Path = SPOTS) -> Spotter:
    """The weights. Raises ModelError where they cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            learnt = arrays["inputs"]
            nets, rows, width = learnt.shape
            inputs = np.zeros((nets, rows + 1, width), dtype=np.int8)
            inputs[:, 1:] = learnt
            hidden = [(arrays[f"hidden{place}"], arrays[f"bias{place}"]) for place in range(len(REACHES))]
            whole = Whole(*(arrays[each.name] for each in fields(Whole)))
            layers = Layers(inputs, arrays["scale"], arrays["bias"], hidden, whole, arrays["outputs"], arrays["ending"])
            known = Known(*(arrays[each.name] for each in fields(Known)))
            return Spotter(layers, index_of(arrays["kept"]), arrays["none"], arrays["trust"], known)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise ModelError(f"no usable weights in {path}: {error}") from error


def spotters_card(path: Path = SPOTS) -> dict[str, dict[str, float]]:
    """Set (all under "") → field (all under "") → F1 when that set had not taught."""
    with np.load(path, allow_pickle=False) as arrays:
        answer: dict[str, dict[str, float]] = json.loads(arrays["figures"].tobytes())
    return answer
