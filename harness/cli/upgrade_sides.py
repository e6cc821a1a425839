"""The two environments of an upgrade, from the user's words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness.analysis.upgrade.side import SKLEARN, Side
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.environments.installed import Installed

_IMAGE = "image:"
_KNOWN = (
    "a lock file (requirements, uv.lock, Pipfile.lock, environment.yml, a list of conda's), image:NAME, the folder of "
    "an environment such as .venv, or versions such as 1.3.2 and numpy=1.26"
)
_NEEDED = (
    "a line such as scikit-learn==1.3.2 is needed, as `pip freeze` and `uv pip compile` write it; files named by "
    "-r are not followed"
)


def read(option: str, words: Sequence[str]) -> Side:
    """Read one side.

    Parameters
    ----------
    option : for messages
    words : one file, image or folder; or versions, of several packages

    Raises
    ------
    InputError : it is none of these, or has no scikit-learn.
    MachineError : an image is named, and there is no Docker or Podman.
    """
    called = " ".join(words)
    target = words[0]
    if len(words) == 1 and target.startswith(_IMAGE):
        packages = _of_image(option, target)
    elif len(words) == 1 and Path(target).is_dir():
        packages = _of_interpreter(option, target)
    elif len(words) == 1 and (Path(target).exists() or _is_path(target)):
        packages = _of_lock(Path(target))
    else:
        packages = _of_versions(option, words)
        target = packages.get(SKLEARN, ("",))[0]
    if SKLEARN not in packages:
        raise InputError(f"{option} {shown(called)}: it pins no scikit-learn; {_NEEDED}")
    return Side(called=_short(called), target=target, packages=packages)


def _short(called: str) -> str:
    relative = os.path.relpath(called) if Path(called).is_absolute() and Path(called).exists() else called
    return min(called, relative, key=len)


def _is_path(word: str) -> bool:
    return os.sep in word or word.endswith((".txt", ".lock", ".toml", ".yml", ".yaml", ".in"))


def _of_lock(path: Path) -> Mapping[str, tuple[str, ...]]:
    from harness.config import lock_files

    found = lock_files.read(path)
    python = {} if found.python is None else {"python": (found.python,)}
    held = found.held()
    if SKLEARN not in held and SKLEARN in found.without_version():
        raise InputError(f"{path}: it names scikit-learn without one version; {_NEEDED}")
    return {**held, **python}


def _of_versions(option: str, words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    from harness.analysis import versions

    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        try:
            one = versions.wanted(word)
        except InputError:
            raise InputError(f"{option} {shown(word)} is none of these: {_KNOWN}") from None
        found[one.package] = (*found.get(one.package, ()), one.version)
    return found


def _of_image(option: str, word: str) -> Mapping[str, tuple[str, ...]]:
    from harness.environments import present

    return _of_installed(present.in_image(f"{option} {word}", word.removeprefix(_IMAGE)))


def _of_interpreter(option: str, word: str) -> Mapping[str, tuple[str, ...]]:
    from harness.environments import present

    return _of_installed(present.in_interpreter(f"{option} {word}", Path.cwd() / word))


def _of_installed(found: Installed) -> Mapping[str, tuple[str, ...]]:
    versions = {name: found.version(name) for name in found.packages}
    packages = {name: (version,) for name, version in versions.items() if version is not None}
    return {**packages, "python": (found.python,)}
