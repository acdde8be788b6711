"""What each step demands and changes, one function a step. `DECIDE` is the whole list."""

from __future__ import annotations

from casebook.steps.after import DECIDE as AFTER
from casebook.steps.closing import DECIDE as CLOSING
from casebook.steps.handling import DECIDE as HANDLING
from casebook.steps.inquiry import DECIDE as INQUIRY
from casebook.steps.intake import DECIDE as INTAKE
from casebook.steps.outcome import Decide
from casebook.steps.ratings import DECIDE as RATINGS
from casebook.steps.reviewing import DECIDE as REVIEWING

DECIDE: dict[str, Decide] = {**INTAKE, **HANDLING, **INQUIRY, **REVIEWING, **RATINGS, **AFTER, **CLOSING}

__all__ = ["DECIDE"]
