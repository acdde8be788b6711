"""The fields of a message: each value with its place, corrections in force, nothing that the text does not give.

Telephones and numbers are found by rule. Of who writes, units, codes and times the rules only propose, of staff and
places not even that: what was learnt finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.fields_codes import Codes, find_codes
from nlp.fields_person import find_id_numbers, find_names, find_phones, is_valid_id
from nlp.fields_place import find_organisations
from nlp.fields_time import read_times
from nlp.found import Found, corrected, overlaps, without_blanks
from nlp.lexicon_words import said_of
from nlp.spotting import Scores, Spotter, load_spotter
from nlp.spotting_features import FIELDS, NAME, RECEIPT, TIME, UNIT, Asked, Proposals
from nlp.text import Cleaned, Word, fold

ORDER = ("phone", "id_number", "name", "organisation", "staff_name", "place", "event_time", "receipt_number")


@dataclass(frozen=True)
class Proposed:
    """What the rules found of the fields that they know, the likeliest first, whatever may be a time, and all codes."""

    fields: Proposals
    times: list[Found]
    codes: Codes

    @property
    def units(self) -> Sequence[Found]:
        """The units among them."""
        return self.fields[UNIT]


def find_fields(
    text: str, words: Sequence[Word], now: datetime, names: Sequence[str] = (), spotter: Spotter | None = None
) -> tuple[Found, ...]:
    """One Found for each field the text gives, in the order of the fields' names here.

    `names`: what the city's own units are called; `spotter`: who chooses, our own where none is given.
    """
    return choose(text, words, propose(text, words, now, names), names, spotter)


def choose(
    text: str,
    words: Sequence[Word],
    proposed: Proposed,
    names: Sequence[str] = (),
    spotter: Spotter | None = None,
    worth: Scores | None = None,
) -> tuple[Found, ...]:
    """The fields, of what was proposed and of all else that the text holds; `worth`: see `Spotter.spot`."""
    receipts, _, others = proposed.codes
    phones, ids = (corrected(text, each) for each in (find_phones(text, receipts), find_id_numbers(text, receipts)))
    taken = {**dict.fromkeys(FIELDS, (*phones, *ids)), "receipt_number": (*phones, *ids, *others)}
    found = (spotter or load_spotter()).spot(Asked(text, words, proposed.fields, proposed.times), taken, worth)
    found = [_in_full(each, proposed.units, found) if each.name == "organisation" else each for each in found]
    found = _with_own_units(text, found, proposed.units, names) if names else found
    found += [best[0] for best in (phones, ids) if best]
    return tuple(sorted(found, key=lambda each: ORDER.index(each.name)))


def _in_full(unit: Found, proposed: Sequence[Found], found: Sequence[Found]) -> Found:
    """As far as a rule reads it on from the same beginning: a unit is told by the longest words that name it."""
    others = [each for each in found if each is not unit]
    longer = [each for each in proposed if each.start == unit.start and each.end > unit.end]
    return next((each for each in longer if not overlaps(each, others)), unit)


def _with_own_units(text: str, found: Sequence[Found], units: Sequence[Found], names: Sequence[str]) -> list[Found]:
    """With one of the city's own units where it is named: such a name is no chance. What else was chosen stays, unless
    it holds a part of that name (市场监管局 of 东区市场监管局): then it is said whole."""
    chosen = next((each for each in found if each.name == "organisation"), None)
    around = [chosen] if chosen else units
    for name in sorted(said_of(text, names), key=len, reverse=True):
        start = text.index(name)
        end = start + len(name)
        held = next((each for each in around if start < each.end and each.start < end), None)
        if held is None:
            continue
        if chosen and chosen.start <= start and end <= chosen.end:
            break
        first, last = min(start, held.start) if chosen else start, max(end, held.end)
        own = Found("organisation", text[first:last], first, last)
        return [*(each for each in found if each is not chosen and not overlaps(each, [own])), own]
    return [*found]


def propose(text: str, words: Sequence[Word], now: datetime, names: Sequence[str] = ()) -> Proposed:
    """What the rules find."""
    told, times = read_times(text, now)
    codes = find_codes(text)
    own, units = find_names(text, words), find_organisations(text, words, names)
    fields = {NAME: own, UNIT: units, RECEIPT: codes.receipts, TIME: told}
    fields = {field: corrected(text, found) for field, found in fields.items()}
    fields[RECEIPT] += [code for code in codes.possible if not overlaps(code, codes.receipts)]
    return Proposed(fields, times, codes)


def fields_of(raw: str, cleaned: Cleaned, found: Sequence[Found]) -> dict[str, str | bool | None]:
    """By name, in the signs of the message as it was sent (動, （), with what is told of an identity number's validity
    and of a time too vague to name."""
    fields: dict[str, str | bool | None] = {}
    for each in found:
        fields[each.name] = each.value
        if each.name == "id_number" and each.value is not None:
            fields["id_number_valid"] = is_valid_id(each.value)
        elif each.name == "event_time" and each.value is None:
            fields["event_time_text"] = _written(raw, cleaned, each)
        elif each.name != "event_time" and each.value == without_blanks(cleaned.text[each.start : each.end]):
            fields[each.name] = without_blanks(_written(raw, cleaned, each))
    return fields


def _written(raw: str, cleaned: Cleaned, found: Found) -> str:
    """What stands there, as it was sent, without what cannot be seen."""
    start, end = cleaned.span(found.start, found.end)
    plain, written = cleaned.text[found.start : found.end], raw[start:end]
    return plain if plain == written else "".join(filter(fold, written))
