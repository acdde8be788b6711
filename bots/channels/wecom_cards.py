"""A reply as WeCom shows it: a card with buttons where everything fits, else text, with the choices as what to type.

A card has a title, up to six short pairs ("承办：…"), a paragraph and six buttons. The platform cuts off what is
longer, so what does not fit is never put there.
"""

from __future__ import annotations

import re
from typing import Any

from bots.message import Button, Reply
from bots.wording import FOLDER, load_words

words = load_words(FOLDER / "channels" / "wording.toml")

TITLE, PARAGRAPH, KEY, VALUE, PAIRS, BUTTONS, LABEL = 26, 112, 5, 26, 6, 6, 10
PAIR = re.compile(rf"^([^：\s]{{1,{KEY}}})：(.{{1,{VALUE}}})$")
PLAIN, BLUE = 4, 1


def as_card(reply: Reply, task: str) -> dict[str, Any] | None:
    """The reply as one card with buttons; None where its words or buttons do not fit."""
    shown = [button for row in reply.buttons for button in row]
    told = _words_of(reply.text)
    if told is None or not 1 <= len(shown) <= BUTTONS:
        return None
    listed = [_button(button, first=number == 0) for number, button in enumerate(shown)]
    return {"card_type": "button_interaction", **told, "button_list": listed, "task_id": task}


def choice_card(reply: Reply, task: str) -> dict[str, Any]:
    """A card that holds only the first line and the first six buttons, for words that went before it as text."""
    title = reply.text.strip().split("\n", 1)[0][:TITLE]
    buttons = [button for row in reply.buttons for button in row][:BUTTONS]
    listed = [_button(button, first=number == 0) for number, button in enumerate(buttons)]
    told = {"main_title": {"title": title}, "sub_title_text": words("wecom.choose")}
    return {"card_type": "button_interaction", **told, "button_list": listed, "task_id": task}


def notice_card(reply: Reply, task: str, link: str) -> dict[str, Any] | None:
    """The reply as a card without buttons, which opens our page; None where its words do not fit."""
    told = _words_of(reply.text)
    if told is None or not link or reply.buttons:
        return None
    return {"card_type": "text_notice", **told, "card_action": {"type": 1, "url": link}, "task_id": task}


def as_text(reply: Reply) -> str:
    """The reply as plain words; what its buttons do is listed as what to type."""
    labels = [button.url or button.label for row in reply.buttons for button in row]
    more = words("wecom.type_one", choices="、".join(f"“{label}”" for label in labels)) if labels else ""
    return "\n".join(part for part in (reply.text.strip(), more) if part)


def beyond(reply: Reply) -> str:
    """What may be typed because there is no button left for it; "" if all have one."""
    labels = [button.label for row in reply.buttons for button in row][BUTTONS:]
    return words("wecom.also", choices="、".join(labels)) if labels else ""


def _words_of(text: str) -> dict[str, Any] | None:
    title, *lines = [line.strip() for line in text.strip().split("\n") if line.strip()] or [""]
    pairs: list[dict[str, str]] = []
    others: list[str] = []
    for line in lines:
        found = PAIR.match(line)
        if found and len(pairs) < PAIRS:
            pairs.append({"keyname": found[1], "value": found[2]})
        else:
            others.append(line)
    if len(title) > TITLE:
        title, others = title[:TITLE], [title, *others]
    paragraph = "\n".join(others)
    if len(paragraph) > PARAGRAPH:
        return None
    made: dict[str, Any] = {"main_title": {"title": title}}
    if paragraph:
        made["sub_title_text"] = paragraph
    if pairs:
        made["horizontal_content_list"] = pairs
    return made


def _button(button: Button, first: bool) -> dict[str, Any]:
    text = button.label if len(button.label) <= LABEL else button.label[: LABEL - 1] + "…"
    if button.url:
        return {"type": 1, "text": text, "style": PLAIN, "url": button.url}
    return {"text": text, "style": BLUE if first else PLAIN, "key": button.data}
