"""Calls to the official account's API: one access token for everybody, and errors as words instead of exceptions.

wechatpy's client knows the calls; fenced off here are its endless retry on 40001, its token fetch without a timeout,
its hard-coded hosts, and a token kept in each instance for itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bots.given import Store
from bots.setting_groups import WeChatSettings

log = logging.getLogger(__name__)

PLATFORM = "https://api.weixin.qq.com"
TOKEN_FAULTS = frozenset({40001, 40014, 42001})
TIMEOUT = (3.05, 5.0)
# The platform keeps the old token for five minutes after it gives a new one; nobody should start out with less.
LEAD = timedelta(minutes=5)


class TokenKeeper(Protocol):
    """Where platform tokens are kept, the same for every process."""

    def get(self, name: str, at: datetime) -> str | None:
        """The kept token, while it lasts."""

    def put(self, name: str, value: str, expires: datetime) -> None: ...


class StoreTokens:
    """Tokens in the store, sealed there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str, at: datetime) -> str | None:
        kept: str | None = self._store.read(lambda unit: unit.token_get(name, at))
        return kept

    def put(self, name: str, value: str, expires: datetime) -> None:
        self._store.write(lambda unit: unit.token_put(name, value, expires))


class ApiError(Exception):
    """A call did not do what it should. `code` is the platform's, 0 where it gave none (network, timeout, HTTP)."""

    def __init__(self, code: int, what: str) -> None:
        super().__init__(f"{what} ({code})")
        self.code = code


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
    """wechatpy's client with our manners. Every call goes to `settings.api_url`."""

    def __init__(self, settings: WeChatSettings, tokens: TokenKeeper, clock: Callable[[], datetime]) -> None:
        super().__init__(settings.app_id, settings.app_secret, timeout=TIMEOUT, auto_retry=False)
        self._host = settings.api_url.rstrip("/")
        self._tokens = tokens
        self._clock = clock
        self._refreshing = threading.Lock()

    @property
    def _token_name(self) -> str:
        return f"wechat:{self.appid}"

    @property
    def access_token(self) -> str:
        """The token in force; fetched if none is kept or it is about to run out."""
        return self._kept() or self._renew("")

    def call(self, path: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """POST to a path under /cgi-bin/. A refused token is renewed and the call repeated once, never more."""
        for last in (False, True):
            token = self._word(lambda: self.access_token)
            try:
                return self._post_once(path, data, token)
            except ApiError as error:
                if last or error.code not in TOKEN_FAULTS:
                    raise
                self._renew(refused=token)
        raise AssertionError("two rounds either return or raise")

    def download(self, media_id: str) -> bytes:
        """A picture or recording that somebody sent. The platform keeps them three days."""
        answer = self._word(lambda: self.media.download(media_id))
        if not isinstance(answer, requests.Response):
            raise ApiError(0, "media/get answered without a file")
        return bytes(answer.content)

    def _post_once(self, path: str, data: Mapping[str, Any], token: str) -> Mapping[str, Any]:
        answer = self._word(lambda: self.post(path, data=dict(data), params={"access_token": token}))
        if not isinstance(answer, dict):
            raise ApiError(0, f"{path} answered something that is not JSON")
        return answer

    def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        base = options.pop("api_base_url", self.API_BASE_URL)
        url = url_or_endpoint if url_or_endpoint.startswith("http") else base + url_or_endpoint
        options.setdefault("timeout", TIMEOUT)
        return super()._request(method, url.replace(PLATFORM, self._host, 1), **options)

    def _word(self, call: Callable[[], Any]) -> Any:
        """What the call returns, every way it can fail being an ApiError that repeats neither address nor body."""
        try:
            return call()
        except WeChatClientException as error:
            raise ApiError(error.errcode or 0, "the platform refused") from None
        except requests.RequestException as error:
            raise ApiError(0, f"the platform was not reached: {type(error).__name__}") from None

    def _kept(self, refused: str = "") -> str:
        kept = self._tokens.get(self._token_name, self._clock())
        return kept if kept and kept != refused else ""

    def _renew(self, refused: str) -> str:
        """A token that works, and is not the refused one. One thread fetches; the others find what it brought.

        The plain stable_token call gives every process the same token and invalidates none. Only if that is the one
        just refused is a new one forced, which the platform allows twenty times a day.
        """
        with self._refreshing:
            found = self._kept(refused)
            if found:
                return found
            token, seconds = self._fetch(force=False)
            if token == refused:
                token, seconds = self._fetch(force=True)
            self._tokens.put(self._token_name, token, self._clock() + timedelta(seconds=seconds) - LEAD)
            return token

    def _fetch(self, force: bool) -> tuple[str, int]:
        log.info("wechat: fetching an access token%s", " by force" if force else "")
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret, "force_refresh": force}
        url = f"{self._host}/cgi-bin/stable_token"
        answer = self._word(lambda: self._http.post(url, json=body, timeout=TIMEOUT))
        try:
            fields = answer.json()
        except ValueError:
            raise ApiError(0, "stable_token answered something that is not JSON") from None
        if not isinstance(fields, dict) or not isinstance(fields.get("access_token"), str):
            code = fields.get("errcode") if isinstance(fields, dict) else 0
            raise ApiError(int(code or 0), "stable_token gave no token")
        return fields["access_token"], int(fields.get("expires_in", 7200))
