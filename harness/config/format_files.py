"""The formats that there are: of the guest, of a user's files, of installed packages. Read as text, never imported.

What a file says of its formats stands in literals at its top level, see `harness.guest.formats`.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config import format_literals
from harness.config.source_files import assigned, modules, parse, unimportable
from harness.errors import HarnessError, InputError, shown
from harness.machine import plugins
from harness.machine.tools import GUEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.metadata import EntryPoint

    from harness.terms import Format

GROUP = "persistence_matrix.formats"
FORMATS = GUEST / "formats"
#: What every file has besides its literals, with what these functions take.
_FUNCTIONS = {"dump": "(model, options, fit)", "load": "(data, path, reader, options)"}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The formats of one file, and what is wrong with it."""

    formats: tuple[Format, ...] = ()
    problems: tuple[str, ...] = ()


def builtin_formats(folder: Path = FORMATS) -> tuple[Format, ...]:
    """The guest's formats, by file. Raises HarnessError for a file that is wrong: the fault is ours, not the user's."""
    found: list[Format] = []
    for path in modules(folder):
        try:
            scan = _declared(parse(path)[1], path, module=f"guest.formats.{path.stem}")
        except InputError as error:
            scan = Scan(problems=(str(error),))
        problems = (*scan.problems, *clashes(scan.formats, found))
        if problems:
            raise HarnessError(f"{path}: {'; '.join(problems)}")
        found.extend(scan.formats)
    return tuple(found)


def scan_file(path: Path) -> Scan:
    """The formats of a file that is not the guest's: it is copied beside the guest, a module under its own name."""
    try:
        text, tree = parse(path)
    except InputError as error:
        return Scan(problems=(str(error),))
    scan = _declared(tree, path, module=path.stem)
    digest = hashlib.sha256(text.encode()).hexdigest()
    formats = tuple(replace(item, file=str(path), digest=digest) for item in scan.formats)
    return Scan(formats=formats, problems=(*scan.problems, *_not_runnable(tree, path)))


def clashes(formats: Iterable[Format], others: Iterable[Format]) -> tuple[str, ...]:
    """One message for each format whose name another file has already given."""
    taken = {item.name: item.file or item.module for item in others}
    return tuple(f'the format "{item.name}" is already in {taken[item.name]}' for item in formats if item.name in taken)


def installed_formats(entries: Iterable[EntryPoint], others: Sequence[Format]) -> tuple[Format, ...]:
    """The formats of installed packages: each entry point names a module, such as ``zipped = "my_package.zipped"``.

    Raises InputError with everything that is wrong with them, the packages and what to do.
    """
    found: list[Format] = []
    faults = []
    for entry in entries:
        scan = _scan_module(entry.module, [Path(item.file or "") for item in found])
        problems = (*scan.problems, *clashes(scan.formats, [*others, *found]))
        faults += [plugins.complaint("format", entry, problems)] if problems else []
        found.extend(scan.formats)
    if faults:
        raise InputError("\n".join(faults))
    return tuple(found)


def _scan_module(module: str, others: Sequence[Path]) -> Scan:
    path = _file_of(module)
    if path is None:
        return Scan(problems=("no file of that module could be found",))
    wrong = unimportable(path, path.name, [other for other in others if other != path])
    return Scan(problems=(wrong,)) if wrong else scan_file(path)


def _file_of(module: str) -> Path | None:
    """The file of a module. Neither it nor the packages around it are imported."""
    first, *rest = module.split(".")
    name = first
    try:
        spec = importlib.util.find_spec(first)
        for part in rest:
            name = f"{name}.{part}"
            places = spec and spec.submodule_search_locations
            spec = PathFinder.find_spec(name, places) if places else None
    except (ImportError, ValueError):
        return None
    path = None if spec is None or spec.origin is None else Path(spec.origin)
    return path if path is not None and path.suffix == ".py" and path.stem != "__init__" else None


def _declared(tree: ast.Module, path: Path, *, module: str) -> Scan:
    """What the literals of a file say, and where they are wrong."""
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, node in assigned(tree):
        if name in format_literals.READERS_OF:
            try:
                values[name] = format_literals.read(name, node)
            except ValueError as error:
                problems.append(f"{path.name}, line {node.lineno}, {name}: {error}")
                values[name] = None
    problems += [f"{path.name}: {name} is missing" for name in ("FORMATS", "READERS") if name not in values]
    if problems:
        return Scan(problems=tuple(problems))
    said = format_literals.Said(**{name.lower(): value for name, value in values.items()})  # type: ignore[arg-type]
    line = next(node.lineno for name, node in assigned(tree) if name == "READERS")
    unlike = format_literals.unlike(said.formats, said.readers)
    problems += [f"{path.name}, line {line}, READERS: {wrong}" for wrong in unlike]
    formats = () if problems else tuple(format_literals.as_format(name, said, module) for name in said.formats)
    return Scan(formats=formats, problems=tuple(problems))


def _not_runnable(tree: ast.Module, path: Path) -> Iterable[str]:
    """Why a guest could not use a file, as far as its text tells."""
    names = {name for name, _ in assigned(tree)}
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in ("WRITES_WITH", "READS_WITH"):
        if name not in names:
            yield f"{path.name}: {name} is missing"
    for name, value in assigned(tree):
        close = get_close_matches(name, format_literals.READERS_OF, n=1, cutoff=0.8)
        if close and name not in format_literals.READERS_OF:
            yield f"{path.name}, line {value.lineno}: {name} is not read; perhaps {shown(close[0])}"
    for name, arguments in _FUNCTIONS.items():
        if name not in functions:
            yield f"{path.name}: there is no function {name}{arguments}"
        elif len(functions[name].args.args) != arguments.count(",") + 1:
            yield f"{path.name}, line {functions[name].lineno}, {name}: it must take {arguments}"
    for node in tree.body:
        yield from (f"{path.name}, line {node.lineno}: {wrong}" for wrong in _wrong_imports(node))


def _wrong_imports(node: ast.stmt) -> Iterable[str]:
    """Every environment imports the file, with the packages that it has: more than Python's own may not be there."""
    if isinstance(node, ast.ImportFrom) and node.level:
        yield "nothing lies beside it where it is used: put it all into one file"
        return
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    for name in names:
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "guest":
            yield f"not every environment has {top}: import it inside the functions that need it"
