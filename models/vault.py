"""Personal data sealed and opened: the one door through which it goes into the database and comes out.

Every sealed value is an envelope: version, algorithm, key id, nonce, ciphertext, tag. The additional data (`aad`)
binds it to its row, so an envelope copied to another row does not open. All keys are derived (HKDF) from one secret,
one key per use. The algorithm may be changed and the secret may be followed by a new one at any time: an envelope
says what it was sealed with, and `former` secrets still open it.

Looking up by a personal value goes by a keyed hash (`blind`). Keyed hashes are HMAC-SM3 whatever the cipher is:
were they to change with it, nobody would be found again.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Algorithm = Literal["SM4", "AES"]

VERSION = 1
CODES: dict[Algorithm, int] = {"SM4": 1, "AES": 2}
KEY_BYTES: dict[Algorithm, int] = {"SM4": 16, "AES": 32}
CIPHERS: dict[Algorithm, type[SM4 | AES]] = {"SM4": SM4, "AES": AES}
# 96 bits is the nonce length GCM is made for: any other is hashed first.
NONCE, TAG, KEY_ID = 12, 16, 4
HEAD = 2 + KEY_ID + NONCE
# Shorter secrets could be guessed; RFC 5869 wants as many bits as the derived key.
SHORTEST_SECRET = 16


class Unopenable(Exception):
    """A sealed value does not open: another key, another row, or it was changed."""


@dataclass(frozen=True)
class _Keys:
    """The keys of one secret, made ready: ciphers by their code, and keyed hashes begun, which are gone on with in
    copies."""

    id: bytes
    seals: dict[int, SM4 | AES]
    blinds: HMAC
    signs: HMAC


class Vault:
    """Seals, opens, blinds and signs with keys derived from `secret`; `former` secrets only open and check."""

    def __init__(self, secret: bytes, algorithm: Algorithm = "SM4", former: Sequence[bytes] = ()) -> None:
        if algorithm not in CODES:
            raise ValueError(f"no sealing algorithm {algorithm!r}; known are {', '.join(CODES)}")
        self._code = CODES[algorithm]
        self._now = _derive(secret)
        self._rings = {keys.id: keys for keys in (self._now, *map(_derive, former))}

    @property
    def key_id(self) -> bytes:
        """What names the present key in an envelope; in hexadecimal, in a signature."""
        return self._now.id

    def has_key_of(self, made: bytes | str) -> bool:
        """Whether an envelope or a signature was made with a key of this vault."""
        if isinstance(made, bytes):
            return made[2 : 2 + KEY_ID] in self._rings
        return made.split(".")[1:2] in [[id.hex()] for id in self._rings]

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """An envelope that opens with the same `aad` only."""
        nonce = os.urandom(NONCE)
        sealed = encrypt(self._now.seals[self._code], nonce, plain, aad)
        return bytes((VERSION, self._code)) + self._now.id + nonce + sealed

    def unseal(self, sealed: bytes, aad: bytes) -> bytes:
        """What was sealed. Raises Unopenable."""
        keys = self._rings.get(sealed[2 : 2 + KEY_ID])
        if len(sealed) < HEAD + TAG or sealed[0] != VERSION or sealed[1] not in CODES.values() or keys is None:
            raise Unopenable("not an envelope of this vault (unknown version, algorithm or key)")
        return decrypt(keys.seals[sealed[1]], sealed[2 + KEY_ID : HEAD], sealed[HEAD:], aad)

    def blind(self, kind: str, value: str) -> str:
        """The keyed hash under which a personal value is stored; the same value of another kind hashes otherwise."""
        return _blind(self._now, kind, value)

    def blinds(self, kind: str, value: str) -> tuple[str, ...]:
        """The keyed hashes under which the value may stand: the present key's first, then the former ones'."""
        return tuple(_blind(keys, kind, value) for keys in self._rings.values())

    def sign(self, text: bytes) -> str:
        """A keyed signature that names its algorithm and key."""
        return f"sm3.{self._now.id.hex()}.{_hmac(self._now.signs, text).hex()}"

    def holds(self, text: bytes, signature: str) -> bool:
        """Whether `signature` was made by this vault over exactly this text."""
        algorithm, _, rest = signature.partition(".")
        key_id, _, _ = rest.partition(".")
        keys = next((keys for keys in self._rings.values() if keys.id.hex() == key_id), None)
        if algorithm != "sm3" or keys is None:
            return False
        return hmac.compare_digest(signature, f"sm3.{key_id}.{_hmac(keys.signs, text).hex()}")


def encrypt(cipher: SM4 | AES, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    """Ciphertext and tag, in GCM (RFC 8998 for SM4)."""
    context = Cipher(cipher, modes.GCM(nonce)).encryptor()
    context.authenticate_additional_data(aad)
    return _run(context, plain) + context.tag


def decrypt(cipher: SM4 | AES, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plain bytes. Raises Unopenable when key, nonce, text or `aad` is another."""
    context = Cipher(cipher, modes.GCM(nonce, sealed[-TAG:])).decryptor()
    context.authenticate_additional_data(aad)
    try:
        return _run(context, sealed[:-TAG])
    except InvalidTag as error:
        raise Unopenable("the envelope was changed, or belongs to another row") from error


def _run(context: CipherContext, text: bytes) -> bytes:
    return context.update(text) + context.finalize()


def _derive(secret: bytes) -> _Keys:
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"the secret key has {len(secret)} bytes; it needs at least {SHORTEST_SECRET}")
    seals = {CODES[name]: cipher(_expand(secret, f"seal {name}", KEY_BYTES[name])) for name, cipher in CIPHERS.items()}
    blinds, signs = (HMAC(_expand(secret, use, 32), hashes.SM3()) for use in ("blind", "sign"))
    return _Keys(_expand(secret, "key id", KEY_ID), seals, blinds, signs)


def _expand(secret: bytes, use: str, length: int) -> bytes:
    return HKDF(hashes.SM3(), length, salt=None, info=f"huiying {use}".encode()).derive(secret)


def _blind(keys: _Keys, kind: str, value: str) -> str:
    # Half the digest: 128 keyed bits do not collide, and the index stays small.
    return _hmac(keys.blinds, f"{kind}\0{value}".encode("utf-8", "surrogatepass"))[:16].hex()


def _hmac(begun: HMAC, text: bytes) -> bytes:
    code = begun.copy()
    code.update(text)
    return code.finalize()
