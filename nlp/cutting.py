"""Where a sentence is cut into words: jieba with our own dictionary, by whichever of its two engines is installed.

The guessing (HMM) is off: the guesses differ between the engines, a dictionary does not. Ours has the words that are
common or that messages use (`dictionary_making.py`): a quarter of jieba's, for some twelve megabytes less.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from threading import Lock

# A line: a word, a blank, how often it was counted.
DICTIONARY = Path(__file__).with_name("lexicons") / "dictionary.txt"
# jieba wants a frequency: high enough that our own words win over their parts, low enough not to break common words.
WORD_FREQUENCY = 3000
# jieba wants a sort, too; nobody asks for it.
NO_SORT = "n"

Cutter = Callable[[str], list[str]]

# The engine is one for all threads: none may cut while another fills it.
_FILLING = Lock()


def cutter(own: tuple[str, ...]) -> Cutter:
    """rjieba where it can be had (the same cut, thirty times as fast), else jieba; `own`: words besides."""
    with _FILLING:
        return _filled(own)


@cache
def _filled(own: tuple[str, ...]) -> Cutter:
    try:
        return rust_cutter(own)
    except ImportError:
        return python_cutter(own)


def rust_cutter(own: Sequence[str]) -> Cutter:
    """The cutter written in Rust; ImportError where it is not installed.

    The engine that it makes by itself, emptied: another one beside it would hold two dictionaries.
    """
    import rjieba

    rjieba.clear()  # type: ignore[no-untyped-call]
    for word, frequency in _counted():
        rjieba.add_word(word, frequency, NO_SORT)
    for word in own:
        rjieba.add_word(word, WORD_FREQUENCY, NO_SORT)
    return lambda text: list(rjieba.cut(text, False))


def python_cutter(own: Sequence[str]) -> Cutter:
    """jieba itself, with a cache folder of its own.

    jieba trusts a cache file of a fixed name in the shared temporary folder, where any user may put another one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has invalid escapes and asks for pkg_resources
        import jieba
    engine = jieba.Tokenizer(str(DICTIONARY))
    engine.tmp_dir = str(_private_folder())
    for word in own:
        engine.add_word(word, WORD_FREQUENCY, NO_SORT)
    return lambda text: list(engine.lcut(text, HMM=False))


def _counted() -> Iterator[tuple[str, int]]:
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        word, _, frequency = line.partition(" ")
        yield word, int(frequency)


def _private_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "huiying"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
