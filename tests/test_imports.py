"""What the guest and the host may import: read, not run."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUEST = ROOT / "harness" / "guest"
GUEST_FILES = sorted(GUEST.rglob("*.py"))
HOST_FILES = sorted(path for path in (ROOT / "harness").rglob("*.py") if GUEST not in path.parents) + [
    ROOT / "noxfile.py"
]
FLOOR = (3, 6)
#: Of the environments, never of the host: what it would import would be its own, not what was tested. (SciPy is there for
#: statistics of figures.)
FOREIGN = {"sklearn", "joblib", "cloudpickle", "skops", "onnx", "onnxruntime", "skl2onnx"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that importing the module runs, short of the bodies of functions."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def imported(path: Path, nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Absolute names, ``from a import b`` as ``a.b``."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            yield from (f"{base}{node.module + '.' if node.module else ''}{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", GUEST_FILES, ids=name_of)
def test_the_guest_parses_at_its_floor(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=FLOOR)


@pytest.mark.parametrize("path", GUEST_FILES, ids=name_of)
def test_the_guest_imports_the_standard_library_and_itself(path: Path) -> None:
    for name in imported(path, top_level(ast.parse(path.read_text()))):
        assert name.startswith("harness.guest") or name.partition(".")[0] in sys.stdlib_module_names, name


@pytest.mark.parametrize("path", GUEST_FILES, ids=name_of)
def test_the_guest_imports_nothing_of_the_host(path: Path) -> None:
    names = list(imported(path, ast.walk(ast.parse(path.read_text()))))
    assert not [name for name in names if name.startswith("harness") and not name.startswith("harness.guest")]


@pytest.mark.parametrize("path", HOST_FILES, ids=name_of)
def test_the_host_imports_nothing_of_the_guest_but_the_protocol(path: Path) -> None:
    names = list(imported(path, ast.walk(ast.parse(path.read_text()))))
    assert not [n for n in names if n.startswith(("harness.guest", "guest")) and not n.startswith("harness.guest.wire")]
    assert not [name for name in names if name.partition(".")[0] in FOREIGN]


@pytest.mark.parametrize("path", HOST_FILES, ids=name_of)
def test_the_host_imports_nothing_by_a_name_made_up_at_run_time(path: Path) -> None:
    called = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {getattr(func, "attr", getattr(func, "id", None)) for func in called}
    assert not names & {"__import__", "import_module", "exec_module", "run_module", "run_path"}


def test_this_file_sees_what_it_looks_for() -> None:
    text = "import numpy\nfrom . import wire\nif True:\n    from .. import terms\ndef f():\n    import scipy\n"
    path = GUEST / "made_up.py"
    tree = ast.parse(text)
    assert set(imported(path, top_level(tree))) == {"numpy", "harness.guest.wire", "harness.terms"}
    assert "scipy" in set(imported(path, ast.walk(tree)))


def module_of(name: str, modules: set[str]) -> str | None:
    """The module that a dotted name is, or is found in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def guest_arrows(trees: dict[str, tuple[Path, ast.Module]]) -> dict[str, set[str]]:
    """By module: the others that it imports, those inside functions included."""
    return {
        name: {module_of(found, set(trees)) or name for found in imported(path, ast.walk(tree))} - {name}
        for name, (path, tree) in trees.items()
    }


def test_the_modules_of_the_guest_have_an_order() -> None:
    """None is imported by what it imports, not even inside a function."""
    trees = {}
    for path in GUEST_FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        trees[name] = path, ast.parse(path.read_text())
    graph = guest_arrows(trees)
    order = [name.removeprefix("harness.guest.") for name in graphlib.TopologicalSorter(graph).static_order()]
    assert order.index("errors") < order.index("probes") < order.index("stored_model") < order.index("cold")
    assert order.index("probes") < order.index("choosing") < order.index("fitting")
    assert order.index("cold") < order.index("measure") < order.index("child") < order.index("supervise")
    assert order.index("rebuild") < order.index("formats.recipes")
    assert graph["harness.guest.facts"] >= {"harness.guest.formats", "harness.guest.errors"}  # inside functions both


def test_a_circle_of_the_guest_is_seen() -> None:
    texts = {"one": "def f():\n    from .two import part\n", "two": "if True:\n    from . import one\n"}
    trees = {f"harness.guest.{name}": (GUEST / f"{name}.py", ast.parse(text)) for name, text in texts.items()}
    with pytest.raises(graphlib.CycleError):
        tuple(graphlib.TopologicalSorter(guest_arrows(trees)).static_order())


#: Every arrow there may be between the folders and files of harness/: what each imports. `errors` is open to all.
ARROWS = {
    "errors": set(),
    "terms": set(),
    "messages": set(),
    "inspection": set(),
    "files": set(),
    "machine": set(),
    "descriptions": {"terms"},
    "environments": {"files", "machine", "terms"},
    "config": {"environments", "machine", "terms"},
    "judging": {"messages", "terms"},
    "store": {"config", "files", "terms"},
    "run": {"config", "environments", "files", "guest", "judging", "machine", "messages", "store", "terms"},
    "engine": {"config", "environments", "files", "judging", "machine", "messages", "run", "store", "terms"},
    "analysis": {"config", "store", "terms"},
    "report": {"analysis", "config", "files", "inspection", "machine", "store", "terms"},
    "checking": {"config", "environments", "files", "inspection", "machine", "run", "store", "terms"},
    "bisecting": {"analysis", "checking", "config", "environments", "inspection", "machine", "run", "terms"},
    "rescuing": {
        "analysis",
        "bisecting",
        "checking",
        "config",
        "inspection",
        "machine",
        "run",
        "store",
        "terms",
    },
    "cli": {
        "analysis",
        "bisecting",
        "checking",
        "config",
        "engine",
        "environments",
        "files",
        "inspection",
        "machine",
        "report",
        "rescuing",
        "run",
        "store",
        "terms",
    },
    "integrations": {"analysis", "machine", "report", "terms"},
    "api": {
        "analysis",
        "bisecting",
        "checking",
        "cli",
        "inspection",
        "integrations",
        "report",
        "rescuing",
        "store",
    },  # functions of the package
    "__main__": {"cli"},
    "noxfile": {"config", "environments", "machine", "terms"},
}


def arrows() -> dict[str, set[str]]:
    """What each part of the host imports, for types too."""
    parts: dict[str, set[str]] = {}
    for path in HOST_FILES:
        name = (*path.relative_to(ROOT).with_suffix("").parts[1:], "noxfile")[0]
        names = imported(path, ast.walk(ast.parse(path.read_text())))
        parts.setdefault(name, set()).update(n.split(".")[1] for n in names if n.startswith("harness."))
    known = {"guest", *parts} - {"__init__"}  # the front door: above all, and its version is below
    return {name: (found & known) - {name} for name, found in parts.items() if name != "__init__"}


@pytest.mark.parametrize("part", sorted(arrows()))
def test_each_part_of_the_host_imports_what_it_may(part: str) -> None:
    assert not arrows()[part] - ARROWS[part] - {"errors"}


def test_no_arrow_goes_back() -> None:
    order = list(graphlib.TopologicalSorter(ARROWS).static_order())
    assert order.index("store") < order.index("analysis") < order.index("report") < order.index("cli")
    assert "report" not in ARROWS["run"] | ARROWS["engine"]
    assert "run" not in ARROWS["report"] | ARROWS["analysis"]


def test_no_two_files_of_the_host_import_each_other() -> None:
    """No circle among modules either, imports inside functions included; a package's own file counts as a module."""
    modules = {}
    for path in HOST_FILES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph = {}
    for module, path in modules.items():
        found = set()
        for name in imported(path, ast.walk(ast.parse(path.read_text()))):
            # ``from a import b`` asks for the module a.b, or for a name in a.
            found.add(name if name in modules else name.rpartition(".")[0])
        graph[module] = (found & set(modules)) - {module, "harness"}
    list(graphlib.TopologicalSorter(graph).static_order())
