"""Files in a room: kept with the message they came with, given back only to who may see that room."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from bots.channels.incoming import Incoming
from bots.channels.lines import SHOWN
from bots.channels.upload import read_upload
from bots.given import Office
from bots.message import Media


def kept_media(unit: Any, incoming: Incoming, now: datetime) -> tuple[Media, ...]:
    """The attached file, kept in the same transaction as its message."""
    upload = incoming.upload
    if upload is None:
        return ()
    id = unit.media_add(upload.kind, upload.name, now, source=f"sha256:{upload.sha256}", body=upload.content)
    return (Media(upload.kind, id, upload.name),)


def stored_media(office: Office, room: str, id: str, seal: str) -> Response:
    """A kept file of that room. Only pictures are shown; everything else is for saving, and nothing in it may run."""
    if not room or not office.signer.is_seal("media", f"{room}|{id}", seal):
        return Response(status_code=404)
    found = office.store.read(lambda unit: unit.media_get(id))
    upload = read_upload(found.name, found.body) if found and found.body else None
    if upload is None:
        return Response(status_code=404)
    way = "inline" if upload.mime in SHOWN else "attachment"
    headers = {
        "content-disposition": f"{way}; filename*=UTF-8''{quote(upload.name)}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=86400",
    }
    return Response(upload.content, media_type=upload.mime, headers=headers)
