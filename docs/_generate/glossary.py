"""The words, from the docstring of the package."""

from __future__ import annotations

import re

import harness

from .markdown import prose, table


def words() -> str:
    """The glossary: each word stands at the beginning of a line, and what it means goes on below it."""
    found = re.findall(r"^(\w+)\s{2,}(.*(?:\n\s+\S.*)*)", harness.__doc__ or "", re.MULTILINE)
    rows = [(f"**{word}**", _sentence(prose(text.replace("*", "")))) for word, text in found]
    return "# Words\n\nEach word means one thing, in the code, in the tables and on these pages.\n\n" + table(
        ("word", "means"), rows
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
