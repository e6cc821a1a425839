"""The list of known names: what the artifacts of each scikit-learn release name, by format, as producers wrote them.

`benchmarks/known_names.py` makes it from stored runs; it is shipped as `known_names.json.xz`. A name outside it is one
that no artifact of that release contains. That says nothing of what a name in it does when it is called.
"""

from __future__ import annotations

import functools
import json
import lzma
from importlib import resources
from typing import TYPE_CHECKING

from harness.inspection.packages import package_of
from harness.inspection.result import Call, Calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = "known_names.json.xz"
#: What Python's own pickler adds in protocols 0 to 2, in which producers write nothing.
_OLD_PROTOCOLS = frozenset(
    f"{module}.{name}"
    for module, names in {
        "copyreg": ("_reconstructor", "__newobj__", "__newobj_ex__"),
        "builtins": ("object", "set", "frozenset", "bytes", "bytearray", "complex"),
        "_codecs": ("encode",),
    }.items()
    for name in names
)
_MOST = 500  # names outside the list that are told


@functools.cache
def known() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """By release of scikit-learn and by format: the names in its artifacts, and calls of what a call returned."""
    data = json.loads(lzma.decompress(resources.files("harness.inspection").joinpath(FILE).read_bytes()))
    columns = [tuple(column.split(" ")) for column in data["columns"]]
    found: dict[str, dict[str, set[str]]] = {}
    for release, format_name in columns:
        found.setdefault(release, {})[format_name] = set()
    for module, names in data["names"].items():
        for name, marks in names.items():
            for place, (release, format_name) in enumerate(columns):
                if int(marks, 16) >> place & 1:
                    found[release][format_name].add(f"{module}.{name}" if module else name)
    return {release: {name: frozenset(some) for name, some in formats.items()} for release, formats in found.items()}


@functools.cache
def _classes_of_sklearn() -> frozenset[str]:
    names = {name for formats in known().values() for some in formats.values() for name in some}
    return frozenset(name.rpartition(".")[2].lower() for name in names if name.startswith("sklearn."))


def is_class_of_sklearn(name: str) -> bool:
    """Whether some release of scikit-learn has a class of that name, in any module; capital letters do not count."""
    return name.lower() in _classes_of_sklearn()


def releases() -> tuple[str, ...]:
    """The releases of scikit-learn that the list knows, the oldest first."""
    return tuple(sorted(known(), key=lambda release: tuple(map(int, release.split(".")))))


def compare(named: Mapping[str, int], called: Mapping[str, int], *, versions: Iterable[str], format_name: str) -> Calls:
    """Tell the names that are outside the list.

    Parameters
    ----------
    named, called : names with the offset of the opcode
    versions : of scikit-learn, as the file keeps them
    format_name : what this format names beside what pickle does is in the list, too
    """
    chosen = _chosen(versions)
    formats = [known()[release] for release in chosen or releases()]
    listed = {name for one in formats for wanted in ("pickle", format_name) for name in one.get(wanted, ())}
    listed |= _OLD_PROTOCOLS
    names = {**named, **called}
    outside = [
        Call(name=name[:200], called=name in called, offset=at) for name, at in names.items() if name not in listed
    ]
    outside.sort(key=lambda one: (not one.called, package_of(one.name) is not None, one.offset))
    return Calls(
        outside=tuple(outside[:_MOST]),
        known=len(names) - len(outside),
        compared=chosen or releases(),
        is_of_writer=bool(chosen),
    )


def _chosen(versions: Iterable[str]) -> tuple[str, ...]:
    """The releases of the list that are of the minors that wrote the file; none, if one of them is not in the list."""
    minors = {_minor(version) for version in versions}
    found = tuple(release for release in releases() if _minor(release) in minors)
    return found if minors and {_minor(release) for release in found} == minors else ()


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
