"""Calls to WeCom's API: the same manners as towards WeChat (one token for everybody, errors as words), other addresses.

A company's app has its token from `gettoken`; asking again gives the same one and invalidates none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bots.channels.wechat_client import TIMEOUT, ApiError, Client, TokenKeeper
from bots.setting_groups import WeChatSettings, WeComSettings

log = logging.getLogger(__name__)


class WeComClient(Client):
    """One company's app."""

    def __init__(self, settings: WeComSettings, tokens: TokenKeeper, clock: Callable[[], datetime]) -> None:
        super().__init__(WeChatSettings(settings.corp_id, settings.secret, "", "", settings.api_url), tokens, clock)
        # urllib3 writes whole addresses at DEBUG, and these hold the secret, the token and the groups' keys.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        self.agent_id = int(settings.agent_id)

    @property
    def _token_name(self) -> str:
        return f"wecom:{self.appid}:{self.agent_id}"

    def push(self, address: str, data: Mapping[str, Any]) -> None:
        """POST without a token to an address that is its own key: a group's webhook, a bot's answer address. Raises
        ApiError; an address that is not the platform's is not spoken to at all."""
        url = address if address.startswith("http") else f"{self._host}/cgi-bin/webhook/send?key={address}"
        if not url.startswith(f"{self._host}/"):
            raise ApiError(40058, "an answer address that is not the platform's")
        answer = self._word(lambda: self._http.post(url, json=dict(data), timeout=TIMEOUT))
        try:
            code = int(answer.json().get("errcode", 0))
        except (ValueError, AttributeError, TypeError):
            raise ApiError(0, "the platform answered something that is not JSON") from None
        if code:
            raise ApiError(code, "the platform refused")

    def _fetch(self, force: bool) -> tuple[str, int]:
        log.info("wecom: fetching an access token")
        url = f"{self._host}/cgi-bin/gettoken"
        asked = {"corpid": self.appid, "corpsecret": self.secret}
        answer = self._word(lambda: self._http.get(url, params=asked, timeout=TIMEOUT))
        try:
            fields = answer.json()
        except ValueError:
            raise ApiError(0, "gettoken answered something that is not JSON") from None
        if not isinstance(fields, dict) or not isinstance(fields.get("access_token"), str):
            code = fields.get("errcode") if isinstance(fields, dict) else 0
            raise ApiError(int(code or 0), "gettoken gave no token")
        return fields["access_token"], int(fields.get("expires_in", 7200))
