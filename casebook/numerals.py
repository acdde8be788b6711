"""Article numbers as regulations write them, and back: 11 ⇄ 第十一条, "8.3" ⇄ 第八条（三）."""

from __future__ import annotations

import re

DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十百零]+")


def chinese(number: int) -> str:
    """The number in Chinese numerals, 1–99: 10 is 十, 21 is 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else DIGITS[tens] + "十")
    return head + (DIGITS[ones] if ones or not tens else "")


def number(text: str) -> int:
    """The number a run of digits or Chinese numerals (1–99) says."""
    if text.isdigit():
        return int(text)
    tens, mark, ones = text.partition("十")
    if not mark:
        return DIGITS.index(text[-1])
    return (DIGITS.index(tens[-1]) if tens else 1) * 10 + (DIGITS.index(ones[0]) if ones else 0)


def short(clause: str) -> str:
    """A clause in its short form, however it was written: "第八条第（三）项", "八(三)" and "8.3" are all "8.3"."""
    return ".".join(str(number(part)) for part in _NUMBER.findall(clause))


def article_label(article: int) -> str:
    return f"第{chinese(article)}条"


def item_label(label: str, items: str, item: str) -> str:
    """The label of an item under an article's label: （三） for "3", or as `items` writes it ("{n}"); "" leaves the
    article's own."""
    if not item:
        return label
    return items.format(n=item) if items else f"{label}（{chinese(int(item))}）"
