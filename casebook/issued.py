"""Papers that were issued with a number of their own: which, by whom, and whether they still stand.

A number is taken when the paper is issued, per issuing office, form and year, without gaps; an order that is withdrawn
keeps its number, as void (readings A46).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from casebook.case import Case, Entry

# A designation is an order too, on the same paper.
ORDERS = frozenset({"dispatch", "designate"})
NUMBERED = ORDERS | {"accept", "decline"}
# What takes an order back: it is another unit's from then on, or nobody's.
TAKES_BACK = frozenset({"hand_back", "withdraw", "dispatch", "designate", "merge"})


@dataclass(frozen=True)
class Issued:
    """One numbered paper. `number` is unique among the papers of that `office` and `step`."""

    number: str
    step: str
    case: str
    office: str
    at: datetime
    void: bool = False

    @property
    def year(self) -> str:
        return self.number.partition("-")[0]

    @property
    def serial(self) -> str:
        """The number within its year, without leading noughts."""
        return self.number.rpartition("-")[2].lstrip("0")


def series(step: str, office: str, year: int) -> str:
    """The series that the paper of a step draws its number from."""
    return f"paper/{'dispatch' if step in ORDERS else step}/{office}/{year}"


def issued(case: Case) -> tuple[Issued, ...]:
    """The numbered papers of a case, in order."""
    return tuple(_issued(case))


def _issued(case: Case) -> Iterator[Issued]:
    for place, entry in enumerate(case.history):
        number = entry.facts.get("paper")
        if number and entry.step in NUMBERED:
            void = entry.step in ORDERS and any(_takes_back(later) for later in case.history[place + 1 :])
            yield Issued(str(number), entry.step, case.number, str(entry.facts.get("office", "")), entry.at, void)


def _takes_back(entry: Entry) -> bool:
    return entry.step in TAKES_BACK or (entry.step == "uphold" and entry.facts.get("of") == "object")
