"""The pages that people read, and the blocks of code in them.

A comment on the line above a block says how it is tested; a block without one is run, or read by the real loader:

``<!-- parse-only: WHY -->``     its commands are resolved against the program, and not run
``<!-- live: WHY -->``           the same; a live test runs them
``<!-- exit: 1 -->``             its last command ends with this code
``<!-- file: NAME -->``          no command: the block is this file of the scratch folder
``<!-- matrix: KEY -->``         a piece of matrix.yaml, for the place KEY (a.b.c; nothing: the top)
``<!-- expectations -->``        a whole expectations.yaml
``<!-- workflow -->``            steps of a workflow

``<!-- after: PAGE -->`` anywhere on a page says that its live test begins with the other page's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
#: Written by hand and read as they are, by people without the built documentation too.
FRONT = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "results/README.md")
_MARK = re.compile(r"<!--\s*(parse-only|live|exit|file|matrix|expectations|workflow)\s*:?\s*(.*?)\s*-->")


def written() -> list[Path]:
    """Every page that is written by hand."""
    made = ROOT / "docs/reference"
    built = ROOT / "docs/_build"
    pages = [path for path in sorted((ROOT / "docs").rglob("*.md")) if not {made, built} & set(path.parents)]
    return [*(ROOT / name for name in FRONT), *pages]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def place(self) -> str:
        return f"{name_of(self.page)}, line {self.line}"

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """Each command with the output that is shown below it; none of a block that is no shell."""
        if self.language == "console":
            return _with_output(self.text)
        if self.language == "bash":
            whole = re.sub(r"\s*\\\n\s*", " ", self.text)
            return [(line, []) for line in whole.splitlines() if line.strip() and not line.startswith("#")]
        return []


def _with_output(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        elif found and found[-1][0].endswith("\\"):
            found[-1] = (found[-1][0][:-1].rstrip() + " " + line.strip(), [])
        else:
            found[-1][1].append(line)
    return found


def blocks(page: Path) -> list[Block]:
    found = []
    marks: dict[str, str] = {}
    for token in MarkdownIt("commonmark").parse(page.read_text()):
        if token.type == "html_block":
            marks = {**marks, **dict(_MARK.findall(token.content))}
        elif token.type == "fence":
            line = token.map[0] + 1 if token.map else 0
            found.append(Block(page, line, token.info.strip(), token.content, marks))
            marks = {}
        elif token.type not in {"paragraph_open", "paragraph_close"}:
            marks = {}
    return found


def shells(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.commands]
