"""The package needs the standard library alone, and nothing that Windows or macOS lack."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_imports import imported

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "harness/inspection").glob("*.py"))
#: Modules of the standard library that some platform lacks, by its documentation.
POSIX_ONLY = {
    "fcntl",
    "grp",
    "posix",
    "pwd",
    "pty",
    "resource",
    "spwd",
    "syslog",
    "termios",
    "tty",
    "readline",
    "curses",
}
#: Attributes of `os`, `signal`, `mmap` and `socket` that some platform lacks.
LACKING = {
    "fork",
    "getuid",
    "geteuid",
    "mkfifo",
    "pread",
    "posix_fadvise",
    "SIGKILL",
    "SIGALRM",
    "alarm",
    "MAP_PRIVATE",
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_it_imports_the_standard_library_and_what_every_platform_has(path) -> None:
    tree = ast.parse(path.read_text())
    typed = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    hints = {id(inner) for node in typed for inner in ast.walk(node)}
    names = list(imported(path, (node for node in ast.walk(tree) if id(node) not in hints)))
    tops = {name.partition(".")[0] for name in names}
    # pandas is for the one method that returns a DataFrame.
    assert tops <= set(sys.stdlib_module_names) | {"harness", "pandas"}
    assert not tops & POSIX_ONLY
    assert all(n.startswith(("harness.inspection", "harness.errors")) for n in names if n.startswith("harness"))
    assert not {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & LACKING
    assert path.name == "result.py" or "pandas" not in tops


def test_it_works_where_those_modules_are_missing(tmp_path) -> None:
    program = (
        f"import sys\nfor name in {sorted(POSIX_ONLY - {'posix'})}: sys.modules[name] = None\n"
        "from harness.inspection import inspect\nprint(inspect(sys.argv[1]).format)\n"
        "print(sorted({'numpy', 'pandas', 'sklearn', 'pickletools'} & set(sys.modules)))\n"
    )
    file = next((ROOT / "tests/inspection/files").glob("*.joblib"))
    done = subprocess.run([sys.executable, "-c", program, file], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["joblib", "[]"]


def test_the_command_starts_where_those_modules_are_missing() -> None:
    program = f"import sys\nfor name in {sorted(POSIX_ONLY - {'posix'})}: sys.modules[name] = None\n"
    program += "import harness.cli.program, harness.cli.inspect, harness.cli.ask"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_is_unpickled_called_by_name_or_evaluated(path) -> None:
    tree = ast.parse(path.read_text())
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    forbidden = {"eval", "exec", "compile", "getattr", "__import__", "pickle.loads", "pickle.load", "pickle.Unpickler"}
    # Limits are read by their own names.
    assert called & forbidden <= ({"getattr"} if path.name == "limits.py" else set())
