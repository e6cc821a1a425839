"""What a Python that is there holds, in the words of `harness.guest.installed`; and the lock that this makes.

Whatever tells it may be broken or hostile: it is checked before it is used.
"""

import re
from pathlib import Path
from typing import Annotated

from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from harness.environments import UnusableError
from harness.environments.lock import Lock
from harness.errors import shown
from harness.machine import processes
from harness.machine.tools import GUEST

SECONDS = 60.0
_MOST = 5_000  # packages
#: Runs it alone: without the packages that are there, without what they would run, and without writing bytecode.
WORDS = ("-I", "-S", "-B", "-c", (GUEST / "installed.py").read_text())
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,100}")


def _place(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"/[^\x00-\x1f\x7f]{0,4000}", value):
        raise ValueError("is no whole path")
    return value


_Text = Annotated[str, Field(max_length=4096)]
_Place = Annotated[Path, BeforeValidator(_place)]


class Package(BaseModel):
    """One that is there."""

    model_config = ConfigDict(frozen=True)

    version: _Text
    files: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None  # sha256 of the list of them


class Installed(BaseModel):
    """What a Python is and holds.

    Attributes
    ----------
    python : its version; ``implementation`` is CPython's or another's name.
    executable : the program, whatever name it was called by.
    virtual : the folder of the virtual environment that it is of; None if it is of none.
    base : the prefixes of the Python itself.
    packages : by normalized name.
    sources : folders outside of it that some of its packages are run from.
    """

    model_config = ConfigDict(frozen=True)

    python: Annotated[str, Field(pattern=r"^3\.\d{1,2}\.[\w+]{1,20}$")]
    implementation: Annotated[str, Field(max_length=40)]
    executable: _Place
    virtual: _Place | None
    base: tuple[_Place, ...]
    packages: Annotated[dict[_Text, Package], Field(max_length=_MOST)]
    sources: tuple[_Place, ...]

    @property
    def minor(self) -> str:
        """``3.12`` of ``3.12.4``."""
        return ".".join(self.python.split(".")[:2])

    def version(self, name: str) -> str | None:
        """The version of a package; None where it is not there, or tells none that is one."""
        found = self.packages.get(name)
        try:
            return None if found is None else str(Version(found.version))
        except InvalidVersion:
            return None

    def lock(self, *comments: str) -> Lock:
        """Each package with its version, and what tells whether its files are still the same."""
        sound = {
            name: one
            for name, one in sorted(self.packages.items())
            if _NAME.fullmatch(name) and _VERSION.fullmatch(one.version)
        }
        lines = [f"# {comment}" for comment in (*comments, f"{self.implementation} {self.python}")]
        lines += [f"{name}=={one.version}" for name, one in sound.items()]
        lines += [f"# files of {name}: sha256:{one.files}" for name, one in sound.items() if one.files]
        return Lock(text="\n".join(lines) + "\n")


def parsed(done: processes.Completed, *, of: str) -> Installed:
    """What a Python has answered. Raises UnusableError, which names what it is ``of``."""
    if done.code != 0:
        why = "no answer in time" if done.code is None else " ".join(done.stderr.split())[-300:] or f"exit {done.code}"
        raise UnusableError(f"the Python of {of} does not run here: {why}")
    try:
        return Installed.model_validate_json(done.stdout)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"][:1]))
        raise UnusableError(f"{of} is no Python that tells what it holds ({where} {shown(first['msg'])})") from None


def changes(before: Lock, now: Lock) -> list[str]:
    """What is not as a lock of the same Python says, in words."""
    was, held = before.packages, now.packages
    found = [
        f"{name} {held.get(name, 'absent')} instead of {was.get(name, 'absent')}"
        for name in sorted({*was, *held})
        if was.get(name) != held.get(name)
    ]
    if found or before.text == now.text:
        return found
    lines = sorted({*now.text.splitlines()} - {*before.text.splitlines()})
    return [line.removeprefix("# ").partition(": sha256:")[0] for line in lines] or ["its files"]
