"""Overviews and searches in a room: numbered, a page at a time, each line a tap away from its card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bots.message import Button, Reply
from bots.officer.room import OfficerView
from bots.wording import Words
from casebook.terms import STATES

# A page fits on a telephone's screen twice over; the platforms allow as many buttons.
PAGE, IN_A_ROW = 10, 5
SHOWN = 15


def overview(name: str, views: Sequence[OfficerView], words: Words, now: datetime, page: int = 1) -> Reply:
    """One page of an overview in the order given, with ways to the next page and to what is more pressing."""
    chosen = [view for view in views if belongs(name, view, now)]
    if not chosen:
        return Reply(words(f"overview.{name}_none"))
    pages = -(-len(chosen) // PAGE)
    page = min(max(page, 1), pages)
    head = words(f"overview.{name}", count=len(chosen))
    head += words("overview.page", page=page, pages=pages) if pages > 1 else ""
    shown = chosen[(page - 1) * PAGE : page * PAGE]
    return Reply(
        "\n".join([head, *_lines(shown, words, now)]),
        (*_openers(shown, words), *_turning(name, page, pages, words), *_narrowing(name, views, words, now)),
    )


def search(word: str, views: Sequence[OfficerView], words: Words, now: datetime) -> Reply:
    """The cases that a word was found in, open or not, the newest first."""
    if not views:
        return Reply(words("overview.found_none", word=word))
    shown = views[:PAGE]
    lines = [words("overview.found", word=word, count=len(views)), *_lines(shown, words, now)]
    if len(views) > PAGE:
        lines.append(words("overview.found_more", count=len(views) - PAGE))
    return Reply("\n".join(lines), tuple(_openers(shown, words)))


def belongs(name: str, view: OfficerView, now: datetime) -> bool:
    """Whether the case is one of that overview's."""
    if name == "today":
        return view.due is not None and view.due.date() == now.date() and view.due >= now
    if name == "overdue":
        return view.due is not None and view.due < now
    return True


def _lines(shown: Sequence[OfficerView], words: Words, now: datetime) -> list[str]:
    return [_line(index, view, words, now) for index, view in enumerate(shown, 1)]


def _line(index: int, view: OfficerView, words: Words, now: datetime) -> str:
    left = _left(view.due, now, words) if view.due else _waiting(view, words, now)
    back = words("overview.back", times=view.hand_backs) if view.hand_backs else ""
    state = STATES.get(view.state, view.state)
    about = view.matter if len(view.matter) <= SHOWN else view.matter[: SHOWN - 1] + "…"
    facts = {"index": index, "number": view.number, "state": state, "left": left, "back": back, "matter": about}
    return words("overview.line", **facts)


def _left(due: datetime, now: datetime, words: Words) -> str:
    """How long still, or how long over, in the largest measure alone."""
    over, span = due < now, abs(due - now)
    which = "days" if span.days else "hours"
    return words(f"overview.{'over' if over else 'left'}_{which}", count=span.days or span.seconds // 3600)


def _waiting(view: OfficerView, words: Words, now: datetime) -> str:
    """How long a case without a limit has waited, where it has waited a day."""
    days = (now - view.filed).days if view.filed else 0
    return words("overview.waits", days=days) if days > 0 else ""


def _openers(shown: Sequence[OfficerView], words: Words) -> list[tuple[Button, ...]]:
    """A button for each line, named by its place in the list."""
    buttons = [Button(str(index), f"card:{view.number}") for index, view in enumerate(shown, 1)]
    return [tuple(buttons[at : at + IN_A_ROW]) for at in range(0, len(buttons), IN_A_ROW)]


def _turning(name: str, page: int, pages: int, words: Words) -> list[tuple[Button, ...]]:
    turns = [("before", page - 1)] if page > 1 else []
    turns += [("after", page + 1)] if page < pages else []
    buttons = [Button(words(f"overview.{which}"), f"list:{name}:{to}") for which, to in turns]
    return [tuple(buttons)] if buttons else []


def _narrowing(name: str, views: Sequence[OfficerView], words: Words, now: datetime) -> list[tuple[Button, ...]]:
    """From everything to what is due today or late, where there is any."""
    if name != "mine":
        return []
    counts = {each: sum(belongs(each, view, now) for view in views) for each in ("overdue", "today")}
    buttons = [
        Button(words(f"overview.only_{each}", count=count), f"list:{each}") for each, count in counts.items() if count
    ]
    return [tuple(buttons)] if buttons else []
