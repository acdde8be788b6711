"""Words and what sort they are of: what the cutter's dictionary calls them, and which others keep the same company.

A word that no labelled message holds is then still like one that does.
"""

from __future__ import annotations

from pathlib import Path

from nlp.meaning import load_meanings
from nlp.spotting_known import Known

# The commoner ones of the dictionary; the rest are told by their length.
MOST_WORDS = 40_000
GROUPS, SEED = 200, 1
# These sorts of names are told apart: of people, places, bodies, other things.
NAMES = ("nr", "ns", "nt", "nz")


def known_words() -> Known:
    """The commoner words with the number of their sort, and of the group of words that are like them."""
    import jieba
    from sklearn.cluster import MiniBatchKMeans

    meanings = load_meanings()
    grouping = MiniBatchKMeans(GROUPS, random_state=SEED, n_init=3, batch_size=2048).fit(
        meanings.of(range(len(meanings.rows)))
    )
    groups = {word: int(group) + 1 for word, group in zip(meanings.rows, grouping.labels_, strict=True)}
    written = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    rows = sorted((line.split() for line in written), key=lambda row: -int(row[1]))
    sorts: dict[str, str] = {}
    for word, _, sort in rows:
        sorts.setdefault(word, sort[:2] if sort[:2] in NAMES else sort[0])
    numbers = {sort: number for number, sort in enumerate(sorted(set(sorts.values())), start=1)}
    kept = sorted({row[0] for row in rows[:MOST_WORDS]} | set(groups))
    return Known.of({word: (numbers.get(sorts.get(word, ""), 0), groups.get(word, 0)) for word in kept})
