"""What a typed message plainly says, before any model is asked: commands, choices, scores, case numbers.

The Chinese stands in `phrases.toml`. Matching is on the whole message, with politeness and particles taken off, so
that "麻烦帮我转人工吧" is heard and "人工窗口态度差" is not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from bots.wording import any_phrase, load_phrases
from nlp.text import fold

CASE_NUMBER = re.compile(r"(?<![0-9A-Za-z])([A-Z]{0,4}\d{8}-\d{4,6}[0-9X]?)(?![0-9])", re.I)
ORDINAL = re.compile(r"^(?:我?[选要])?第?([1-9]|1\d|[一二三四五六七八九])(?:个|项|号|条|种|[.、)）])?吧?$")
DIGITS_OF = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
# What a rating is told by where no word tells it.
FIGURES = {sign: value for han, value in DIGITS_OF.items() if value <= 5 for sign in (han, str(value))}
FIGURE_FIRST = re.compile(r"\s*([1-5一二三四五])\s*[，,。；;！!]")
# A command is said shortly; longer messages are statements even if they end like one.
LONGEST_COMMAND = 16
CLAUSE_END = re.compile(r"[，,。；;！!？?\n]|\s{2,}")
WORD_END = re.compile(r"[，,。；;！!\s]+")
# Commands that people say twice over in one breath, in the order of what must not be taken for something else.
REPEATED = ("deny", "cancel", "confirm", "human", "skip", "anonymous", "confidential", "insist", "thanks", "wait")


def clean(text: str) -> str:
    """The words without control, zero-width and direction marks; line breaks stay."""
    if text.isprintable() or text.replace("\n", "").isprintable():  # none of them is: most messages end here
        return text.strip()
    kept = (char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    return "".join(kept).strip()


@lru_cache(maxsize=256)
def simple(text: str) -> str:
    """The words in simplified characters and half-width signs: how they are compared, never how they are kept."""
    return fold(text)


@lru_cache(maxsize=1024)
def bare(text: str) -> str:
    """The message without punctuation, blanks, politeness and particles: what is compared with the phrases."""
    folded = simple(text).lower()
    whole = letters = "".join(filter(str.isalnum, folded))
    polite = load_phrases()["polite"]
    for ends, cut in ((polite["before"], _cut_front), (polite["after"], _cut_back)):
        letters = cut(letters, ends)
    return letters or whole


@lru_cache(maxsize=256)
def command(text: str) -> str:
    """The name of the command the whole message is; "" if it is none. "可以吗？" asks, and is no yes."""
    if len(text) > LONGEST_COMMAND * 2:
        return ""
    said = _spoken("commands").get(bare(text), "") or _sign(text) or _in_one_sense(text)
    return "" if said == "confirm" and simple(text).rstrip().endswith(("?", "吗", "么")) else said


def begins_with(text: str) -> str:
    """The command that the first clause of the message is ("我不同意，你们必须管"); "" if it is none."""
    return command(CLAUSE_END.split(text.strip(), maxsplit=1)[0])


def score(text: str) -> int | None:
    """The rating the whole message is, as words or "5分"; None if it is none."""
    if len(text) > LONGEST_COMMAND:
        return None
    said = _spoken("scores").get(bare(text))
    return int(said) if said else None


def figure(text: str) -> int | None:
    """The rating that a figure is, alone but for politeness ("5，谢谢", "五。", "５"); None if it is none ("5？")."""
    return None if simple(text).rstrip().endswith("?") else FIGURES.get(bare(text))


def figure_before(text: str) -> int | None:
    """The rating that one figure is before a remark ("2，没解决"); None where none stands there by itself."""
    first = FIGURE_FIRST.match(simple(text))
    return FIGURES[first[1]] if first else None


def score_within(text: str) -> int | None:
    """The rating a short remark holds ("太慢了，不满意"): the longest rating word wins; None if there is none.

    Words that rate nothing by themselves must be a clause of their own ("还行吧，就是慢了点").
    """
    folded = simple(text)
    found = [
        (len(word), int(value))
        for value, words in load_phrases()["scores"].items()
        for word in words
        if "满意" in word and word in folded
    ]
    clauses = (score(clause) for clause in WORD_END.split(text))
    return max(found)[1] if found else next((given for given in clauses if given), None)


def side_question(text: str) -> str:
    """The side question the message asks ("要多久？"); "" if it asks none."""
    if len(text) > LONGEST_COMMAND + 4:
        return ""
    return spoken_of("side", text)


def chosen(text: str, choices: tuple[tuple[str, str], ...]) -> str:
    """The data of the choice that was typed as its number, its label or its data; "" if none was."""
    if not choices:
        return ""
    folded = unicodedata.normalize("NFKC", text).strip()
    number = ORDINAL.match(folded)
    place = DIGITS_OF.get(number[1], 0) or int(number[1]) if number else 0
    if 1 <= place <= len(choices):
        return choices[place - 1][1]
    return next((data for label, data in choices if folded in (label, data) or bare(text) == bare(label)), "")


def case_numbers(text: str) -> tuple[str, ...]:
    """Every case number in the text, in order, each once."""
    folded = unicodedata.normalize("NFKC", text)
    return tuple(dict.fromkeys(number.upper() for number in CASE_NUMBER.findall(folded)))


def mentions(section: str, kind: str, text: str) -> bool:
    """Whether any phrase of that kind stands in the text."""
    return any_phrase(section, kind).search(simple(text)) is not None


def spoken_of(section: str, text: str) -> str:
    """The first kind of the section of which any phrase stands in the text; "" if none does."""
    said = simple(text)
    if any_phrase(section).search(said) is None:  # so it is with most texts
        return ""
    return next(kind for kind in load_phrases()[section] if any_phrase(section, kind).search(said))


@cache
def _spoken(section: str) -> dict[str, str]:
    return {bare(phrase): name for name, words in load_phrases()[section].items() for phrase in words}


def after_first_clause(text: str) -> str:
    """What stands after the first clause; "" where there is but one."""
    parts = CLAUSE_END.split(text.strip(), maxsplit=1)
    return parts[1].strip() if len(parts) > 1 else ""


def _sign(text: str) -> str:
    """The command that a face or a gesture alone is: 👌, [强]."""
    left = text.strip()
    for name, signs in load_phrases()["signs"].items():
        for sign in signs:
            if left and not left.replace(sign, "").strip():
                return name
    return ""


@lru_cache(maxsize=1024)
def _in_one_sense(text: str) -> str:
    """The command that the message says several times over, or with small words between ("好了 提交", "嗯就这样")."""
    letters = "".join(filter(str.isalnum, simple(text).lower()))
    if not 2 <= len(letters) <= LONGEST_COMMAND:
        return ""
    return next((name for name in REPEATED if _is_made_of(letters, name)), "")


def _is_made_of(letters: str, name: str) -> bool:
    """Whether the letters are words of that command, at least one, and small words, from end to end."""
    own, small = _words_of(name)
    reached = {0: False}
    for end in range(1, len(letters) + 1):
        for start in [start for start in reached if letters[start:end] in own | small]:
            reached[end] = reached.get(end, False) or reached[start] or letters[start:end] in own
    return reached.get(len(letters), False)


@cache
def _words_of(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """What that command is made of: its own words, and those that add nothing."""
    polite = load_phrases()["polite"]
    small = {word for ends in (polite["before"], polite["after"], polite["between"]) for word in ends}
    own = set(load_phrases()["commands"][name])
    return frozenset(own), frozenset(small - own)


def _cut_front(letters: str, ends: list[str]) -> str:
    end = next((end for end in ends if letters.startswith(end) and len(letters) > len(end)), "")
    return _cut_front(letters[len(end) :], ends) if end else letters


def _cut_back(letters: str, ends: list[str]) -> str:
    end = next((end for end in ends if letters.endswith(end) and len(letters) > len(end)), "")
    return _cut_back(letters[: -len(end)], ends) if end else letters
