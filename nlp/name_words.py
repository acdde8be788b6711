"""A person's name among cut words: the dictionary knows no names, so one falls into single characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.fields_names import DOUBLE_SURNAMES, NO_NAME, STAFF_GOES_ON, is_surname, no_persons
from nlp.text import Word

# Surnames that are mostly other words: one only where a name is sure to follow.
RARE = frozenset("铁黑双花云风水苍萧丘赛")
# Surnames that begin what staff do as often: 查车, 戴眼镜, 边开边说.
DOES = frozenset("全连边查管戴成应向从时能别盖关开")
NO_PERSON = frozenset("员人者师长工户家商局科处")
# What ends words of three characters that begin like a name: 毕业生, 安全性.
NO_NAMES_END = frozenset("族性化法会费物品率宫馆院所园厅路街楼店")
# Characters that go on after a name and are in none.
NOT_GIVEN = frozenset(
    "的了在是我你他她它您们这那说把被给让叫去来没不还就也都又才到从向对跟和与及很太真要想能会该请问嫌拒搞收骂吼推得日姓边比眼管交办审批查签盖接写填拿用看出吗呢吧啊呀嘛"
)


def words_at(words: Sequence[Word]) -> dict[int, str]:
    """Where each word begins → the word."""
    return {word.start: word.text for word in words}


def name_among(text: str, start: int, at: Mapping[int, str]) -> str:
    """The two to four characters from `start` on that the cut leaves to be a name; "" where a word begins there."""
    surname = text[start : start + 2] if text[start : start + 2] in DOUBLE_SURNAMES else text[start : start + 1]
    first = at.get(start, "")
    if not (is_surname(surname) or surname in RARE) or not first:
        return ""
    whole = (
        _whole(text, start, surname, at)
        if len(first) <= len(surname) or (surname in RARE and len(first) > 2)
        else first
    )
    following = at.get(start + 2, "")
    if len(first) == 2 == len(whole) and len(following) == 1 and _may_be_given(following) and following != surname:
        whole += following  # 马超|群
    return whole if len(surname) < len(whole) <= len(surname) + 2 and _is_given(whole[len(surname) :], first) else ""


def _whole(text: str, start: int, surname: str, at: Mapping[int, str]) -> str:
    given = start + len(surname)
    one = at.get(given, "")
    if not one.isalpha() or one.isascii() or one[0] in NOT_GIVEN or one[0] == surname:
        return surname
    if len(one) > 1 or surname in DOES:
        is_word = len(one) > 1
        goes_on = STAFF_GOES_ON.match(text, given if is_word else given + 1)
        return surname + one if bool(goes_on) != is_word and not (is_word and surname in DOES) else surname
    two = at.get(given + 1, "")
    return surname + one + (two if len(two) == 1 and _may_be_given(two) and two != surname else "")


def _may_be_given(sign: str) -> bool:
    return sign.isalpha() and not sign.isascii() and sign not in NOT_GIVEN


def _is_given(given: str, first: str) -> bool:
    """A common word is no name (高度); one that the dictionary has may be (刘备)."""
    is_word = len(first) > 1 and (first[0] in DOES or first in no_persons())
    is_word = is_word or (len(first) > 2 and given[-1:] in NO_NAMES_END)
    return not NO_NAME.search(given) and given[-1:] not in NO_PERSON and (not is_word or first in DOUBLE_SURNAMES)
