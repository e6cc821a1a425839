"""The cases and formats that there are, read from the syntax trees of the guest's files and of the user's.

Nothing is imported: those files run under other interpreters, beside packages that the host does not have.
"""

from __future__ import annotations

import ast
import hashlib
import re
import tokenize
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError, InputError
from harness.terms import Case, Format, Tolerance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GUEST = Path(__file__).parent.parent / "guest"
MAX_BYTES = 1024**2
_CASE = "case_"
_SAID_OF_FORMATS = {"FORMATS", "READERS", "PARTIAL", "CONVERTS", "TOLERANCES"}


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
    for path in _modules(folder):
        scan = scan_cases(path, module=f"guest.cases.{path.stem}")
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
    scan = scan_cases(path, module=path.stem)
    problems = scan.problems or (() if scan.cases else (f"no function case_NAME(seed) in {path}",))
    if problems:
        raise InputError("\n".join(problems))
    return scan.cases


def scan_cases(path: Path, *, module: str) -> Scan:
    """Read the functions ``case_NAME(seed)`` at the top level of a file."""
    try:
        text, tree = _parse(path)
    except InputError as error:
        return Scan(problems=(str(error),))
    lines = text.split("\n")  # as the parser counts them
    shared = _shared_digest(path, lines, tree)
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
    built = _built_cases(path, tree, module, hashlib.sha256(f"{text}\n{shared}".encode()).hexdigest())
    return Scan(cases=(*cases.values(), *built), problems=tuple(problems))


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
            text, inner = _parse(other)
            shared = _shared_digest(other, text.split("\n"), inner, seen | {path, other})
            digest.update(f"{other.name} {shared}".encode())
    return digest.hexdigest()


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
    """The cases of ``BUILT``, a literal of names, each of which a function ``build(name, seed)`` makes."""
    names = _literals(tree, {"BUILT"}).get("BUILT", ())
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
        for name in (names if isinstance(names, tuple) else ())
    )


def clashes(cases: tuple[Case, ...], others: list[Case]) -> tuple[str, ...]:
    """One message for each case whose name another file has already given."""
    taken = {case.name: case.file for case in others}
    return tuple(f'the case "{case.name}" is already in {taken[case.name]}' for case in cases if case.name in taken)


def builtin_formats(folder: Path = GUEST / "formats") -> tuple[Format, ...]:
    """The guest's formats: what each file says of itself in literals at its top level, see `harness.guest.formats`.

    Raises
    ------
    HarnessError
        A file lacks FORMATS or READERS, has something else in one of its literals, or repeats the name of another's
        format.
    """
    formats: dict[str, Format] = {}
    for path in _modules(folder):
        try:
            literals = _literals(_parse(path)[1], _SAID_OF_FORMATS)
            names = _options(literals["FORMATS"])
            readers = _readers(literals["READERS"], names)
            partial, converts = (_flag(literals, name) for name in ("PARTIAL", "CONVERTS"))
            tolerances = _tolerances(literals.get("TOLERANCES", []))
        except (InputError, KeyError, TypeError, ValueError) as error:
            raise HarnessError(
                f"{path}: what a format says of itself must be literals at the top level: {error}"
            ) from error
        for name, options in names.items():
            if name in formats:
                raise HarnessError(f'{path}: the format "{name}" is already in {formats[name].module}')
            formats[name] = Format(
                name=name,
                module=f"guest.formats.{path.stem}",
                options=options,
                readers=readers[name],
                partial=partial,
                converts=converts,
                tolerances=tuple(replace(tolerance, formats=(name,)) for tolerance in tolerances),
            )
    return tuple(formats.values())


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))


def _parse(path: Path) -> tuple[str, ast.Module]:
    """The text and tree of a file; an InputError when there is none to have."""
    try:
        if not path.is_file():
            raise InputError(f"there is no file {path}")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is over 1 MiB")
        with tokenize.open(path) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the file's author hears of its invalid escapes when it runs
            text = stream.read()
            return text, ast.parse(text)
    except SyntaxError as error:
        where = "" if error.lineno is None else f", line {error.lineno}"
        raise InputError(f"{path.name}{where}: not Python: {error.msg}") from error
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        # The parser answers null bytes, wrong encodings and absurd nesting with the last three.
        raise InputError(f"{path.name}: cannot be read: {error or type(error).__name__}") from error


def _wrong(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    arguments = node.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    required = len(positional) - len(arguments.defaults)
    required_keywords = any(default is None for default in arguments.kw_defaults)
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        return "the name must be of letters, digits and underscores"
    if isinstance(node, ast.AsyncFunctionDef):
        return "it must not be async"
    if positional[:1] != ["seed"] or required > 1 or required_keywords:
        return "it must take one argument, called seed"
    return ""


def _literals(tree: ast.Module, wanted: set[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id in wanted and node.value is not None:
                values[target.id] = ast.literal_eval(node.value)
    return values


def _options(value: object) -> dict[str, dict[str, int | str]]:
    if not isinstance(value, dict) or not value:
        raise ValueError("FORMATS is not {name: options}")
    return {_name(name): _checked_options(options) for name, options in value.items()}


def _checked_options(value: object) -> dict[str, int | str]:
    if not isinstance(value, dict) or not all(isinstance(option, int | str) for option in value.values()):
        raise ValueError("the options of a format are not {name: number or text}")
    return {str(key): option for key, option in value.items()}


def _readers(value: object, formats: Iterable[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or value.keys() != set(formats):
        raise ValueError("READERS is not {name: readers} of the same names as FORMATS")
    return {name: _names(readers) for name, readers in value.items()}


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple) or not value:
        raise ValueError("the readers of a format are not a tuple of names")
    return tuple(_name(name) for name in value)


def _flag(literals: Mapping[str, object], name: str) -> bool:
    value = literals.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither True nor False")  # noqa: TRY004  # the file is wrong, not a call
    return value


def _tolerances(value: object) -> tuple[Tolerance, ...]:
    if not isinstance(value, list):
        raise ValueError("TOLERANCES is no list")  # noqa: TRY004
    return tuple(_tolerance(entry) for entry in value)


def _tolerance(entry: object) -> Tolerance:
    if not isinstance(entry, dict) or not {"rtol", "atol"} <= entry.keys() <= {"rtol", "atol", "methods", "dtypes"}:
        raise ValueError("an entry of TOLERANCES is not {rtol, atol} with or without methods and dtypes")
    for key in ("rtol", "atol"):
        if type(entry[key]) not in (int, float) or not 0 <= entry[key] <= 1:
            raise ValueError(f"{key} is not between 0 and 1")
    return Tolerance(
        rtol=entry["rtol"],
        atol=entry["atol"],
        methods=_words(entry.get("methods", [])),
        dtypes=_words(entry.get("dtypes", [])),
    )


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError("the methods and dtypes of a tolerance are not lists of names")
    return tuple(value)


def _name(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", value):
        raise ValueError(f"{value!r} is not a name")
    return value
