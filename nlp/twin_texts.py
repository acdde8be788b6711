"""Which texts are nearly the same: copies sent twice, with a word changed. They must not teach and judge alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# So many signs in a row are shared by copies alone, not by two people's words.
SHARED = 40
# A title so long is somebody's own.
OWN_TITLE = 12


def groups_of(texts: Sequence[str]) -> list[int]:
    """A number for each text; the same for texts that share a title, a beginning or an end of some length."""
    leader = list(range(len(texts)))

    def head(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        for key in _keys(text):
            leader[head(row)] = head(first.setdefault(key, row))
    return [head(row) for row in range(len(texts))]


def _keys(text: str) -> Iterator[str]:
    title, _, body = text.partition("\n")
    told, own = _signs(body or title), _signs(title)
    yield told[:SHARED]
    if len(told) > SHARED:
        yield f"…{told[-SHARED:]}"
    if body and len(own) >= OWN_TITLE:
        yield f"《{own}"


def _signs(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
