"""python -m nlp: read and compare messages from standard input, train and evaluate models.

Each input line is one JSON object and gives one line of output. Bad input ends with code 2 and one line on standard
error that names the line; a refused model (it would be worse) ends with code 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TextIO

from nlp.card_words import card_lines
from nlp.city import roll_back
from nlp.corpus_reading import CorpusError, read_columns
from nlp.model import ModelError
from nlp.reader import Reader, Reading
from nlp.screen import RULEBOOKS

DONE, ANSWER_IS_NO, BAD_INPUT = 0, 1, 2
# Beside the project, where somebody has them.
PUBLIC = Path("../shared/data")


class InputError(Exception):
    """A line of input cannot be used; says which and why."""


@dataclass(frozen=True)
class Line:
    """One JSON object of the input and the number of its line."""

    number: int
    values: Mapping[str, Any]

    def text(self, key: str) -> str:
        """The string under `key`."""
        value = self.values.get(key)
        if not isinstance(value, str):
            raise InputError(f"line {self.number}: {key!r} is missing or not a string")
        return value


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except (InputError, CorpusError, ModelError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return BAD_INPUT


def read(options: argparse.Namespace) -> int:
    """Readings of the messages on standard input."""
    reader = Reader.load(_units(options.units), options.rulebook)
    for line in _lines(sys.stdin):
        reading = reader.read(line.text("text"), _moment(line))
        print(json.dumps(as_document(reading), ensure_ascii=False), flush=True)
    return DONE


def compare(options: argparse.Namespace) -> int:
    """For each pair: is it the same matter?"""
    reader = Reader.load()
    for line in _lines(sys.stdin):
        print(json.dumps({"same": round(reader.compare(line.text("a"), line.text("b")), 4)}), flush=True)
    return DONE


def train(options: argparse.Namespace) -> int:
    """A router of a city's own decisions; without --texts, the reader's models from our corpus."""
    from nlp.train import WorseModelError, train_reader, train_router

    try:
        if options.texts is None:
            figures: Mapping[str, Any] = train_reader(options.out).model.card["cross-validated"]
        else:
            figures = train_router(options.texts, options.out, _units(options.units))
    except WorseModelError as error:
        print(str(error), file=sys.stderr)
        return ANSWER_IS_NO
    _show({"cross_validated": figures}, options.json)
    return DONE


def train_same(options: argparse.Namespace) -> int:
    """The weights of the same matter from our families; with --data the words' vectors first."""
    from nlp.model import load_model
    from nlp.reader import WEIGHTS
    from nlp.same_training import train_same as teach

    learnt: dict[str, Any] = {}
    if options.data is not None:
        from nlp.meaning_training import train_meanings

        learnt = {f"vectors, {name}": count for name, count in train_meanings(options.data).items()}
    _show({**learnt, **teach(load_model(WEIGHTS))}, options.json)
    return DONE


def make_words(options: argparse.Namespace) -> int:
    """The cutter's dictionary from jieba's and our messages; all models are to be trained again after it."""
    from nlp.dictionary_making import make_dictionary

    _show({"words": make_dictionary()}, options.json)
    return DONE


def train_fields(options: argparse.Namespace) -> int:
    """The weights that choose among what may be a field, from our labelled messages."""
    from nlp.spotting_trial import train_fields as teach

    _show({f"F1, {name or 'all'}": figures for name, figures in teach().items()}, options.json)
    return DONE


def evaluate(options: argparse.Namespace) -> int:
    """Figures of a router on labelled texts; without a model, of the reader on messages it has not seen."""
    from nlp.evaluate import evaluate_router
    from nlp.measure import measure

    if (options.model is None) != (options.texts is None):
        raise InputError("--model and --texts go together")
    public = None if options.quick else options.data
    if options.model is None and not options.quick and not options.data.is_dir():
        print(f"no public texts in {options.data}: their rows are left out (--data names a folder)", file=sys.stderr)
        public = None
    figures = (
        measure(public, options.errors) if options.model is None else evaluate_router(options.model, options.texts)
    )
    _show(figures, options.json)
    return DONE


def learn(options: argparse.Namespace) -> int:
    """One order on standard input: a city's decisions; a model not worse than the one in force replaces it."""
    from nlp.drift import Decided
    from nlp.learning import learn as teach

    try:
        order = json.load(sys.stdin)
        decisions = [Decided(*map(str, decision)) for decision in order["decisions"]]
        units = [(str(name), str(duties)) for name, duties in order["units"]]
        models, name, at = Path(order["models"]), str(order["name"]), str(order.get("at", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"no usable order: {type(error).__name__}: {error}") from error
    lesson = teach(decisions, Reader.load(units), models, name, at)
    print(json.dumps({"promoted": lesson.promoted, "why": lesson.why, "figures": lesson.figures}, ensure_ascii=False))
    return DONE if lesson.promoted else ANSWER_IS_NO


def rollback(options: argparse.Namespace) -> int:
    """Put the city's model before the current one in force."""
    print(f"in force: {roll_back(options.models) or 'the first day, nothing learnt'}")
    return DONE


def card(options: argparse.Namespace) -> int:
    """The city's model in force and the latest lesson, in words."""
    print("\n".join(card_lines(options.models)))
    return DONE


def as_document(reading: Reading) -> dict[str, Any]:
    """A reading in the shape other programs are promised."""
    return {
        "kind": reading.kind,
        "verdict": reading.verdict,
        "ground": reading.ground,
        "clause": reading.clause,
        "departments": [{"name": name, "probability": chance} for name, chance in reading.departments],
        "fields": dict(reading.fields),
    }


def _units(path: Path | None) -> list[tuple[str, str]] | None:
    if path is None:
        return None
    units = [(name, duties) for name, duties in read_columns(path, ("department", "duties")) if name.strip()]
    if not units:
        raise CorpusError(f"{path.name}: names no unit")
    return units


def _lines(stream: TextIO) -> Iterator[Line]:
    stream.reconfigure(encoding="utf-8", errors="strict") if hasattr(stream, "reconfigure") else None
    number = 0
    try:
        for number, written in enumerate(stream, 1):
            if written.strip():
                yield Line(number, _object(written, number))
    except UnicodeDecodeError as error:
        raise InputError(f"line {number + 1}: not UTF-8 ({error.reason})") from error


def _object(written: str, number: int) -> Mapping[str, Any]:
    try:
        values = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise InputError(f"line {number}: not JSON: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"line {number}: not a JSON object")
    return values


def _moment(line: Line) -> datetime:
    try:
        return datetime.fromisoformat(line.text("now"))
    except ValueError as error:
        raise InputError(f"line {line.number}: 'now' is no date and time like 2025-09-26 10:00") from error


def _show(document: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
        return
    for key, value in document.items():
        print(f"{key:<48}{value}")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m nlp", description="Reads what citizens write.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reading = _command(commands, "read", read, "what messages mean: JSON lines in, JSON lines out")
    reading.add_argument("--rulebook", default="yunnan", choices=RULEBOOKS, help="whose clauses to name")
    reading.add_argument("--units", type=Path, help="CSV department,duties: the city's units")
    _command(commands, "compare", compare, "is it the same matter? JSON lines with a and b")
    training = _command(commands, "train", train, "train the router on text,label; or the reader itself")
    training.add_argument("--texts", type=Path, help="CSV text,label; without it the reader learns our own corpus")
    training.add_argument("--out", type=Path, required=True, help="folder of the model")
    training.add_argument("--units", type=Path, help="CSV department,duties: learnt besides, where labels are units")
    comparing = _command(commands, "train-same", train_same, "learn when two messages tell of the same matter")
    comparing.add_argument("--data", type=Path, help="folder of public letters, to learn what words mean anew")
    _command(commands, "make-words", make_words, "make the cutter's dictionary anew; train all models after it")
    _command(commands, "train-fields", train_fields, "learn which words of a message are its fields")
    evaluating = _command(commands, "evaluate", evaluate, "figures of a trained router on unseen texts")
    evaluating.add_argument("--model", type=Path, help="folder of the model; without it, the reader is measured")
    evaluating.add_argument("--texts", type=Path, help="CSV text,label")
    evaluating.add_argument(
        "--data", "--public", type=Path, default=PUBLIC, help=f"folder of public texts to measure on too ({PUBLIC})"
    )
    evaluating.add_argument("--quick", action="store_true", help="without the public texts, which take minutes")
    evaluating.add_argument("--errors", type=Path, help="file to add what was read wrongly to, by class")
    _command(commands, "learn", learn, "learn a city's decisions: one JSON order in, one JSON answer out")
    carded = _command(commands, "card", card, "the city's model in force: data, figures, confusions, the latest lesson")
    carded.add_argument("--models", type=Path, required=True, help="folder of the city's models")
    back = _command(commands, "rollback", rollback, "put the city's model before the current one in force")
    back.add_argument("--models", type=Path, required=True, help="folder of the city's models")
    return parser


def _command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
