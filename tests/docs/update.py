"""Writes into the pages what their commands print now: python -m tests.docs.update

Only what is shown below a command that is run, and no live one. Elisions are kept where they still fit; where they
don't, the whole output is written, to be cut by hand.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from . import scratch
from .pages import Block, blocks, name_of, written


def main() -> None:
    for page in written():
        found = [
            block
            for block in blocks(page)
            if block.language == "console" and not {"live", "parse-only"} & set(block.marks)
        ]
        if not any(expected for block in found for _, expected in block.commands):
            continue
        with tempfile.TemporaryDirectory() as folder:
            project = scratch.copy(Path(folder))
            text = page.read_text()
            for block in blocks(page):
                scratch.write_file(project, block)
                if block in found:
                    text = text.replace(block.text, _now(block, project))
        if text != page.read_text():
            page.write_text(text)
            print(f"{name_of(page)}: changed")


def _now(block: Block, project: Path) -> str:
    lines = []
    for command, expected in block.commands:
        printed = scratch.call(command, project).stdout
        shown = scratch.shown(printed, project)
        kept = not expected or scratch.agrees(scratch.shown("\n".join(expected), project), shown)
        lines += [f"$ {command}", *(expected if kept else printed.rstrip("\n").splitlines())]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
