"""A filled form as a PDF, set by typst in fonts that travel with the program.

Typst prints a box for a character no font has and says nothing; so every character is looked up in the fonts first,
and a missing one is an error: a citizen's name is not a box.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from fontTools.ttLib import TTFont

from casebook.form_layouts import FOLDER
from casebook.forms import FilledForm, FormError

TEMPLATE = FOLDER / "form.typ"


def pdf_bytes(form: FilledForm, more_fonts: Sequence[Path] = ()) -> bytes:
    """The document. `more_fonts` are font files of the office's own, for rare characters.

    Raises FormError naming each character that no font has.
    """
    fonts = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path(), *more_fonts)
    missing = missing_characters(form.texts(), fonts)
    if missing:
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing)
        raise FormError(f"no font has {named}; use the Word document, or add a font that has them", tuple(missing))
    families = [_family(font) for font in fonts]
    return bytes(_compile(json.dumps({"form": _plain(form), "fonts": families}, ensure_ascii=False), fonts))


def missing_characters(texts: Iterable[str], fonts: Sequence[Path]) -> list[str]:
    """The characters of these texts that none of the fonts can draw, in order."""
    wanted = dict.fromkeys(char for text in texts for char in text if char not in "\n ")
    return [char for char in wanted if not any(ord(char) in _characters(font) for font in fonts)]


@cache
def _characters(font: Path) -> frozenset[int]:
    with TTFont(font, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


@cache
def _family(font: Path) -> str:
    with TTFont(font, lazy=True) as opened:
        names = opened["name"]
        return str(names.getDebugName(16) or names.getDebugName(1))


def _compile(given: str, fonts: Sequence[Path]) -> Any:
    folders = sorted({font.parent for font in fonts})
    try:
        return typst.compile(
            TEMPLATE,
            font_paths=folders,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"given": given},
        )
    except typst.TypstError as error:
        raise FormError(f"typst could not set the form: {error}") from error


def _plain(form: FilledForm) -> dict[str, Any]:
    """What the template reads: texts, numbers, lists."""
    spans = _spans([group for group, _ in form.rows])
    rows = [
        {
            "group": group,
            "span": span,
            "cells": [{"label": cell.label, "text": cell.text, "lines": cell.lines} for cell in cells],
        }
        for (group, cells), span in zip(form.rows, spans, strict=True)
    ]
    return {
        "title": form.title,
        "note": form.note,
        "number": form.number,
        "rows": rows,
        "signs": form.signs,
        "foot": form.foot,
    }


def _spans(groups: Sequence[str]) -> list[int]:
    """How many rows each row's group label covers: 0 where one above covers it already, or where there is none."""
    spans = [0] * len(groups)
    for index, group in enumerate(groups):
        if group and index and groups[index - 1] == group:
            spans[next(above for above in range(index - 1, -1, -1) if spans[above])] += 1
        elif group:
            spans[index] = 1
    return spans
