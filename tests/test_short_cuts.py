"""Where a first look spares the long way, both come to the same."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bots import heard
from bots.citizen.questions import only_names
from bots.talk import Draft
from bots.wording import load_phrases

NAMING = load_phrases()["draft"]["naming"]
SAID = st.lists(
    st.sampled_from([*NAMING, "市公积金中心", "窗口", "态度差", "，", " ", "😀", "～", "Σ", "您好", "一下"]), max_size=8
).map("".join)


@given(SAID, st.sampled_from(["", "市公积金中心", "窗口"]))
def test_whether_a_complaint_says_no_more_than_against_whom(text: str, respondent: str) -> None:
    besides = heard.bare(text).replace(heard.bare(respondent), "")
    for word in NAMING:
        besides = besides.replace(word, "")

    assert only_names(Draft(text=text, respondent=respondent)) == (bool(respondent) and not besides)


@given(st.text(max_size=30))
@example("两行\n字\u200b")
@example("\n\n")
def test_words_are_cleaned_of_what_cannot_be_seen(text: str) -> None:
    kept = [sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")]

    assert heard.clean(text) == "".join(kept).strip()
