"""The office's own sentences: every message and every refusal has one, and every placeholder is a known fact."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import casebook
from casebook.errors import NotAllowed
from casebook.rulebook_file import read_rulebook, shipped
from casebook.terms import CLOCKS, MESSAGES
from casebook.wording import refusal, sentences

SOURCES = sorted(Path(casebook.__file__).parent.rglob("*.py"))


def raised() -> set[str]:
    """The codes of all refusals that the casebook raises, read from its source."""
    codes = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "NotAllowed" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    codes.add(str(first.value))
    return codes


def needed() -> set[str]:
    """The facts that code or a rulebook's rules may find missing."""
    names = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "need":
                names |= {str(item.value) for item in node.args[1:] if isinstance(item, ast.Constant)}
    for book in map(read_rulebook, shipped()):
        names |= {name for rule in (*book.steps, *book.clauses) for name in rule.needs}
        names |= {name for answer in book.answers for name in answer.must}
    return names - {"asked"}


def test_every_message_has_a_sentence() -> None:
    written = sentences()["notice"]

    assert [message for message in MESSAGES if message not in written] == []
    stems = {key for key in written if key not in MESSAGES and not any(key.startswith(f"{name}_") for name in MESSAGES)}
    assert stems == set(), "a sentence that no message uses"


@pytest.mark.parametrize("code", sorted(raised()))
def test_every_refusal_has_a_sentence(code: str) -> None:
    assert code in sentences()["refusal"]


@pytest.mark.parametrize("name", sorted(needed()))
def test_everything_a_step_may_lack_has_a_sentence(name: str) -> None:
    assert f"needs_{name}" in sentences()["refusal"]


def test_no_refusal_is_written_for_nothing() -> None:
    used = raised() | {f"needs_{name}" for name in needed()} | {"other", "no_such_case", "may_not_see"}

    assert set(sentences()["refusal"]) - used <= {"needs_score"}


def test_a_refusal_names_the_article_it_rests_on() -> None:
    assert refusal(NotAllowed("needs_reason", cites="第十条")).endswith("（依据：第十条）")


def test_a_refusal_without_a_sentence_still_says_something() -> None:
    assert "未见过" in refusal(NotAllowed("未见过"))


def test_every_target_has_a_name() -> None:
    named = sentences()["target"]
    targets = {clock.clock for book in map(read_rulebook, shipped()) for clock in book.clocks if clock.target}

    assert targets <= set(named)
    assert set(CLOCKS) & set(named) <= {"dispatch"}
