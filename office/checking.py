"""Where anybody can check that a notice is ours, and the code to type there: the same on paper and in messages."""

from __future__ import annotations

from collections.abc import Mapping

from bots.signer import Signer


def checking(signer: Signer, public_url: str, number: str) -> Mapping[str, str]:
    """The fields of a form, and the facts of a message, for the notices of that case."""
    code = signer.notice_code(number)
    return {"check_code": code, "check_url": f"{public_url}/notices/{number}?code={code}"}
