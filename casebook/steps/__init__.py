"""What each step demands and changes, one function a step. `DECIDE` is the whole list."""

from __future__ import annotations

from casebook.steps.after import DECIDE as AFTER
from casebook.steps.handling import DECIDE as HANDLING
from casebook.steps.intake import DECIDE as INTAKE
from casebook.steps.outcome import Decide

DECIDE: dict[str, Decide] = {**INTAKE, **HANDLING, **AFTER}

__all__ = ["DECIDE"]
