"""Makes the cutter's dictionary out of jieba's: the words that are common there, and those that messages use.

Of jieba's 349,000 words it counted three quarters less than twenty times; they are names, sayings and terms that hardly
a message of ours holds, and took a tenth of the memory of a process that reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nlp.corpus_reading import CORPUS, read_columns, read_taught
from nlp.cutting import DICTIONARY
from nlp.meaning import load_meanings
from nlp.text import clean

# How often jieba counted a word that is common; how many of our teaching messages hold one that is used.
COMMON, USED = 20, 3


def make_dictionary(out: Path = DICTIONARY) -> int:
    """Write it, sorted; how many words it has. Words that have a meaning of their own (`meaning.py`) are kept too."""
    import jieba
    from rjieba import Jieba

    written = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    counted = {word: int(frequency) for word, frequency, _ in map(str.split, written)}
    whole = Jieba()  # with all of jieba's words, whatever the reader's own engine has
    held = Counter(word for text in _texts() for word in {*whole.cut(clean(text).text, False)})
    used = {word for word, messages in held.items() if messages >= USED} | load_meanings().rows.keys()
    kept = {
        word: frequency for word, frequency in counted.items() if frequency >= COMMON or len(word) == 1 or word in used
    }
    out.write_text("".join(f"{word} {kept[word]}\n" for word in sorted(kept)), encoding="utf-8")
    return len(kept)


def _texts() -> Iterator[str]:
    """All messages that teach; never those that examine."""
    yield from (example.text for part in read_taught() for example in part)
    yield from (text for (text,) in read_columns(CORPUS / "same.csv", ("text",)))
