"""python -m nlp: the promised keys and exit codes, and one line on standard error for bad input."""

from __future__ import annotations

import io
import json

import pytest

from nlp.__main__ import main


def run(monkeypatch, capsys, arguments, lines=()):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n" if lines else ""))
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = stop.code
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def units(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("department,duties\n市公安局,户籍、身份证\n市税务局,发票、契税\n", encoding="utf-8")
    return path


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.csv"
    rows = [f"第{number}次补办身份证被派出所退回,公安" for number in range(8)]
    rows += [f"契税第{number}回多收了没有退税,税务" for number in range(8)]
    path.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_read_answers_a_line_a_message(monkeypatch, capsys, units):
    lines = [json.dumps({"text": "派出所不给补办身份证，电话13800000000", "now": "2025-09-26 10:00"}), ""]
    code, out, err = run(monkeypatch, capsys, ["read", "--rulebook", "henan", "--units", str(units)], lines)

    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert set(answer) == {"kind", "verdict", "ground", "clause", "departments", "fields"}
    assert answer["departments"][0]["name"] == "市公安局"
    assert answer["fields"]["phone"] == "13800000000"


def test_compare_answers_a_probability(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, ["compare"], [json.dumps({"a": "路灯坏了", "b": "路灯坏了"})])

    assert code == 0
    assert json.loads(out)["same"] > 0.5


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["{}"], "line 1: 'text'"),
        (['{"text": "好", "now": "2025-09-26 10:00"}', "{"], "line 2: not JSON"),
        (["[1]"], "line 1: not a JSON object"),
        (['{"text": "好", "now": "不知道"}'], "line 1: 'now'"),
    ],
)
def test_a_bad_line_is_named(monkeypatch, capsys, lines, said):
    code, _, err = run(monkeypatch, capsys, ["read"], lines)

    assert code == 2
    assert err.startswith(said)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", "--rulebook", "atlantis"],
        ["read", "--units", "nowhere.csv"],
        ["evaluate", "--model", "nowhere", "--texts", "nowhere.csv"],
        ["evaluate", "--model", "nowhere"],
        ["train", "--texts", "nowhere.csv", "--out", "nowhere"],
        ["sing"],
    ],
)
def test_bad_arguments_are_told_in_one_line(monkeypatch, capsys, arguments):
    code, out, err = run(monkeypatch, capsys, arguments)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_a_router_is_trained_and_evaluated(monkeypatch, capsys, tmp_path, texts):
    folder = str(tmp_path / "model")

    trained, out, _ = run(monkeypatch, capsys, ["train", "--texts", str(texts), "--out", folder, "--json"])
    assert trained == 0
    assert json.loads(out)["cross_validated"]["macro_f1"] > 0.9

    code, out, _ = run(monkeypatch, capsys, ["evaluate", "--model", folder, "--texts", str(texts), "--json"])
    assert code == 0
    assert list(json.loads(out)) == ["accuracy", "macro_f1", "ece", "coverage_at_95", "messages_per_second", "n"]


def test_a_worse_router_does_not_replace_a_better_one(monkeypatch, capsys, tmp_path, texts):
    folder = tmp_path / "model"
    assert run(monkeypatch, capsys, ["train", "--texts", str(texts), "--out", str(folder)])[0] == 0
    before = (folder / "card.json").read_bytes()
    confused = tmp_path / "confused.csv"
    rows = [f"同一句话,{label}" for label in ("公安", "税务") for _ in range(8)]
    confused.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")

    code, _, err = run(monkeypatch, capsys, ["train", "--texts", str(confused), "--out", str(folder)])

    assert code == 1
    assert "it stays" in err
    assert (folder / "card.json").read_bytes() == before
