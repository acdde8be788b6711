"""What is signed with the office's key: sessions, links to files, the check code printed on a notice.

Each purpose has its own salt, so a value signed for one is worthless for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from itsdangerous import BadSignature, TimestampSigner

# Base32 of 40 bits is eight characters: short enough to type from paper, far too many to guess through a rate limit.
CODE_BYTES = 5


class Signer:
    """Signs and reads back short texts."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.blake2b(secret_key.encode(), person=b"huiying-web", digest_size=32).digest()

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
        return hmac.digest(self._key, f"{purpose}\0{value}".encode(), "sha256").hex()[:32]

    def is_seal(self, purpose: str, value: str, seal: str) -> bool:
        return hmac.compare_digest(self.seal(purpose, value).encode(), seal.encode())

    def notice_code(self, number: str) -> str:
        """The check code printed on the notices of a case: `ABCD-EFGH`."""
        digest = hmac.digest(self._key, f"notice\0{number}".encode(), "sha256")[:CODE_BYTES]
        text = base64.b32encode(digest).decode()
        return f"{text[:4]}-{text[4:]}"

    def is_notice_code(self, number: str, code: str) -> bool:
        """Whether the code is that notice's, however it was typed."""
        typed = "".join(code.split()).replace("-", "").upper()
        return hmac.compare_digest(self.notice_code(number).replace("-", "").encode(), typed.encode())

    def _of(self, purpose: str) -> TimestampSigner:
        return TimestampSigner(self._key, salt=f"huiying.{purpose}", digest_method=hashlib.sha256)
