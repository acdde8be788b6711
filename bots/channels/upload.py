"""What a citizen attaches: known by its first bytes, not by what it calls itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

IMAGE, VIDEO, VOICE, FILE = "image", "video", "voice", "file"
# (first bytes, offset, type, kind)
SIGNS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\xff\xd8\xff", 0, "image/jpeg", IMAGE),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png", IMAGE),
    (b"GIF87a", 0, "image/gif", IMAGE),
    (b"GIF89a", 0, "image/gif", IMAGE),
    (b"WEBP", 8, "image/webp", IMAGE),
    (b"ftyphei", 4, "image/heic", IMAGE),
    (b"ftypmif1", 4, "image/heic", IMAGE),
    (b"ftypM4A", 4, "audio/mp4", VOICE),
    (b"ftyp", 4, "video/mp4", VIDEO),
    (b"WAVE", 8, "audio/wav", VOICE),
    (b"#!AMR", 0, "audio/amr", VOICE),
    (b"ID3", 0, "audio/mpeg", VOICE),
    (b"\xff\xfb", 0, "audio/mpeg", VOICE),
    (b"%PDF-", 0, "application/pdf", FILE),
    (b"PK\x03\x04", 0, "application/zip", FILE),
    (b"\xd0\xcf\x11\xe0", 0, "application/x-ole-storage", FILE),
)
# Zip and OLE are only taken as the office documents they usually are.
DOCUMENTS = {
    "application/zip": frozenset({".docx", ".xlsx", ".pptx", ".wps", ".et", ".ofd"}),
    "application/x-ole-storage": frozenset({".doc", ".xls", ".ppt", ".wps", ".et"}),
}
LONGEST_NAME = 80


@dataclass(frozen=True)
class Upload:
    """One file as it is kept."""

    kind: str
    mime: str
    name: str
    content: bytes
    sha256: str


def read_upload(name: str, content: bytes) -> Upload | None:
    """The file if it is of a kind we take; None otherwise."""
    name = plain_name(name)
    for sign, offset, mime, kind in SIGNS:
        if content[offset : offset + len(sign)] == sign:
            suffix = PurePosixPath(name).suffix.lower()
            if mime in DOCUMENTS and suffix not in DOCUMENTS[mime]:
                return None
            return Upload(kind, mime, name, content, hashlib.sha256(content).hexdigest())
    return None


def plain_name(name: str) -> str:
    """A file's own name without folders and without what would break a header or a page."""
    name = re.sub(r"[\x00-\x1f\x7f<>:\"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", re.split(r"[/\\]", name)[-1])
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    return f"{stem[:LONGEST_NAME]}{suffix[:10]}" or "file"
