"""What can go wrong in the casebook.

CasebookError
├── RulebookError      a rule, jurisdiction or holiday file is faulty; found when it is read
├── RehearsalError     a rehearsal file is faulty
├── NoSuchCase         no case has that number
├── Conflict           somebody else changed the case meanwhile; read it again and decide again
├── NotKept            the book could not be written (disk, connection); nothing is kept, ask again later
└── NotAllowed         the rules do not allow the step to this person on this case now

A `NotAllowed` carries a code and facts, not a sentence: `casebook/wording.toml` has the Chinese for each code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CasebookError(Exception):
    """Base of all errors the casebook raises on purpose."""


class RulebookError(CasebookError):
    """A rule, jurisdiction or holiday file is faulty. The message names file, line or article, and what was meant."""


class RehearsalError(CasebookError):
    """A rehearsal file is faulty. The message names the file, the step and what was meant."""


class NoSuchCase(CasebookError):
    """No case has that number."""


class Conflict(CasebookError):
    """The case changed between reading and writing. Nothing was written; read again and decide again."""


class NotKept(CasebookError):
    """The book could not be written: a full disk, a lost connection. It is no fault of what was to be written."""


class NotAllowed(CasebookError):
    """The step is refused; nothing changes.

    `code` names the sentence under `[refusal]` in wording.toml, `facts` fill it,
    `cites` is the article the refusal rests on in the regulation's own form ("第八条"), or "" where
    it rests on the lifecycle or on the person's rights alone.
    """

    def __init__(self, code: str, *, cites: str = "", **facts: Any) -> None:
        super().__init__(f"{code} {facts or ''} {cites}".strip())
        self.code = code
        self.cites = cites
        self.facts: Mapping[str, Any] = facts
