"""Filled forms as a PDF, set by typst in fonts that travel with the program.

Typst prints a box for a character no font has and says nothing; so every character is looked up in the fonts first,
and a missing one is an error: a citizen's name is not a box.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from fontTools.ttLib import TTFont

from casebook.form_grid import grid
from casebook.form_layouts import FOLDER
from casebook.forms import FilledForm, FormError

TEMPLATE = FOLDER / "form.typ"


def pdf_bytes(*forms: FilledForm, more_fonts: Sequence[Path] = ()) -> bytes:
    """The document; each form begins a page. `more_fonts` are font files of the office's own, for rare characters.

    Raises FormError naming each character that no font has.
    """
    fonts = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path(), *more_fonts)
    missing = missing_characters((text for form in forms for text in form.texts()), fonts)
    if missing:
        named = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing)
        raise FormError(f"no font has {named}; use the Word document, or add a font that has them", tuple(missing))
    families = [_family(font) for font in fonts]
    given = {"forms": [_plain(form) for form in forms], "fonts": families}
    return bytes(_compile(json.dumps(given, ensure_ascii=False), fonts))


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
    laid = grid(form)
    return {
        "title": form.title,
        "note": form.note,
        "number": form.number,
        "widths": laid.widths,
        "boxes": [asdict(box) for box in laid.boxes],
        "signs": form.signs,
        "foot": form.foot,
    }
