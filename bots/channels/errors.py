"""What can be wrong with a delivery that claims to come from a platform.

ChannelError
├── Forged      not from the platform, or too old: answered 403, nothing is kept
└── BadRequest  from the platform or a copy of it, but not readable: answered 400, nothing is kept

The message is one English line for the log and never repeats what was sent.
"""

from __future__ import annotations

import traceback


class ChannelError(Exception):
    """Base of what a channel refuses on purpose."""


class Forged(ChannelError):
    """The signature is wrong, missing or stale."""


class BadRequest(ChannelError):
    """The body cannot be read as what the platform sends."""


def fault(error: BaseException) -> str:
    """An unforeseen error for the log: its kind and place. Not its message, which may quote a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
