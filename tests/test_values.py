"""Values with something changed, and talks as JSON and back."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from bots.keeping import restore, spread
from bots.talk import GATHERING, Draft, Talk
from bots.values import replace
from tests.makers import moment

NINE = moment("2026-03-02 09:00")
DRAFT = Draft(text="办证不给受理", fields={"place": "政务大厅"}, asked={"name": 1}, skipped=("phone",))
TALK = Talk(GATHERING, DRAFT, Draft(text="旧"), ("name",), choices=(("提交", "confirm:1"),), last_at=NINE)


def test_a_changed_value_is_what_the_library_would_make_of_it_and_the_old_one_stays():
    changed = replace(TALK, stage="idle", draft=None)

    assert changed == dataclasses.replace(TALK, stage="idle", draft=None)
    assert (TALK.stage, TALK.draft) == (GATHERING, DRAFT)
    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.stage = "other"


def test_a_field_that_there_is_not_cannot_be_changed():
    with pytest.raises(TypeError, match="mood"):
        replace(TALK, mood="good")


def test_only_what_is_not_as_at_first_is_kept():
    assert spread(Talk()) == {}
    assert spread(TALK)["draft"] == {
        "text": "办证不给受理",
        "fields": {"place": "政务大厅"},
        "asked": {"name": 1},
        "skipped": ["phone"],
    }
    assert restore(Talk, spread(TALK), (Draft,)) == TALK


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ({"stage": 7}, "a number is no stage"),
        ({"draft": "办证"}, "a text is no draft"),
        ({"asking": "name"}, "a text is no list"),
        ({"choices": [["提交"], "x", ["改", "edit:1", "more"]]}, "no pairs"),
        ({"last_at": "2026-03-02T09:00:00"}, "a moment without a zone"),
        ({"last_at": "yesterday"}, "no moment"),
        ({"mood": "good"}, "no field of it"),
    ],
)
def test_what_is_spoilt_is_as_at_first(kept, why):
    assert restore(Talk, kept, (Draft,)) == Talk(), why


def test_the_part_of_a_list_that_is_sound_is_kept():
    kept = {"asking": ["name", 3, "phone"], "draft": {"text": 5, "name": "张三丰"}, "last_at": NINE.isoformat()}

    assert restore(Talk, kept, (Draft,)) == Talk(
        asking=("name", "phone"), draft=Draft(name="张三丰"), last_at=datetime.fromisoformat(NINE.isoformat())
    )
