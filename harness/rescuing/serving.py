"""How a file is served as it is: the environment that wrote it, in one command. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from harness.analysis.rescued import Packed

_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv", "python"})
#: What is there to read a user's rows, and says nothing of a model.
_OF_PANDAS = frozenset({"pandas", "python-dateutil", "pytz", "six", "tzdata"})


def command(writer: Packed, needed: Collection[str]) -> str:
    """The command that installs what the writer's environment has: ``pip install numpy==1.24.4 ...``.

    Parameters
    ----------
    needed : names of packages that the file needs.
    """
    left_out = _INSTALLERS if "pandas" in needed else _INSTALLERS | _OF_PANDAS
    pins = [f"{name}=={version}" for name, version in sorted(writer.packages.items()) if name not in left_out]
    return f"pip install {' '.join(pins)}"


def python(writer: Packed) -> str:
    """The minor of the writer's Python."""
    return minor_of(writer.packages["python"])
