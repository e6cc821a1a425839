"""What releases of a package the index has, and of which day they are, in the words of uv."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.environments import NotReadyError, lock
from harness.environments.lock import Lock

if TYPE_CHECKING:
    import datetime as dt

    from harness.terms import Environment


def newest(package: str, specifiers: str, beside: Environment) -> str | None:
    """The newest release of a package that fits, and goes with all else that an environment asks for; None: none does.

    Parameters
    ----------
    specifiers : such as ``<1.14,>1.11.4``.
    beside : what it asks for of the package itself does not count.
    """
    others = [one for one in lock.requirements(beside) if canonicalize_name(Requirement(one).name) != package]
    try:
        text = lock.compiled([f"{package}{specifiers}", *others], beside)
    except NotReadyError:
        return None
    return Lock(text=text).packages.get(package)


def day(package: str, version: str, environment: Environment) -> dt.date | None:
    """The day on which wheels of a release were first uploaded for an environment's Python; None: not known."""
    try:
        text = lock.compiled([f"{package}=={version}"], environment, "--no-deps", "--format", "pylock.toml")
    except NotReadyError:
        return None
    wheels = [wheel for one in tomllib.loads(text)["packages"] for wheel in one.get("wheels", [])]
    moments = [wheel["upload-time"] for wheel in wheels if "upload-time" in wheel]
    return min(moments).date() if moments else None
