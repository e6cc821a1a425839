"""Text of tables cannot act on a terminal, whichever report prints it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from harness.errors import printable
from harness.report import markdown, terminal
from harness.report.console import SafeConsole

from tests.report.stored import all_cells, cell, plan_of, tables_of

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\u202egnp"
#: What colours are made of, and nothing else.
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def acting(text: str) -> set[str]:
    return {sign for sign in COLOURS.sub("", text) if printable(sign) != sign}


def test_control_characters_become_escapes() -> None:
    assert printable(EVIL) == r"\x1b]0;owned\x07\x1b[2J\x9b31m\r\u202egnp"
    assert printable("one\n\ttwo ≠ ü 木") == "one\n\ttwo ≠ ü 木"


def test_a_word_between_colons_stays_a_word() -> None:
    console = SafeConsole(file=io.StringIO(), width=80)
    console.print("--from image:a: there is no Docker")
    assert console.file.getvalue() == "--from image:a: there is no Docker\n"


@pytest.mark.parametrize("tty", [True, False])
def test_whatever_is_printed_is_only_text(tty) -> None:
    colours = "standard" if tty else None
    console = SafeConsole(file=io.StringIO(), width=120, force_terminal=tty, color_system=colours, highlight=False)
    table = Table(title=escape(EVIL))
    table.add_column(escape(EVIL))
    table.add_row(Text(EVIL, style="red"))
    for shown in (EVIL.replace("[", "("), escape(EVIL), Text(EVIL, style="bold"), table):
        console.print(shown, style="red")
    written = console.file.getvalue()
    assert not acting(written)
    assert ("\x1b[31m" in written) == tty


def test_a_tampered_table_does_not_act(tmp_path) -> None:
    plan = plan_of()
    broken, drift = ("new/one/pickle>old/pickle", "load-error"), ("new/two/pickle>old/pickle", "drift")
    found = tables_of(plan, tmp_path, cells=all_cells(plan, [cell(*broken, reason="x"), cell(*drift, reason="y")]))
    found.cells["reason"] = found.cells["reason"].replace({"x": f"x {EVIL}", "y": f"y {EVIL}"})
    console = SafeConsole(file=io.StringIO(), width=160, force_terminal=True, highlight=False)
    terminal.show(found, console, Path("report/index.html"))
    assert r"x \x1b]0;owned" in COLOURS.sub("", console.file.getvalue())
    assert not acting(console.file.getvalue())
    assert not acting(terminal.picture(found))
    assert not acting(markdown.markdown(EVIL))


def test_every_console_of_the_program_is_such_a_one() -> None:
    folder = Path(__file__).resolve().parent.parent.parent / "harness"
    made = [path.name for path in folder.rglob("*.py") if re.search(r"(?<!Safe)\bConsole\(", path.read_text())]
    assert not made
