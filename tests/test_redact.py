"""Personal data is covered, and nothing else is."""

from __future__ import annotations

import pytest

from casebook.redact import redact_address, redact_name, redact_number, redact_phone, redact_text


@pytest.mark.parametrize(
    ("cover", "whole", "covered"),
    [
        (redact_name, "张三丰", "张**"),
        (redact_name, "张", "*"),
        (redact_name, "", ""),
        (redact_phone, "13800000000", "138****0000"),
        (redact_phone, "12345", "*****"),
        (redact_number, "11010119900307001X", "110***********001X"),
        (redact_number, "1234", "****"),
        (redact_address, "示例市示例区一号路1号", "示例市示例区****"),
        (redact_address, "", ""),
    ],
)
def test_a_value_is_covered(cover, whole, covered):
    assert cover(whole) == covered


@pytest.mark.parametrize(
    ("text", "covered", "because"),
    [
        ("电话13800000000，尽快", "电话138****0000，尽快", "a mobile number"),
        ("打 138-0000-0000", "打 138****0000", "written with dashes"),
        ("座机0870-1234567", "座机087****4567", "a landline"),
        ("身份证11010119900307001X。", "身份证110***********001X。", "an identity number"),
        ("我叫张三丰，张三丰", "我叫张**，张**", "the name, wherever it stands"),
        ("3号窗口等了2个小时，材料齐全", "3号窗口等了2个小时，材料齐全", "ordinary numbers stay"),
        ("编号20261121-00017", "编号20261121-00017", "a case number stays"),
    ],
)
def test_a_text_is_covered_where_it_shows_a_person(text, covered, because):
    assert redact_text(text, "张三丰") == covered, because
