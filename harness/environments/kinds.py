"""The kinds of environments by name: those of this package, then those of installed packages.

To add one here, write its file and give it a place in `OURS`. A package adds one by an entry point of the group
``persistence_matrix.environments`` that names its `Kind`: ``borrowed = "borrowed:KIND"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.environments import docker, image, interpreter, local, node, rootfs, sandboxed
from harness.environments.keys import Included
from harness.environments.kind import Kind
from harness.errors import InputError, shown
from harness.machine import plugins

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

    from harness.terms import Environment

GROUP = "persistence_matrix.environments"
#: The first is that of the axes, and of what does not say its kind. The first also lend others their names.
OURS: tuple[Kind[Any], ...] = (
    local.KIND,
    node.KIND,
    rootfs.KIND,
    docker.KIND,
    sandboxed.KIND,
    interpreter.KIND,
    image.KIND,
)
DEFAULT = OURS[0]


def collect(entries: Iterable[EntryPoint]) -> tuple[dict[str, Kind[Any]], tuple[str, ...]]:
    """Every kind by name, and what is wrong with those of installed packages that cannot be used."""
    found = {kind.name: kind for kind in OURS}
    faults = []
    for entry in entries:
        try:
            kind = entry.load()
            reasons = _reasons(kind, entry, found)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # it is another's code
            reasons = [f"it cannot be imported: {type(error).__name__}: {error}"]
        if reasons:
            faults.append(plugins.complaint("kind of environment", entry, reasons))
        else:
            found[kind.name] = kind
    return found, tuple(faults)


def _reasons(kind: object, entry: EntryPoint, others: dict[str, Kind[Any]]) -> list[str]:
    """What is wrong with a kind of an installed package."""
    if not isinstance(kind, Kind):
        return ["it is no harness.environments.kind.Kind"]
    reasons = [] if kind.name == entry.name else [f"it calls itself {shown(kind.name)}"]
    reasons += [f"there is a kind {shown(kind.name)} already"] if kind.name in others else []
    for key, name in kind.keys.names().items():
        taken = [other.name for other in others.values() if _differs(kind, other, key, name)]
        if key in Included.names() or key == "kind":
            reasons.append(f"its key {shown(key)} is every kind's")
        elif taken:
            reasons.append(f"its key {shown(key)} means something else for the kind {taken[0]}")
    return reasons


def _differs(kind: Kind[Any], other: Kind[Any], key: str, name: str) -> bool:
    """Whether another kind has the same key for other values."""
    same = other.keys.names().get(key)
    return same is not None and other.keys.model_fields[same].annotation != kind.keys.model_fields[name].annotation


OF, FAULTS = collect(plugins.offered(GROUP))
#: Those that a profile has when it does not say which.
PLAIN = tuple(name for name, kind in OF.items() if kind.plain)


def through(name: str, environments: Iterable[Environment]) -> tuple[Environment, ...]:
    """The environments as those of another kind, where they can be. Raises InputError for what is no such kind."""
    able = {kind.name: kind.stand_in for kind in OF.values() if kind.stand_in is not None}
    if name not in able:
        raise InputError(f"--through {name}: environments can be run through {' or '.join(map(shown, able))}")
    return tuple(able[name](one) or one for one in environments)
