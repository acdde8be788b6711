"""What must not travel through a chat abroad comes by a one-time web form and becomes part of the draft."""

from __future__ import annotations

from collections.abc import Mapping

from bots.citizen.questions import go_on
from bots.citizen.scene import Scene
from bots.identity import is_valid
from bots.talk import DRAFTING, Here, Talk, Turn
from bots.values import replace

FIELDS = ("id_number", "address")
LONGEST_ADDRESS = 200


def checked(values: Mapping[str, str]) -> dict[str, str] | None:
    """What was typed, in its right form; None where the number cannot be right or nothing was typed."""
    number = "".join(values.get("id_number", "").split()).upper()
    address = " ".join(values.get("address", "").split())[:LONGEST_ADDRESS]
    if number and not is_valid(number):
        return None
    given = {"id_number": number, "address": address}
    return {name: value for name, value in given.items() if value} or None


def put_private(talk: Talk, serial: int, values: Mapping[str, str], here: Here) -> Turn | None:
    """The draft with what came by the form, shown again; None where that draft is no longer open."""
    if talk.draft is None or talk.stage not in DRAFTING or talk.serial != serial:
        return None
    scene = Scene(talk, here)
    draft = talk.draft
    number, address = values.get("id_number", draft.id_number), values.get("address", draft.address)
    return go_on(scene, replace(draft, id_number=number, address=address), scene.say("private.kept"))
