"""The address under which a citizen opens a notice of acceptance or refusal: signed, bound to case, paper and person.

Nobody can guess or change it, and it runs out. It holds no name: the person is the handle of the chat it was sent to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bots.signer import Signer

PURPOSE = "paper"
# Long enough to take the paper along to the next office; a forwarded message does not stay open for ever.
OPEN = timedelta(days=30)
CITIZEN = "citizen:"
# The notice that brings a paper, and the step the paper belongs to.
STEP_OF = {"acceptance_notice": "accept", "decline_notice": "decline"}
BETWEEN = "~"


@dataclass(frozen=True)
class PaperLink:
    """What an address opens. `until` is the last day, in the office's own calendar."""

    number: str
    step: str
    handle: str
    until: date


def signed(signer: Signer, number: str, step: str, to: str, at: datetime) -> str:
    """The secret part of the address for the citizen the notice of that moment goes to; "" for anybody else."""
    if not to.startswith(CITIZEN):
        return ""
    value = BETWEEN.join((number, step, to.removeprefix(CITIZEN), f"{(at + OPEN).date():%Y%m%d}"))
    # Without the moment of signing: a notice that is sent again must say the very same.
    return f"{value}.{signer.seal(PURPOSE, value)}"


def read(signer: Signer, secret: str) -> PaperLink | None:
    """What was signed; None where it was not signed by us for this."""
    value, _, seal = secret.rpartition(".")
    parts = value.split(BETWEEN)
    if len(parts) != 4 or not signer.is_seal(PURPOSE, value, seal):
        return None
    number, step, handle, until = parts
    return PaperLink(number, step, handle, datetime.strptime(until, "%Y%m%d").date())  # noqa: DTZ007 — a date alone
