"""The fields of a message: each value with its place, corrections in force, nothing that the text does not give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nlp.fields_person import find_id_numbers, find_names, find_phones, find_receipts
from nlp.fields_place import find_sites
from nlp.fields_staff import find_staff
from nlp.fields_time import find_times
from nlp.found import Found, corrected, overlaps
from nlp.text import Word


def find_fields(text: str, words: Sequence[Word], now: datetime, names: Sequence[str] = ()) -> tuple[Found, ...]:
    """One Found for each field the text gives, in the order of the fields' names here.

    `names`: what the city's own units are called.
    """
    organisations, places = find_sites(text, words, names)
    own = find_names(text, words)
    staff = [each for each in find_staff(text, words) if not overlaps(each, own[:1])]
    candidates = (
        find_phones(text),
        find_id_numbers(text),
        own,
        organisations,
        staff,
        [place for place in places if not overlaps(place, staff)],
        find_times(text, now),
        find_receipts(text),
    )
    return tuple(best[0] for each in candidates if (best := corrected(text, each)))
