"""Writes the reference from the code: ``docs/reference/*.md``, before each build. None of those files is committed.

A page is one function that returns Markdown. To add one, write the function and name it in `PAGES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    architecture,
    causes,
    commands,
    dataset,
    formats,
    glossary,
    matrix,
    python_api,
    results,
    sessions,
    statuses,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: By file name, in the order of the contents.
PAGES: dict[str, Callable[[], str]] = {
    "words": glossary.words,
    "commands": commands.page,
    "sessions": sessions.page,
    "exit-codes": commands.exit_codes,
    "matrix": matrix.keys,
    "profiles": matrix.profiles,
    "environments": matrix.environments,
    "cases": formats.cases,
    "formats": formats.page,
    "results": results.page,
    "statuses": statuses.page,
    "figures": statuses.figures,
    "verdicts": statuses.verdicts,
    "causes": causes.page,
    "claims": statuses.claims,
    "dataset": dataset.page,
    "python-api": python_api.page,
    "folders": architecture.page,
}
NOTE = "<!-- Generated from the code by docs/_generate. Edits are lost. -->\n\n"


def index() -> str:
    names = "\n".join(PAGES)
    return (
        "# Reference\n\nFor everyone who looks something up. "
        "These pages are generated from the code, so they describe the version that you have.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"
    )


def write(folder: Path) -> None:
    """Write every page that has changed, and remove those that are no longer made."""
    folder.mkdir(exist_ok=True)
    pages = {"index": index, **PAGES}
    for path in folder.glob("*.md"):
        if path.stem not in pages:
            path.unlink()
    for name, page in pages.items():
        _replace(folder / f"{name}.md", NOTE + page().rstrip() + "\n")
    _replace(folder / "architecture.svg", architecture.picture() + "\n")


def _replace(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
