"""Which packages a lock file pins, whatever tool wrote it: names and versions. Nothing is looked up or installed.

requirements   pip freeze, pip-compile, uv pip compile
TOML           uv.lock, pylock.toml, and those of Poetry and PDM, which have the same tables
Pipenv         Pipfile.lock
conda          environment.yml, conda-lock.yml, ``conda list --export``, ``conda list --explicit``

What a file is, its content tells. A lock for several platforms and Pythons may have a package in several versions:
those that cannot be on this machine are left out, and of the others any may be meant.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from harness.config import conda_files, pipfile_locks, requirement_files
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Pythons that a lock without one may be for.
_PYTHONS = tuple(f"3.{minor}" for minor in range(6, 16))
_MOST_COMMAND = 2_000  # characters of the line that names it
_COMPILED_FOR = re.compile(r"#.*(?:with Python |--python-version[ =]|-p )(3\.\d+)")
#: A line of these is no requirement, and pip takes it.
_ADDRESSES = (".", "/", "http:", "https:", "git+", "file:")
_KNOWN = (
    "what can be read is a requirements file (pip freeze, pip-compile), uv.lock, pylock.toml, Pipfile.lock, "
    "environment.yml, conda-lock.yml, or what `conda list --export` prints"
)


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A package in one version.

    Attributes
    ----------
    name : normalized
    version : None: the file names the package without its version
    marker : where it is installed; None: everywhere
    is_released : whether it comes from an index, and not from a folder, a repository or a URL
    """

    name: str
    version: str | None
    marker: Marker | None = None
    is_released: bool = True


@dataclass(frozen=True, kw_only=True)
class LockFile:
    """What a lock file says.

    Attributes
    ----------
    tool : whose format it is in: "pip", "conda", "Pipenv", or "TOML" for uv and others
    pins : in the order of the file
    python : the Python that it is for, if it tells one
    pythons : the minors of Python that it may be for
    """

    path: Path
    tool: str
    pins: tuple[Pin, ...]
    python: str | None
    pythons: tuple[str, ...]

    def held(self, python: str | None = None) -> dict[str, tuple[str, ...]]:
        """The versions of each package that may be there, the newest first; without those of which one is not told.

        Parameters
        ----------
        python : the minor of the one Python that it is asked for
        """
        pythons = self.pythons if python is None else (python,)
        found: dict[str, list[Pin]] = {}
        for pin in self.pins:
            if _may_hold(pin.marker, pythons):
                found.setdefault(pin.name, []).append(pin)
        told = {name: {pin.version for pin in some} for name, some in found.items() if _is_told(some)}
        return {name: tuple(sorted(filter(None, some), key=Version, reverse=True)) for name, some in told.items()}

    def without_version(self) -> frozenset[str]:
        """Packages that it names, and of which it tells no version."""
        return frozenset(pin.name for pin in self.pins if pin.version is None)


def _is_told(pins: Iterable[Pin]) -> bool:
    """Whether each version that a package may have is told: a line for every case, or all lines, have one."""
    some = list(pins)
    return any(pin.version and pin.marker is None for pin in some) or all(pin.version for pin in some)


def read(path: Path) -> LockFile:
    """Read a lock file of any known format.

    Raises
    ------
    InputError : there is no such file, it is none, or it is damaged. The message says which line, and what to do.
    """
    text = requirement_files.read_text(path)
    told: str | None = None
    if pipfile_locks.is_one(path.name, text):
        tool, (pins, told), spec = "Pipenv", _of_pipfile(path, text), None
    elif conda_files.is_one(path.name, text):
        tool, pins, spec = "conda", list(_of_conda(path, text)), None
    elif is_toml(path.name, text):
        tool, (pins, spec) = "TOML", _of_toml(path, text)
    else:
        tool, pins, spec = "pip", list(_of_requirements(path)), None
    python = told or next((pin.version for pin in pins if pin.name == "python"), None) or _compiled_for(text)
    pythons = _pythons(python, spec)
    if python is None and len(pythons) == 1:
        python = pythons[0]
    return LockFile(path=path, tool=tool, pins=tuple(pins), python=python, pythons=pythons)


def is_toml(name: str, text: str) -> bool:
    """Whether a file is of TOML, by its name or by a table of packages."""
    return name.endswith((".toml", "uv.lock", "poetry.lock", "pdm.lock")) or "\n[[package" in text


def _of_requirements(path: Path) -> Iterator[Pin]:
    """What is of no index has no version here, if its file does not tell it: `pip freeze` writes such lines."""
    required, constraints = [], {}
    for line in requirement_files.lines(path):
        pin = _of_line(line)
        if pin is not None and line.constrains:
            constraints[pin.name] = pin
        elif pin is not None:
            required.append(pin)
    for pin in required:
        is_open = pin.version is None and pin.is_released and pin.name in constraints
        yield replace(pin, version=constraints[pin.name].version) if is_open else pin
    named = {pin.name for pin in required}
    yield from (pin for name, pin in constraints.items() if name in requirement_files.NEEDED - named)


def _of_line(line: requirement_files.Line) -> Pin | None:
    try:
        one = Requirement(line.text)
    except (ValueError, RecursionError):  # of packaging, and of numbers and markers that are beyond Python
        if line.text.startswith(_ADDRESSES):
            return None
        raise InputError(f"{line.where}: {shown(line.text)} is in no lock file; {_KNOWN}") from None
    version = _of_wheel(one.url) if one.url else _only(one.specifier)
    return _pin(one.name, version, one.marker, is_released=one.url is None)


def _of_wheel(url: str) -> str | None:
    """The version of a wheel at a URL."""
    try:
        return str(parse_wheel_filename(url.partition("#")[0].rpartition("/")[2])[1])
    except InvalidWheelFilename:
        return None


def _only(specifier: SpecifierSet) -> str | None:
    """The one version, or the one minor, that a specifier allows."""
    pinned = [one.version for one in specifier if one.operator in {"==", "==="}]
    return pinned[0].removesuffix(".*") if len(pinned) == 1 else None


def _of_toml(path: Path, text: str) -> tuple[list[Pin], SpecifierSet | None]:
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: it is damaged: {error}") from None
    tables = content.get("packages", content.get("package"))
    if not isinstance(tables, list):
        raise InputError(f"{path}: it locks no packages; {_KNOWN}")
    pins = [pin for number, table in enumerate(tables, start=1) for pin in _of_table(path, number, table)]
    spec = content.get("requires-python")
    try:
        return pins, SpecifierSet(spec) if isinstance(spec, str) else None
    except InvalidSpecifier:
        return pins, None


def _of_table(path: Path, number: int, table: object) -> Iterator[Pin]:
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise InputError(f"{path}: its package {number} has no name: it is damaged")
    version, source = table.get("version"), table.get("source")
    local = isinstance(source, dict) and not source.keys() & {"registry"}
    local = local or any(name in table for name in ("vcs", "directory", "archive"))
    markers = table.get("marker") or table.get("resolution-markers")
    found: list[Marker | None] = [*_markers(markers)]
    for marker in found or [None]:
        text = version if isinstance(version, str) else None
        yield _pin(table["name"], text, marker, is_released=not local)


def _markers(given: object) -> list[Marker]:
    """Those that are texts of markers; Poetry keeps other things there, too."""
    found = []
    for text in [given] if isinstance(given, str) else given if isinstance(given, list) else []:
        try:
            found.append(Marker(str(text)))
        except (InvalidMarker, RecursionError):
            return []
    return found


def _of_conda(path: Path, text: str) -> Iterator[Pin]:
    for name, version in conda_files.packages(path, text):
        yield _pin(name, version)


def _of_pipfile(path: Path, text: str) -> tuple[list[Pin], str | None]:
    found, python = pipfile_locks.packages(path, text)
    pins = []
    for one in found:
        marker = next(iter(_markers(one.markers)), None)
        pins.append(_pin(one.name, one.version, marker, is_released=one.is_released))
    return pins, python


def _pin(name: str, version: str | None, marker: Marker | None = None, *, is_released: bool = True) -> Pin:
    try:
        known = None if version is None else str(Version(version))
    except ValueError:  # conda has such, of packages that are no Python
        known = None
    return Pin(name=str(canonicalize_name(name)), version=known, marker=marker, is_released=is_released)


def _compiled_for(text: str) -> str | None:
    """The Python that pip-compile or uv names at the top of what it writes."""
    found = next(filter(None, (_COMPILED_FOR.match(line[:_MOST_COMMAND]) for line in text.splitlines()[:8])), None)
    return None if found is None else found[1]


def _pythons(python: str | None, spec: SpecifierSet | None) -> tuple[str, ...]:
    if python is not None:
        return (".".join(python.split(".")[:2]),)
    # A bound such as >=3.11.4 is one for the minor 3.11, too.
    return tuple(one for one in _PYTHONS if spec is None or spec.contains(f"{one}.99")) or _PYTHONS


def _may_hold(marker: Marker | None, pythons: Iterable[str]) -> bool:
    """Whether it holds on this machine with one of these Pythons."""
    # Which extras were installed, a lock does not tell.
    if marker is None or "extra" in str(marker):
        return True
    try:
        return any(marker.evaluate(_variables(python)) for python in pythons)
    except ValueError:  # a comparison that has no meaning, or a variable that is none
        return True


def _variables(python: str) -> dict[str, str]:
    return {"python_version": python, "python_full_version": f"{python}.99"}
