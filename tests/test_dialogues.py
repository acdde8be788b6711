"""Recorded dialogues, as rehearsals with `say`: each ends with the right case, and in few messages.

`tests/dialogues/outcomes.toml` says what each should come to. The table at the end is the measure: how many end right,
and how many messages a citizen needs where the first one holds the matter.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from casebook.case import Case
from office.rehearsing import rehearse

pytestmark = pytest.mark.xdist_group("dialogues")

FOLDER = Path(__file__).parent / "dialogues"
OUTCOMES = tomllib.loads((FOLDER / "outcomes.toml").read_text(encoding="utf-8"))
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "outcomes")
RIGHT_AT_LEAST, MESSAGES_AT_MOST = 0.95, 4


@cache
def played(name: str) -> dict[str, Any]:
    """What the dialogue came to: its cases, its messages, which expectations failed, what was said until filing."""
    one = rehearse(FOLDER / f"{name}.toml")
    document = one.document()
    cases = [one.office.case(number) for number in one.office.numbers()]
    said = [step for step in one.rehearsal.steps if step.do == "say"]
    filed = cases[0].filed if cases else None
    told = "\n".join(sent["text"] for sent in document["messages"] if sent["to"].startswith("citizen:"))
    failed = [
        f"{dict(one.rehearsal.expect[row['expect'] - 1])}: {row['found']}"
        for row in document["expectations"]
        if not row["held"]
    ]
    failed += [f"step {row['step']} refused: {row['why']}" for row in document["rejected"]]
    until = sum(step.at <= filed for step in said) if filed else 0
    return {"cases": cases, "told": told, "failed": failed, "messages": until}


def wrong(name: str) -> list[str]:
    """What is not as it should be; nothing for a dialogue that ends right."""
    found, wanted = played(name), OUTCOMES[name]
    faults = list(found["failed"])
    if len(found["cases"]) != len(wanted["cases"]):
        return [*faults, f"{len(found['cases'])} cases, not {len(wanted['cases'])}"]
    for case, asked in zip(found["cases"], wanted["cases"], strict=True):
        faults += _unlike(case, asked, found["cases"])
    faults += [f"never said: {word}" for word in wanted.get("says", ()) if word not in found["told"]]
    faults += [f"said: {word}" for word in wanted.get("never", ()) if word in found["told"]]
    return faults


def _unlike(case: Case, asked: dict[str, Any], cases: list[Case]) -> list[str]:
    filing = case.filing
    departments = filing.proposal.get("departments") or [["", 0]]
    found = {
        "kind": case.kind,
        "name": filing.name,
        "phone": filing.phone,
        "id_number": filing.id_number,
        "organisation": filing.respondent,
        "anonymous": filing.anonymous,
        "confidential": filing.confidential,
        "unit": departments[0][0],
        "evidence": len(filing.evidence),
        "steps": [entry.step for entry in case.history],
    }
    faults = [f"{key}: {found[key]!r}, not {value!r}" for key, value in asked.items() if found.get(key, value) != value]
    if "linked" in asked and case.linked != (cases[asked["linked"] - 1].number,):
        faults.append(f"linked: {case.linked}")
    if asked.get("text", "") not in filing.text:
        faults.append(f"text: {filing.text!r}")
    return faults


def test_there_are_dialogues_enough_and_each_has_its_outcome() -> None:
    assert len(NAMES) >= 80
    assert set(NAMES) == set(OUTCOMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_dialogue_comes_out_as_it_should(name: str) -> None:
    assert wrong(name) == []


def test_nearly_all_end_with_the_right_case_in_few_messages() -> None:
    right = [name for name in NAMES if not wrong(name)]
    counts = [played(name)["messages"] for name in NAMES if OUTCOMES[name].get("whole") and played(name)["cases"]]
    share = len(right) / len(NAMES)
    print(f"\ndialogues: {len(NAMES)}, ended right: {len(right)} ({share:.1%})")
    print(f"messages until filed, first one holding the matter: {len(counts)} dialogues, median {median(counts)}")
    for count in sorted(set(counts)):
        print(f"  {count} messages: {counts.count(count)}")

    assert share >= RIGHT_AT_LEAST
    assert median(counts) <= MESSAGES_AT_MOST
