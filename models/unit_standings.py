"""How cases stand for whoever counts: written with each step, and counted in groups that count alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    false,
    func,
    select,
    true,
    union_all,
    update,
)

from casebook.case import Case, Entry, replay
from casebook.standing import ABOUT, EVER, IN_SPAN, PAST, SAME, Alike, Told
from models.columns import Moment
from models.ready import Ready
from models.standing_rows import is_over, rows_of
from models.standing_tables import standings
from models.unit_part import Part

WHICH: Any = bindparam("which")
SINCE, UNTIL = (bindparam(name, type_=Moment) for name in ("since", "until"))
# From the first moment of a day to the last of one.
Days = tuple[datetime, datetime]
PUT = Ready(standings.insert(), [column.name for column in standings.columns])


class Standings(Part):
    """The table of standings."""

    def alike(self, days: Days, end: datetime, *, numbers: bool = True, today: bool = False) -> list[Alike]:
        """The cases that these days concern, as they stood at their end, in groups that count alike: those something
        happened to since they began, and all still open. `end` is up to when what is late then is late.

        `numbers`: with the numbers of each group; `today`: with how they stand now.
        """
        rows = self._rows(_groups(numbers, today), {**_bounds(days), "end": end})
        return [_alike(row) for row in rows]

    def told(self, days: Days) -> list[Told]:
        """What the cases filed on these days are about, as they stood at their end; merged ones are left out."""
        return [Told(**row._mapping) for row in self._rows(_about(), _bounds(days))]

    def _stand(self, before: Case | None, after: Case, fresh: Sequence[Entry]) -> None:
        """Write how the case stands after its new entries."""
        rows = rows_of(_grown(before, after, fresh), self._day)
        if before is not None:
            first = rows[0]
            if self._day(first["since"]) <= self._day(max(entry.at for entry in before.history)):
                self._do_now(before.number, _changed(rows.pop(0), before))
            else:
                self._do_now(before.number, {"until": first["since"]})
        if rows:
            self._do_each(PUT, rows)

    def _do_now(self, number: str, news: Mapping[str, Any]) -> None:
        self._do(_now(tuple(news)), {**news, "which": number})

    def _day(self, moment: datetime) -> Any:
        return self._codec.local(moment).date()


def _grown(before: Case | None, after: Case, fresh: Sequence[Entry]) -> list[Case]:
    """The case after each of its new entries."""
    if len(fresh) == 1:
        return [after]
    found = [before or replay(after.number, fresh[:1])]
    for entry in fresh if before else fresh[1:]:
        found.append(found[-1].with_entry(entry))
    return found[1:] if before else found


def _changed(row: Mapping[str, Any], before: Case) -> dict[str, Any]:
    """What is written of a row that stands in the place of one of the same day: of the columns that the index holds
    those only that change."""
    same = {"number", "since"} | ({"until"} if row["until"] is None else set())
    same |= {"over"} if row["over"] == is_over(before) else set()
    return {name: value for name, value in row.items() if name not in same}


@cache
def _now(names: tuple[str, ...]) -> Ready:
    mine = (standings.c.number == WHICH, standings.c.until.is_(None))
    return Ready(update(standings).where(*mine), names)


@cache
def _groups(numbers: bool, today: bool) -> Select[Any]:
    stood = standings.c
    questions = (
        *(stood[name].between(SINCE, UNTIL) for name in IN_SPAN),
        *(stood[name] < bindparam("end", type_=Moment) for name in PAST),
        *(stood[name].is_not(None) for name in EVER.values()),
    )
    # All answers as one number: the database sorts by what it groups by.
    answers: Any = sum(case((question, 1 << place), else_=0) for place, question in enumerate(questions))
    columns = [stood.number, *(stood[name] for name in SAME), answers.label("answers")]
    seen = _seen(columns, today)
    keys = [column for column in seen.c if column.name != "number"]
    more = [func.aggregate_strings(seen.c.number, ",").label("numbers")] if numbers else []
    return select(*keys, func.count().label("count"), *more).group_by(*keys)


@cache
def _about() -> Select[Any]:
    stood = standings.c
    mine = (stood.state != "merged", stood.filed.between(SINCE, UNTIL))
    seen = _seen([stood.number, *(stood[name] for name in ABOUT)], False, *mine)
    keys = [seen.c[name] for name in ABOUT]
    return select(*keys, func.count().label("count"), func.min(seen.c.number).label("first")).group_by(*keys)


def _seen(columns: Sequence[Any], today: bool, *more: ColumnElement[bool]) -> Subquery:
    """Of every case that the days concern, as it stood at their end, these columns."""
    stood, seen = standings.c, select(*columns).where(*more)
    if today:
        now = standings.alias("now")
        joined = standings.outerjoin(now, and_(now.c.number == stood.number, now.c.until.is_(None)))
        later = (now.c.state.label("state_today"), now.c.rejected.label("rejected_today"))
        seen = seen.select_from(joined).add_columns(*later)
    # Apart, so that each is one stretch of the index.
    parts = (
        and_(stood.until > UNTIL, stood.since <= UNTIL),
        and_(stood.until.is_(None), stood.over == false(), stood.since <= UNTIL),
        and_(stood.until.is_(None), stood.over == true(), stood.since.between(SINCE, UNTIL)),
    )
    return union_all(*(seen.where(part) for part in parts)).subquery("seen")


def _bounds(days: Days) -> dict[str, datetime]:
    return {"since": days[0], "until": days[1]}


def _alike(row: Any) -> Alike:
    values = dict(row._mapping)
    values.update(_answered(values.pop("answers")))
    if "numbers" in values:
        values["numbers"] = tuple(values["numbers"].split(","))
    return Alike(**values)


@cache
def _answered(answers: int) -> dict[str, bool]:
    return {name: bool(answers >> place & 1) for place, name in enumerate((*IN_SPAN, *PAST, *EVER))}
