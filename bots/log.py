"""Logging set up once: one line an event, for a person (`console`) or for a machine (`json`).

Every line passes a filter that blanks what must never be written down: bot tokens, access tokens, secrets, mobile
numbers, identity numbers. Nobody here logs them; the filter is for the library that does so all the same.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

BREAKS = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
# These log whole addresses at INFO, and the addresses of the platforms' APIs carry tokens.
TALKATIVE = ("httpx", "httpcore", "urllib3", "apscheduler", "telegram", "multipart", "jieba", "alembic.runtime.plugins")

SCRUBS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![0-9])[0-9]{6,12}:[A-Za-z0-9_-]{30,}"), "[token]"),
    (re.compile(r"/bot[0-9]+:[A-Za-z0-9_-]+"), "/bot[token]"),
    (
        re.compile(
            r"(?i)\b(access_token|[a-z_]*secret|secret_key|ticket|echostr|(?:msg_)?signature|openid)"
            r"(=|%3D|['\"]?: ?['\"]?)[^&\s'\",}]+"
        ),
        r"\1\2[hidden]",
    ),
    (re.compile(r"(?i)([?&]code=)[^&\s]+"), r"\1[hidden]"),
    (re.compile(r"(://[^:/@\s]+:)[^@/\s]+@"), r"\1[hidden]@"),
    (re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])"), "[id number]"),
    (re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])"), "[phone]"),
)


def scrub(text: str) -> str:
    """The text without tokens, secrets, mobile and identity numbers."""
    for shape, instead in SCRUBS:
        text = shape.sub(instead, text)
    return text


class ConsoleLines(logging.Formatter):
    """`2026-03-02 09:00:00 INFO bots.web: message`."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, self._zone).isoformat(" ", "seconds")[:19]

    def formatMessage(self, record: logging.LogRecord) -> str:
        # Whoever gets a line break into a message must not get a line of their own into the log.
        record.message = BREAKS.sub(lambda found: found[0].encode("unicode_escape").decode(), record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line, Chinese left readable."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, self._zone).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(level: str, form: str, zone: ZoneInfo, stream: TextIO | None = None) -> None:
    """Send every logger's lines to `stream` (stderr), in the given form, scrubbed."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(zone) if form == "json" else ConsoleLines(zone))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
