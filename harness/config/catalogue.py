"""The cases that there are, read from the syntax trees of the guest's files and of the user's; nothing is imported."""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.config import beside
from harness.config.source_files import assigned, modules, parse
from harness.errors import HarnessError, InputError
from harness.machine.tools import GUEST
from harness.terms import BUILT_IN_CASES, Case

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

_CASE = "case_"
_NAME = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What one file declares, and what is wrong with it."""

    cases: tuple[Case, ...] = ()
    problems: tuple[str, ...] = ()


def builtin_cases(folder: Path = GUEST / "cases") -> tuple[Case, ...]:
    """The guest's cases, by file and then as they stand there.

    Raises
    ------
    HarnessError
        A file is broken or two cases have one name: the fault is ours, not the user's.
    """
    cases: list[Case] = []
    for path in modules(folder):
        scan = scan_cases(path, module=f"{BUILT_IN_CASES}{path.stem}")
        problems = (*scan.problems, *clashes(scan.cases, cases))
        if problems:
            raise HarnessError(f"{path}: {'; '.join(problems)}")
        cases.extend(scan.cases)
    return tuple(cases)


def user_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a user's file; its stem is both their module and their family.

    Raises
    ------
    InputError
        With everything that is wrong with the file.
    """
    scan = scan_user_file(path)
    problems = scan.problems or (() if scan.cases else (f"no function case_NAME(seed) in {path}",))
    if problems:
        raise InputError("\n".join(problems))
    return scan.cases


def scan_user_file(path: Path, *, data: Mapping[str, Path] = MappingProxyType({}), given: Collection[str] = ()) -> Scan:
    """The cases of a user's file, which may use what lies beside it.

    Parameters
    ----------
    data : the files that its cases may read, by their names beside it.
    given : modules that environments have of their own, and that are none of its helpers.
    """
    try:
        near = {**data, **beside.helpers(path, parse(path)[1], given)}
    except InputError as error:
        return Scan(problems=(str(error),))
    return scan_cases(path, module=path.stem, near=near)


def scan_cases(path: Path, *, module: str, near: Mapping[str, Path] = MappingProxyType({})) -> Scan:
    """Read the functions ``case_NAME(seed)`` at the top level of a file.

    ``module`` is what the guest calls the file; ``near`` is what its cases may use, by names beside it.
    """
    try:
        lines, tree = _parsed(path)
        near_digest = beside.digest(near) if near else ""
    except InputError as error:
        return Scan(problems=(str(error),))
    shared = _shared_digest(path, lines, tree) + near_digest
    near_files = tuple(sorted((name, str(file)) for name, file in near.items()))
    cases: dict[str, Case] = {}
    problems: list[str] = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith(_CASE):
            continue
        name = node.name.removeprefix(_CASE)
        wrong = "it stands there twice" if name in cases else _wrong(node, name)
        if wrong:
            problems.append(f"{path.name}, line {node.lineno}, {node.name}: {wrong}")
            continue
        source = _source(lines, node)
        digest = hashlib.sha256(f"{source}\n{shared}".encode()).hexdigest()
        cases[name] = Case(
            name=name, family=path.stem, module=module, function=node.name, file=str(path), digest=digest
        )
    try:
        built = _built_cases(path, tree, module, hashlib.sha256("\n".join([*lines, shared]).encode()).hexdigest())
    except ValueError as error:
        return Scan(problems=(*problems, f"{path.name}{error}"))
    problems += [f"{path.name}, BUILT: {case.name} is a case twice" for case in built if case.name in cases]
    every = tuple(replace(case, beside=near_files) for case in (*cases.values(), *built))
    return Scan(cases=every, problems=tuple(problems))


def _source(lines: list[str], node: ast.stmt) -> str:
    """The text of a statement, its decorators among it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno]).strip()


def _shared_digest(path: Path, lines: list[str], tree: ast.Module, seen: frozenset[Path] = frozenset()) -> str:
    """The sha256 of what all cases of a file share: its helpers, and the files of its package that it imports.

    The cases' own functions are left out, so that a new case changes no other; comments between statements, too.
    """
    helpers = [node for node in tree.body if not getattr(node, "name", "").startswith(_CASE)]
    digest = hashlib.sha256("\n".join(_source(lines, node) for node in helpers).encode())
    for other in _siblings(path, tree):
        if other not in seen:
            lines_of_other, inner = _parsed(other)
            shared = _shared_digest(other, lines_of_other, inner, seen | {path, other})
            digest.update(f"{other.name} {shared}".encode())
    return digest.hexdigest()


def _parsed(path: Path) -> tuple[list[str], ast.Module]:
    """Lines, as the parser counts them, and tree of a file. Raises InputError.

    A file that many others import is parsed once, for as long as it stays what it is.
    """
    try:
        facts = path.stat()
    except OSError:
        return _parsed_once(path, 0, 0)  # which says what is wrong
    return _parsed_once(path, facts.st_size, facts.st_mtime_ns)


@functools.cache
def _parsed_once(path: Path, _size: int, _changed: int) -> tuple[list[str], ast.Module]:
    text, tree = parse(path)
    return text.split("\n"), tree


@functools.cache
def _siblings(path: Path, tree: ast.Module) -> list[Path]:
    """The files beside this one that it imports: ``from . import name`` or ``from .name import ...``, wherever."""
    names = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for name in ([node.module] if node.module else [alias.name for alias in node.names])
    }
    found = (path.parent / f"{name.partition('.')[0]}.py" for name in names)
    return sorted(other for other in found if other.is_file())


def _built_cases(path: Path, tree: ast.Module, module: str, digest: str) -> tuple[Case, ...]:
    """The cases of ``BUILT``, a literal of names, each of which a function ``build(name, seed)`` makes.

    Without such a function the name is a file's own. Raises ValueError with what is wrong.
    """
    makes = any(isinstance(node, ast.FunctionDef) and node.name == "build" for node in tree.body)
    names = _built_names(next((value for name, value in assigned(tree) if makes and name == "BUILT"), None))
    return tuple(
        Case(
            name=str(name),
            family=path.stem,
            module=module,
            function="build",
            file=str(path),
            digest=digest,
            estimator=str(name),
        )
        for name in names
    )


def _built_names(node: ast.expr | None) -> tuple[str, ...]:
    """The names in a literal; none without one. Raises ValueError."""
    if node is None:
        return ()
    try:
        names = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        names = None
    sound = isinstance(names, tuple) and all(isinstance(name, str) and _NAME.fullmatch(name) for name in names)
    if not sound or len(set(names)) < len(names):
        raise ValueError(f", line {node.lineno}, BUILT: is no tuple of different names of letters, digits, underscores")
    return tuple(names)


def told_apart(cases: Sequence[Case], others: Iterable[Case]) -> tuple[Case, ...]:
    """A user's cases, those with their file in their name that another case is called like: ``FILE.NAME``."""
    held = Counter(case.name for case in (*cases, *others))
    return tuple(replace(case, name=f"{case.family}.{case.name}") if held[case.name] > 1 else case for case in cases)


def clashes(cases: tuple[Case, ...], others: list[Case]) -> tuple[str, ...]:
    """One message for each case whose name another file has already given."""
    taken = {case.name: case.file for case in others}
    return tuple(f'the case "{case.name}" is already in {taken[case.name]}' for case in cases if case.name in taken)


def _wrong(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    arguments = node.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    required = len(positional) - len(arguments.defaults)
    required_keywords = any(default is None for default in arguments.kw_defaults)
    if not _NAME.fullmatch(name):
        return "the name must be of letters, digits and underscores"
    if isinstance(node, ast.AsyncFunctionDef):
        return "it must not be async"
    if positional[:1] != ["seed"] or required > 1 or required_keywords:
        return "it must take one argument, called seed"
    return ""
