"""A case as it may stand in a group, on a page, in a log: whose it is stays covered. Opening is `models.looking`'s."""

from __future__ import annotations

from typing import Any

from casebook.case import Case, Filing
from casebook.redact import redact_address, redact_name, redact_number, redact_phone, redact_text

WIDE = "０１２３４５６７８９Ｘｘ－＋"
NARROW = str.maketrans(WIDE, "0123456789Xx-+")


def masked(case: Case) -> dict[str, Any]:
    """What anybody may be shown who may know of the case at all."""
    filing = case.filing
    return {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        **masked_identity(filing),
        "text": masked_text(filing.text, filing),
        "request": masked_text(filing.request, filing),
        "respondent": masked_text(filing.respondent, filing),
    }


def masked_identity(filing: Filing) -> dict[str, str]:
    """Name 张**, telephone 138****0000, identity number and address at their ends only; nothing where hidden."""
    if filing.anonymous or filing.confidential:
        return {"name": "", "phone": "", "id_number": "", "address": ""}
    return {
        "name": redact_name(filing.name),
        "phone": redact_phone(filing.phone),
        "id_number": redact_number(filing.id_number),
        "address": redact_address(filing.address),
    }


def masked_text(text: str, filing: Filing) -> str:
    """The words with the filer's name, telephone, identity number and address covered, and any number like them.

    Where a number was typed in full-width digits, the digits of the whole text come in half-width ones.
    """
    narrow = text.translate(NARROW)
    covered = _covered(narrow, filing)
    return text if covered == narrow else covered


def _covered(text: str, filing: Filing) -> str:
    masks = (
        (filing.phone, redact_phone(filing.phone)),
        (filing.id_number, redact_number(filing.id_number)),
        (filing.address, redact_address(filing.address)),
    )
    for value, mask in masks:
        text = text.replace(value, mask) if value else text
    return redact_text(text, filing.name)
