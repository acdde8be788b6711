"""What WeChat and WeCom pushes have in common: signed by a token, sealed by an AES key, XML inside.

wechatpy does the cryptography. What it leaves open is closed here: signatures are compared in constant time, stale ones
are refused, the random beginning is unguessable, and XML is parsed only where its faults become one error of ours.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from wechatpy.crypto import BasePrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from bots.channels.errors import BadRequest, Forged

# The platforms sign each delivery, repeats included, when they send it. Ten minutes forgive a server's clock.
FRESH = timedelta(minutes=10)
# XML 1.0 has no way to write these; a phone that sends one must not cost its owner the whole message.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Crypto(BasePrpCrypto):  # type: ignore[misc]  # wechatpy ships no types
    """wechatpy's sealing with an unguessable beginning: its own comes from `random`."""

    def get_random_string(self) -> bytes:
        return secrets.token_bytes(16)

    def encrypt(self, text: str, app_id: str) -> bytes:
        return bytes(self._encrypt(text, app_id))

    def decrypt(self, sealed: str, app_id: str, wrong: type[Exception]) -> str:
        return str(self._decrypt(sealed, app_id, wrong))


class Seal:
    """One door's token and key. `receiver` stands at the end of every sealed text; without a key nothing is sealed."""

    def __init__(self, token: str, key: str, receiver: str) -> None:
        self._token = token
        self._receiver = receiver
        self._crypto = Crypto(aes_key(key)) if key else None

    def __bool__(self) -> bool:
        """Whether bodies must come sealed."""
        return self._crypto is not None

    def check(self, signature: str, *parts: str) -> None:
        """Raise Forged unless the parts were signed with our token."""
        if not hmac.compare_digest(self.sign(*parts).encode(), signature.encode("utf-8", "replace")):
            raise Forged("a wrong signature")

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self._token, *parts))).encode("utf-8", "replace")).hexdigest()

    def open(self, query: Mapping[str, str], sealed: object) -> str:
        """What is inside, if it was signed and sealed for us. Raises Forged or BadRequest."""
        if not isinstance(sealed, str) or self._crypto is None:
            raise Forged("a body that is not sealed although an AES key is set")
        self.check(query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), sealed)
        try:
            return self._crypto.decrypt(sealed, self._receiver, InvalidAppIdException)
        except InvalidAppIdException as error:
            raise Forged("a body sealed for another account") from error
        except (ValueError, IndexError, struct.error, binascii.Error) as error:
            raise BadRequest("a body that does not open with our key") from error

    def close(self, text: str, stamp: str) -> tuple[str, str, str]:
        """The text sealed, its signature, and the nonce signed with it."""
        assert self._crypto
        nonce = secrets.token_hex(8)
        sealed = self._crypto.encrypt(text, self._receiver).decode()
        return sealed, self.sign(stamp, nonce, sealed), nonce


def aes_key(text: str) -> bytes:
    try:
        key = binascii.a2b_base64(text + "=")
    except binascii.Error as error:
        raise ValueError("the AES key is not base64") from error
    if len(text) != 43 or len(key) != 32:
        raise ValueError("the AES key must have 43 characters")
    return key


def check_fresh(query: Mapping[str, str], now: datetime) -> None:
    """Raise Forged for a delivery signed too long ago, or not saying when."""
    stamp = query.get("timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp):
        raise Forged("no timestamp")
    if abs(int(stamp) - now.timestamp()) > FRESH.total_seconds():
        raise Forged("a stale timestamp")


def text_of(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("a body that is not UTF-8") from error


def parse(text: str) -> dict[str, object]:
    """The fields under <xml>: a text, None for an empty one, a list of what is repeated, a table of what is nested.

    wechatpy's reader (xmltodict) gives the same and takes three times as long. Raises BadRequest.
    """
    text = CONTROLS.sub("", text)
    # Without these letters there is no document type: then the usual builder, which is quick, gives the same.
    parser = XMLParser(target=_NoEntities()) if "<!DOCTYPE" in text else XMLParser()
    try:
        parser.feed(text)
        root: Element = parser.close()
        fields = _value(root) if root.tag == "xml" else None
    except (ParseError, ValueError, RecursionError) as error:
        raise BadRequest(f"XML that cannot be read ({type(error).__name__})") from error
    if not isinstance(fields, dict):
        raise BadRequest("XML without fields under <xml>")
    return fields


class _NoEntities(TreeBuilder):
    """Refuses the one place where XML can define entities, which may grow without end or name files."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError("a document type")


def _value(node: Element) -> object:
    """What an element holds. One with attributes is no plain text: it counts as nested."""
    if len(node) == 0 and not node.attrib:
        return (node.text or "").strip() or None
    held: dict[str, object] = {}
    for child in node:
        value, before = _value(child), held.get(child.tag)
        if child.tag not in held:
            held[child.tag] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            held[child.tag] = [before, value]
    return held
