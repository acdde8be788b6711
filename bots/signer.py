"""What is signed with the office's key: sessions, links to files, the check code printed on a notice.

Each purpose has its own salt, so a value signed for one is worthless for another. After a change of key what was signed
with a former one still holds: paper cannot be signed anew.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, TimestampSigner

# Base32 of 40 bits is eight characters: short enough to type from paper, far too many to guess through a rate limit.
CODE_BYTES = 5


class Signer:
    """Signs with `secret_key`, and reads back short texts signed with it or with one of the `former` keys."""

    def __init__(self, secret_key: str, former: Sequence[str] = ()) -> None:
        self._keys = tuple(_derived(secret) for secret in (secret_key, *former))

    def sign(self, purpose: str, value: str) -> str:
        return self._of(purpose).sign(value).decode()

    def read(self, purpose: str, signed: str, max_age: int | None = None) -> str | None:
        """What was signed for this purpose; None when forged, for another purpose, or older than `max_age` seconds."""
        try:
            return self._of(purpose).unsign(signed, max_age=max_age).decode()
        except BadSignature:
            return None

    def seal(self, purpose: str, value: str) -> str:
        """A short mark that belongs to this value and purpose for ever."""
        return _seal(self._keys[0], purpose, value)

    def is_seal(self, purpose: str, value: str, seal: str) -> bool:
        return _is_one(seal, [_seal(key, purpose, value) for key in self._keys])

    def notice_code(self, number: str) -> str:
        """The check code printed on the notices of a case: `ABCD-EFGH`."""
        text = _code(self._keys[0], number)
        return f"{text[:4]}-{text[4:]}"

    def is_notice_code(self, number: str, code: str) -> bool:
        """Whether the code is that notice's, however it was typed."""
        typed = "".join(code.split()).replace("-", "").upper()
        return _is_one(typed, [_code(key, number) for key in self._keys])

    def _of(self, purpose: str) -> TimestampSigner:
        # Signs with the last of the keys and reads with each of them.
        keys = list(reversed(self._keys))
        return TimestampSigner(keys, salt=f"huiying.{purpose}", digest_method=hashlib.sha256)


def _derived(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), person=b"huiying-web", digest_size=32).digest()


def _seal(key: bytes, purpose: str, value: str) -> str:
    return hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256").hex()[:32]


def _code(key: bytes, number: str) -> str:
    return base64.b32encode(hmac.digest(key, f"notice\0{number}".encode(), "sha256")[:CODE_BYTES]).decode()


def _is_one(given: str, wanted: Sequence[str]) -> bool:
    return any([hmac.compare_digest(each.encode(), given.encode()) for each in wanted])
