"""The environment (and `.env`) read once into one frozen value.

What is wrong or half given stops the start with one sentence that names the setting: a door that opens with half its
keys would fail at the first citizen instead. Empty counts as not given, so that `.env` may list every name.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from bots.setting_groups import (
    Given,
    SettingsError,
    TelegramSettings,
    WeChatSettings,
    WeComSettings,
    read_telegram,
    read_wechat,
    read_wecom,
)
from casebook.jurisdiction import FOLDER

__all__ = [
    "Settings",
    "SettingsError",
    "TelegramSettings",
    "WeChatSettings",
    "WeComSettings",
    "read_settings",
]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("console", "json")
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})
# A key must not be guessable (RFC 5869 wants as many bits as the keys derived from it); between the two lengths the
# start goes on, but says so.
SHORTEST_KEY, SHORT_KEY = 16, 32
NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Settings:
    """Every setting of the service. Secrets stay out of `repr`.

    `desk`: whether the officers' group chat may be opened in a browser without signing in. `warnings` are sentences
    for the log at the start.
    """

    database_url: str = field(repr=False)
    host: str
    port: int
    public_url: str
    jurisdiction: str
    secret_key: str = field(repr=False)
    secret_key_former: tuple[str, ...] = field(repr=False)
    zone: ZoneInfo
    log_level: str
    log_format: str
    desk: bool
    desk_anywhere: bool
    chat_frame_ancestors: tuple[str, ...]
    var: Path
    wechat: WeChatSettings | None = None
    wecom: WeComSettings | None = None
    telegram: TelegramSettings | None = None
    # Where a copy of the database is put every night; None: nowhere, somebody else takes care of it.
    backup_folder: Path | None = None
    # A copy of the database that follows it, for figures, exports and ledgers; "": there is none.
    read_database_url: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def https(self) -> bool:
        """Whether the outside reaches it encrypted (then cookies may travel inside another site's page)."""
        return self.public_url.startswith("https://")


def read_settings(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings of the environment, `.env` in `folder` filling what it leaves out. Raises SettingsError."""
    folder = folder or Path.cwd()
    given, var = _given(environ, folder), folder / "var"
    database_url = _database_url(given, var)
    port = _port(given)
    host = given.text("HOST", "127.0.0.1")
    public_url = given.address("PUBLIC_URL", f"http://localhost:{port}")
    secret_key, warnings = _secret_key(given, database_url, var)
    anywhere = _flag(given, "DESK")
    return Settings(
        database_url=database_url,
        read_database_url=_copy(given, database_url),
        host=host,
        port=port,
        public_url=public_url,
        jurisdiction=_jurisdiction(given),
        secret_key=secret_key,
        secret_key_former=_former_keys(given),
        zone=_zone(given),
        log_level=given.choice("LOG_LEVEL", "INFO", LOG_LEVELS, str.upper),
        log_format=given.choice("LOG_FORMAT", "console", LOG_FORMATS, str.lower),
        desk=_is_local(host, public_url) if anywhere is None else anywhere,
        desk_anywhere=bool(anywhere),
        chat_frame_ancestors=_ancestors(given),
        var=var,
        wechat=read_wechat(given),
        wecom=read_wecom(given),
        telegram=read_telegram(given),
        backup_folder=Path(where) if (where := given.text("BACKUP_FOLDER")) else None,
        warnings=warnings,
    )


def database_url(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    """Where the case book is or would be, whatever else is set; nothing is made for it."""
    folder = folder or Path.cwd()
    return _database_url(_given(environ, folder), folder / "var")


def _given(environ: Mapping[str, str] | None, folder: Path) -> Given:
    return Given({**_dotenv(folder / ".env"), **(os.environ if environ is None else environ)})


def _database_url(given: Given, var: Path) -> str:
    return given.text("DATABASE_URL", f"sqlite:///{var / 'huiying.db'}")


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def _port(given: Given) -> int:
    text = given.text("PORT", "8000")
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise SettingsError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _zone(given: Given) -> ZoneInfo:
    name = given.text("TZ_NAME", "Asia/Shanghai")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"TZ_NAME must be a time zone such as Asia/Shanghai, not {name!r}.") from error


def _flag(given: Given, name: str) -> bool | None:
    text = given.text(name).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    if text:
        raise SettingsError(f"{name} must be 1 or 0, not {text!r}.")
    return None


def _is_local(host: str, public_url: str) -> bool:
    """Only this machine can reach it: neither the socket nor a proxy's public address is open to others."""
    return host in LOOPBACK and urlsplit(public_url).hostname in LOOPBACK


def _jurisdiction(given: Given) -> str:
    name = given.text("JURISDICTION", "yunnan")
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        ships = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise SettingsError(f"JURISDICTION names no file and none that ships: {name!r} (there are: {ships}).")
    return name


def _ancestors(given: Given) -> tuple[str, ...]:
    """The sites whose pages may hold the chat, as origins."""
    sites = given.text("CHAT_FRAME_ANCESTORS").replace(",", " ").split()
    for site in sites:
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:([0-9]{1,5}|\*))?", site):
            raise SettingsError(f"CHAT_FRAME_ANCESTORS must list origins such as https://www.example.cn, not {site!r}.")
    return tuple(sites)


def _copy(given: Given, database_url: str) -> str:
    url = given.text("READ_DATABASE_URL")
    if url and not (url.startswith("postgres") and database_url.startswith("postgres")):
        raise SettingsError("READ_DATABASE_URL names a PostgreSQL standby of DATABASE_URL; with SQLite leave it out.")
    return url


def _secret_key(given: Given, database_url: str, var: Path) -> tuple[str, tuple[str, ...]]:
    text = given.text("SECRET_KEY")
    if text:
        if len(text.encode()) < SHORTEST_KEY:
            raise SettingsError(f"SECRET_KEY must have at least {SHORTEST_KEY} characters; it has {len(text)}.")
        short = f"SECRET_KEY has {len(text)} characters; {SHORT_KEY} random ones or more are safe."
        return text, (short,) if len(text) < SHORT_KEY else ()
    if not database_url.startswith("sqlite"):
        raise SettingsError("SECRET_KEY must be set when DATABASE_URL is not SQLite.")
    return _kept_key(var / "secret_key"), ()


def _former_keys(given: Given) -> tuple[str, ...]:
    """The keys used before this one, the last first."""
    keys = tuple(given.text("SECRET_KEY_FORMER").replace(",", " ").split())
    for place, key in enumerate(keys, 1):
        if len(key.encode()) < SHORTEST_KEY:
            raise SettingsError(
                f"SECRET_KEY_FORMER lists keys of at least {SHORTEST_KEY} characters, separated by blanks or commas; "
                f"number {place} has {len(key)}."
            )
    return keys


def _kept_key(path: Path) -> str:
    """The key of local use, made at the first start; readable by its owner alone from its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    return _read_key(path)


def _read_key(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise SettingsError(f"SECRET_KEY: the file {path} is empty; restore it (stored cases are sealed with it).")
    return key
