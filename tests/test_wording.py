"""The wording of the conversations: every sentence is there, used, filled, and promises nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bots.citizen.questions import ASK_AT_MOST, EDITABLE
from bots.officer.preparing import ELEMENTS, NEEDS
from bots.wording import FOLDER, WordingError, Words, load_phrases, load_words
from casebook.steps.after import THREE_SIDES
from casebook.terms import APPEAL_GROUNDS, CRITERIA, GROUNDS, KINDS, STATES, STEPS

# Sections whose last name comes from a table of ours, and that table.
FAMILIES = {
    "state": {*STATES, "other"},
    "kind": set(KINDS),
    "field": {*ASK_AT_MOST, *EDITABLE},
    "ask": {*ASK_AT_MOST, "name_and_phone"},
    "element": {*ELEMENTS, "verdict", "clause", "reason", "days", "until", "to", "into", "text", "no_answer"}
    | {"plan", "cites", "criteria", "ground", "evidence", "way", "kind", "members"},
    "choice": {*CRITERIA, *APPEAL_GROUNDS, *KINDS},
    "redirect": {*GROUNDS, "where", "clause", "insist", "try_again"},
    "emergency": {*load_phrases()["emergency"], "other"},
    "side": set(load_phrases()["side"]),
    "side_of": set(THREE_SIDES),
    "step": {
        *STEPS,
        "accept_as",
        "dispatch_to",
        "dispatch_other",
        "not_reached",
        "go",
        "look",
        "more",
        "again",
        "on_page",
        "plan",
        "whole",
        "answer",
        "also",
        "read",
        "next",
    },
    "system": set(load_phrases()["systems"]),
    "no_answer": set(load_phrases()["no_answer"]),
    "overview": {"line", "page", "before", "after", "only_overdue", "only_today"}
    | {f"{way}_{unit}" for way in ("left", "over") for unit in ("days", "hours")}
    | {f"{name}{end}" for name in ("mine", "today", "overdue", "found") for end in ("", "_none")},
    "unreadable": {"voice", "location", "unknown", "too_long", "too_much", "empty"},
    "note": set(),
    "button": set(),
}
SOURCES = [*(FOLDER / "citizen").glob("*.py"), *(FOLDER / "officer").glob("*.py"), *FOLDER.glob("reception*.py")]
SOURCES += [FOLDER / name for name in ("joining.py", "private_links.py", "telegram_door.py", "ways.py")]
PROMISES = ("一定会", "保证", "肯定能", "必定", "马上解决", "一定解决", "包您")


def used() -> set[str]:
    """Every string in the conversations' code that may be a key."""
    quoted = re.compile(r"[\"']([a-z_]+(?:\.[a-z_]+)?)[\"']")
    found = {name for path in SOURCES for name in quoted.findall(path.read_text("utf-8"))}
    return {name for name in found if not name.endswith("_")}


def test_every_sentence_is_said_somewhere() -> None:
    said = used()
    families = {f"{section}.{name}" for section, names in FAMILIES.items() for name in names}
    by_name = {f"{section}.{name}" for section in ("button", "prepare") for name in said}
    by_name |= {f"{step}.{name}" for step in ("withdraw", "supplement", "urge") for name in ("which", "none")}
    named_notes = {f"note.wrong_{name}" for name in ("phone", "id_number", "name")}

    known = load_words().keys()
    short = {key for key in known if key.startswith("plain.")}
    unsaid = known - said - families - by_name - named_notes - short

    assert sorted(unsaid) == []


def test_every_sentence_that_is_said_is_there() -> None:
    known = load_words().keys()
    sections = {key.partition(".")[0] for key in known if "." in key}
    wanted = {key for key in used() if "." in key and key.partition(".")[0] in sections}

    assert sorted(wanted - known) == []


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("state", set(STATES)),
        ("redirect", set(GROUNDS) - {"lacks_content", "unclear_request", "no_respondent", "chitchat", "emergency"}),
        ("prepare", {name for names in NEEDS.values() for name in names}),
        ("field", set(EDITABLE) | {"evidence"}),
        ("emergency", set(load_phrases()["emergency"])),
    ],
)
def test_every_name_of_a_table_has_its_sentence(section: str, names: set[str]) -> None:
    assert names - set(load_words().section(section)) == set()


def test_every_short_sentence_stands_for_a_long_one_and_asks_for_no_more() -> None:
    words = load_words()
    places = re.compile(r"\{\w+\}")

    for key, text in words.section("plain").items():
        long = words.section(key.partition(".")[0])[key.partition(".")[2]] if "." in key else words.sentence(key)
        assert set(places.findall(text)) <= set(places.findall(long)), key
        assert len(text) <= len(long), key


def test_nothing_that_is_said_promises_an_outcome() -> None:
    sentences = Path(FOLDER / "wording.toml").read_text("utf-8")

    assert [word for word in PROMISES if word in sentences] == []


def test_a_missing_sentence_and_a_missing_fact_are_faults() -> None:
    words = Words({"greet": {"hello": "您好，{name}"}})

    assert words("greet.hello", name="张三丰") == "您好，张三丰"
    with pytest.raises(WordingError, match=r"no sentence 'greet\.bye'"):
        words("greet.bye")
    with pytest.raises(WordingError, match="needs 'name'"):
        words("greet.hello")


def test_what_a_person_wrote_is_never_read_as_a_template() -> None:
    assert load_words()("note.changed", field="称呼", value="{phone}") == "称呼已改为：{phone}。"


def test_a_sentence_that_is_no_text_is_refused() -> None:
    with pytest.raises(WordingError, match="not a sentence"):
        Words({"a": {"b": 1}})


def test_no_phrase_means_two_commands() -> None:
    commands = load_phrases()["commands"]
    phrases = [phrase for words in commands.values() for phrase in words]

    assert sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}) == []


def test_every_sentence_fits_in_one_message_of_every_platform() -> None:
    """WeChat takes 600 characters and 2,047 bytes at once, the least of all; what is filled in needs room as well."""
    said = [text for chapter in (*_chapters("bots"), *_chapters("casebook")) for text in chapter.values()]
    texts = [text for text in said if isinstance(text, str)]

    assert len(texts) > 400
    assert max(len(text) for text in texts) < 300
    assert max(len(text.encode()) for text in texts) < 1000


def _chapters(package: str) -> list[dict[str, object]]:
    whole = tomllib.loads((FOLDER.parent / package / "wording.toml").read_text(encoding="utf-8"))
    return [chapter for chapter in whole.values() if isinstance(chapter, dict)]
