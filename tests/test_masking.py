"""What stands in groups and on pages shows nobody's name, number or address."""

from __future__ import annotations

import pytest

from casebook.masking import masked, masked_identity, masked_text
from tests.makers import a_case, a_filing


def test_a_masked_case_shows_ends_only():
    shown = masked(a_case())

    assert shown["name"] == "张**"
    assert shown["phone"] == "138****0000"
    assert shown["id_number"].startswith("110")
    assert "太极路99号" not in shown["address"]


def test_a_masked_case_holds_none_of_the_personal_values():
    filing = a_filing(text="我是张三丰，电话13800000000，身份证11010119900101001X，住示例市示例区太极路99号紫霄宫")
    shown = str(masked(a_case(text=filing.text)))

    assert not [value for value in (filing.name, filing.phone, filing.id_number, filing.address) if value in shown]


@pytest.mark.parametrize("how", ["anonymous", "confidential"])
def test_an_anonymous_or_confidential_filer_is_hidden_whole(how):
    assert set(masked_identity(a_filing(**{how: True})).values()) == {""}


@pytest.mark.parametrize(
    ("text", "hidden", "because"),
    [
        ("打13800000000找我", "13800000000", "as it is stored"),
        ("打138 0000 0000找我", "138 0000 0000", "typed in groups"),
        ("打１３８００００００００找我", "１３８００００００００", "typed in full-width digits"),
        ("打0871-63000000找我", "63000000", "a landline"),
        ("另一个号13911112222也行", "13911112222", "somebody else's number"),
        ("证号11010119900101001X", "19900101", "the birthday within an identity number"),
        ("张三丰来过", "张三丰", "the name in the middle of a sentence"),
    ],
)
def test_a_text_is_covered(text, hidden, because):
    assert hidden not in masked_text(text, a_filing()), because


@pytest.mark.parametrize("text", ["编号20260302-00015", "3号窗口，上午9点30分", "", "2026年3月2日办的"])
def test_a_text_without_personal_data_stays_as_it_is(text):
    assert masked_text(text, a_filing()) == text


def test_full_width_letters_stay_where_nothing_is_covered():
    assert masked_text("ＡＢＣ１２３", a_filing()) == "ＡＢＣ１２３"
