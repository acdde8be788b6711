"""What a page sends, read and checked: JSON from a script, a form from a page without scripts or with a file."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bots.channels.upload import Upload, read_upload
from bots.gate import FILE_CAP, KIB
from bots.message import BUTTON, TEXT

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,48}")
TEXT_CAP = 20_000
DATA_CAP = 64
JSON_CAP = 128 * KIB

# Control characters, and the marks that make text run backwards. Zero-width joiners stay: emoji are made with them.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")


class BadInput(Exception):
    """What came cannot be taken. `code` names the sentence under `[refused]` in labels.toml."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Incoming:
    """One thing a page sent. `id` is the page's own: the same thing sent again has the same. `scripted`: answer with
    JSON, not with a page. `fields` are the form's others (room and person on the desk)."""

    id: str
    kind: str
    text: str
    data: str
    quotes: str
    after: int
    upload: Upload | None
    scripted: bool
    fields: dict[str, str]


async def read_incoming(request: Request) -> Incoming:
    """What the request holds. Raises BadInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    upload: Upload | None = None
    try:
        if kind == "application/json":
            fields = await _json(request)
        elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
            fields, upload = await _form(request)
        else:
            raise BadInput("unreadable", 415)
    except HTTPException as error:
        too_large = error.status_code == 413
        raise BadInput("file_too_large" if too_large else "unreadable", error.status_code) from error
    return _checked(fields, upload, "application/json" in request.headers.get("accept", ""))


async def _json(request: Request) -> dict[str, str]:
    body = await request.body()
    if len(body) > JSON_CAP:
        raise BadInput("too_long", 413)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("unreadable") from error
    if not isinstance(found, dict):
        raise BadInput("unreadable")
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)}


async def _form(request: Request) -> tuple[dict[str, str], Upload | None]:
    async with request.form(max_files=1, max_fields=12, max_part_size=JSON_CAP) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        files = [value for value in form.values() if isinstance(value, UploadFile) and value.filename]
        return fields, await _upload(files[0]) if files else None


async def _upload(file: UploadFile) -> Upload:
    content = await file.read(FILE_CAP + 1)
    if len(content) > FILE_CAP:
        raise BadInput("file_too_large", 413)
    upload = read_upload(file.filename or "", content)
    if upload is None:
        raise BadInput("file_kind", 415)
    return upload


def _checked(fields: dict[str, str], upload: Upload | None, scripted: bool) -> Incoming:
    text, data = clean(fields.pop("text", "")), clean(fields.pop("data", ""))
    id = fields.pop("id", "") or secrets.token_urlsafe(12)
    if not CLIENT_ID.fullmatch(id) or len(data.encode()) > DATA_CAP:
        raise BadInput("unreadable")
    if len(text) > TEXT_CAP:
        raise BadInput("too_long", 413)
    if not (text or data or upload):
        raise BadInput("empty")
    kind = upload.kind if upload else BUTTON if data else TEXT
    quotes, after = fields.pop("quotes", ""), fields.pop("after", "0")
    return Incoming(
        id=id,
        kind=kind,
        text=text,
        data=data,
        quotes=quotes if quotes.isdigit() else "",
        after=int(after) if after.isdigit() and len(after) < 16 else 0,
        upload=upload,
        scripted=scripted,
        fields=fields,
    )


def clean(text: str) -> str:
    """What was typed without what nobody can see."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
