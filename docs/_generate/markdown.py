"""The little Markdown that the pages are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def code(text: object) -> str:
    """Inline code, whatever backticks the text has."""
    word = str(text)
    return f"`` {word} ``" if "`" in word else f"`{word}`"


def codes(texts: Iterable[object]) -> str:
    return ", ".join(map(code, texts))


def prose(text: str) -> str:
    """A docstring as Markdown: its lines joined, and its code as Markdown writes it."""
    text = re.sub(r"\s+", " ", text.strip())
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    return re.sub(r"(`[^`]*`)|([*_<>\[\]])", lambda found: found[1] or f"\\{found[2]}", text)


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; a cell's bars are escaped and its lines joined."""
    heads = list(headings)
    lines = [heads, ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip()).replace("|", "\\|")


def first_sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring, as prose."""
    return prose((docstring or "").strip().partition("\n\n")[0])
