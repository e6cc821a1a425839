"""The pages are short, their sentences too, and their links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from markdown_it import MarkdownIt

from harness.cli import app

from .pages import ROOT, name_of, written

LONGEST = 30
README_LINES = 150
#: An abbreviation ends no sentence.
ABBREVIATIONS = re.compile(r"\b(e\.g|i\.e|vs|etc|cf)\.")


def sentences(text: str) -> Iterator[str]:
    """The sentences of a page: no code, no tables, no headings."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inside: list[str] = []
    for token in tokens:
        if token.type in {"heading_open", "table_open"}:
            inside.append(token.type)
        elif token.type in {"heading_close", "table_close"}:
            inside.pop()
        elif token.type == "inline" and not inside:
            parts = [
                ("CODE" if child.type == "code_inline" else child.content or " ") for child in token.children or ()
            ]
            plain = ABBREVIATIONS.sub("so", "".join(parts))
            yield from (one for one in re.split(r"(?<=[.!?])[\"”)]?\s+|\n\n", plain) if one.strip())


def too_long(text: str) -> list[str]:
    return [one for one in sentences(text) if len(re.findall(r"[\w'’.-]*\w[\w'’.-]*", one)) > LONGEST]


@pytest.mark.parametrize("page", written(), ids=name_of)
def test_no_sentence_is_longer_than_thirty_words(page: Path) -> None:
    assert not too_long(page.read_text())


def test_no_sentence_of_the_help_is_longer() -> None:
    def texts(command) -> Iterator[str]:
        yield command.help or ""
        yield from (parameter.help or "" for parameter in getattr(command, "params", ()))
        for inner in getattr(command, "commands", {}).values():
            yield from texts(inner)

    assert not [one for text in texts(typer.main.get_command(app)) for one in too_long(text)]


def test_this_file_counts() -> None:
    assert not too_long(" ".join(["word"] * 30) + ". And more.")
    assert too_long(" ".join(["word"] * 31) + ".")
    assert not too_long("| " + " ".join(["word"] * 40) + " |\n| --- |\n")


def test_the_readme_fits_a_screen_or_two() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LINES


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-")


def headings(path: Path) -> set[str]:
    return {slug(line.lstrip("# ")) for line in path.read_text().splitlines() if line.startswith("#")}


@pytest.mark.parametrize("page", written(), ids=name_of)
def test_links_lead_to_files_and_headings(page: Path, reference: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        in_docs = ROOT / "docs" in page.parents
        assert in_docs or reference not in path.parents, (
            f"{target}: this page is made by the build, and is not committed"
        )
        assert not anchor or anchor in headings(path), target
