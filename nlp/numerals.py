"""Numbers as people write them: 3, 三, 十二, 廿, 二〇二五."""

from __future__ import annotations

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
HAN_FIGURES = "一二三四五六七八九十"
SPOKEN = {**DIGITS, "幺": 1, **{sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}}
SPOKEN_DIGITS = "".join(SPOKEN)


def number(written: str) -> int | None:
    """The number written in Arabic or Chinese figures up to 99, or digit by digit; None where it is no number."""
    if written.isascii():
        return int(written) if written.isdigit() else None
    written = written.replace("廿", "二十")
    if "十" in written:
        tens, _, ones = written.partition("十")
        if len(tens) > 1 or len(ones) > 1 or any(sign not in DIGITS for sign in tens + ones):
            return None
        return DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0)
    if not written or any(sign not in DIGITS for sign in written):
        return None
    return int("".join(str(DIGITS[sign]) for sign in written))


def digits(written: str) -> str:
    """Spoken figures as digits: 幺三八 → 138; what is no figure is left out."""
    return "".join(sign if sign.isdigit() and sign.isascii() else str(SPOKEN.get(sign, "")) for sign in written)
