"""Debian's own scikit-learn, for architectures that PyPI has no wheels for: a root has it, and its lock lists the root.

The first lines of such a lock are comments with Debian's packages, each with its version and digest; then come the
Python packages among them as they call themselves, which is what a guest tells of.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.environments import NotReadyError, UnsatisfiableError

if TYPE_CHECKING:
    from harness.environments.roots import Root
    from harness.terms import Environment

_MARK = "#deb "
#: What Debian calls otherwise than python3-NAME.
_NAMES = {"scikit-learn": "python3-sklearn"}


def packages(environment: Environment) -> tuple[str, ...]:
    """What Debian calls the packages of an environment."""
    wanted = ("scikit-learn", *(canonicalize_name(Requirement(text).name) for text in environment.packages))
    return tuple(_NAMES.get(name, f"python3-{name}") for name in wanted)


def locked(environment: Environment, root: Root) -> str:
    """The lock of an environment in its root. Raises UnsatisfiableError."""
    held: dict[str, str] = {
        canonicalize_name(one.metadata["Name"]): one.version
        for one in metadata.distributions(path=[str(root.folder / "usr/lib/python3/dist-packages")])
    }
    for name, wanted in (("scikit-learn", environment.scikit_learn), ("numpy", environment.numpy)):
        if wanted is not None and not f"{held.get(name)}.".startswith(f"{wanted}."):
            message = f"{root.recipe.suite} on {environment.platform} has {name} {held.get(name, 'not at all')}"
            raise UnsatisfiableError(f"{message}, not {wanted}")
    return "\n".join([*_debs(root), *(f"{name}=={version}" for name, version in sorted(held.items())), ""])


def check(lock: str, root: Root) -> None:
    """Whether a root is that of a lock, perhaps another run's. Raises NotReadyError."""
    wanted = [line for line in lock.splitlines() if line.startswith(_MARK)]
    if wanted and (other := sorted(set(wanted) - set(_debs(root)))):
        others = f"{len(other)} of its packages are others by now, such as {other[0].removeprefix(_MARK).split()[0]}"
        raise NotReadyError(
            f"the root {root.recipe.name} is not that of the lock: {others}; Debian keeps no older ones"
        )


def _debs(root: Root) -> list[str]:
    return [f"{_MARK}{line}" for line in root.packages]
