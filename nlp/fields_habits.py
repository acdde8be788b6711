"""Days that tell no event: deadlines (9月30日前, 截止) and hours of business (每周三)."""

from __future__ import annotations

import re

# What was born then or ran out then may be what the message is about.
RAN_OUT = "到期|出生|生的"
TO_COME = r"之前|以前|前(?![往去来台面期后])|之内|以内|内|截止|为止|期满|恢复|开通|开放|[还才]?有?效"
AFTER_IS_DEADLINE = re.compile(rf"\s?(?:{TO_COME}|{RAN_OUT})")
AFTER_IS_SURE_DEADLINE = re.compile(rf"\s?(?:{TO_COME})")
BEFORE_IS_DEADLINE = re.compile(
    r"(?:截止|截至|最晚|最迟|限期|期限|承诺|答应|保证|约定|有效期|到期日?|到期时间|延期到|延长到|推迟到|出生于?|生于|生日"
    r"|务必在?|必须在|要求在)[是为到至在于:我们说]{0,3}\s?$"
)
HABIT_BEFORE = re.compile(
    r"(?:每(?:周|星期|礼拜)?[一二三四五六日天][和、跟及]?|第.个|后一个|每逢|每个|每|只有|凡是|除了|取消了?|逢|至|到|-|—|~)$"
)
HABIT_AFTER = re.compile(
    r"的?(?:[一-龥]{0,4}(?:办理|值班|业务|办公)|才?有空)|[上下]午没人上班|(?:周|星期|礼拜)[一二三四五六日天]|[不没]开门|(?:到|至|-|—|~|、)(?:周|星期|礼拜)?[一二三四五六日天]|[一-龥]{0,3}(?:上班|开门|办公|营业|开放|办理)(?:吗|么|不|嘛|没有)"
)


def is_habit(text: str, match: re.Match[str]) -> bool:
    """每周三, 周一至周五: hours of business, not an event."""
    said = match.group()
    if "上" in said or ("周" not in said and "星期" not in said and "礼拜" not in said):
        return False
    return bool(HABIT_BEFORE.search(text[: match.start()][-6:]) or HABIT_AFTER.match(text, match.end()))
