"""Reads what a kit brings back. Whoever had the file may have written anything into it, so all of it is checked."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from harness import messages
from harness.config.problems import dotted
from harness.engine import kit
from harness.errors import InputError, shown
from harness.files import regular
from harness.machine import tools
from harness.messages import GuestDied
from harness.store import RUN_ID
from harness.store.journal import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.messages import Ended, Loaded

MARK = "one process, no isolation"
_MOST_BYTES = 512 * 2**20
_LONGEST = 300  # characters of a text about the environment
_SHOWN = 3
_VERSION = re.compile(r"\d[A-Za-z0-9.+!]{0,20}")
_SYSTEM = re.compile(r"[a-z][a-z0-9]{0,20}")
#: `sys.platform` in the words of `platform.system`.
_SYSTEMS = {"win32": "windows", "cygwin": "windows"}


def _cut(value: object) -> object:
    return clean(value)[:_LONGEST] if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_cut)]
_Texts = Annotated[dict[_Text, _Text], Field(max_length=5_000)]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KitEnvironment(BaseModel):
    """Where a kit ran, by its own words."""

    model_config = ConfigDict(strict=True)

    system: _Text
    python: _Text
    implementation: _Text
    build: _Text
    machine: _Text
    bits: Literal[32, 64]
    byteorder: Literal["little", "big"]
    libc: _Text
    cpu: _Text | None
    cpu_features: Annotated[list[_Text], Field(max_length=1_000)]
    packages: _Texts
    blas: Annotated[list[dict[_Text, _Text | int | None]], Field(max_length=50)] | None
    variables: _Texts

    @property
    def name(self) -> str:
        """What it is called: ``kit-sk1.5.2-py3.12-win32``."""
        python = ".".join(self.python.split(".")[:2])
        versions = (("sk", self.packages.get("scikit-learn", "")), ("py", python))
        parts = [label + version for label, version in versions if _VERSION.fullmatch(version)]
        return "-".join(["kit", *parts, self.system if _SYSTEM.fullmatch(self.system) else "unknown"])

    @property
    def platform(self) -> str:
        """As in ``matrix.yaml``."""
        return tools.platform_of(_SYSTEMS.get(self.system, self.system), self.machine)


class _File(BaseModel):
    model_config = ConfigDict(strict=True)

    kit_facts: int
    kit: _Digest
    run_id: _Text
    environment: KitEnvironment
    include_data: bool
    wanted: dict[str, _Digest]
    cells: list[dict[str, Any]]
    finished: float


@dataclass(frozen=True, kw_only=True)
class KitFacts:
    """A facts file that is sound in itself, and about artifacts of a run."""

    path: Path
    digest: str  # of the file
    kit: str  # the digest of the kit
    environment: KitEnvironment
    wanted: tuple[str, ...]  # the cells that the kit was to load, as it calls them
    events: Mapping[str, Loaded | Ended]  # by the name that a kit has for a cell


def read(path: Path, known: Mapping[str, str], run_id: str) -> KitFacts:
    """The facts of a file.

    Parameters
    ----------
    known : sha256 of each artifact, by the name that a kit has for a cell of it.

    Raises
    ------
    InputError : it is no facts file, it is damaged, or it is not about this run's artifacts.
    """
    data = _bytes(path)
    file = _parsed(data, path)
    if file.kit_facts != kit.VERSION:
        raise InputError(
            f"{path}: version {file.kit_facts} of such files is not known; this program reads {kit.VERSION}"
        )
    if file.run_id != run_id:
        raise InputError(
            f"{path}: these facts are of run {shown(file.run_id)}, not of {run_id}: merge them with that one"
        )
    _check_known(path, file.wanted, known)
    return KitFacts(
        path=path,
        digest=hashlib.sha256(data).hexdigest(),
        kit=file.kit,
        environment=file.environment,
        wanted=tuple(file.wanted),
        events=_events(path, file),
    )


def run_id(path: Path) -> str:
    """The run that a facts file says it is of. Raises InputError where it says none."""
    named = _parsed(_bytes(path), path).run_id
    if not RUN_ID.fullmatch(named):
        raise InputError(f"{path}: {shown(named)} is no run: say which, merge RUN {path.name}")
    return named


def _bytes(path: Path) -> bytes:
    size = regular(path).stat().st_size
    if size > _MOST_BYTES:
        raise InputError(f"{path}: {size} bytes are more than a kit writes: it is not read")
    return path.read_bytes()


def _parsed(data: bytes, path: Path) -> _File:
    def refused(word: str) -> float:
        raise ValueError(f"{word} is no number")

    try:
        return _File.model_validate(json.loads(data, parse_constant=refused))
    except ValidationError as error:
        wrong = [f"  {dotted(one['loc'])[:_LONGEST]}: {one['msg']}" for one in error.errors()[:_SHOWN]]
        raise InputError("\n".join([f"{path}: this is no facts file of a kit, or it is damaged:", *wrong])) from None
    except (ValueError, RecursionError) as error:
        why = str(error)[:_LONGEST]
        raise InputError(f"{path}: this is no facts file of a kit, or it is damaged: {why}; bring it again") from None


def _check_known(path: Path, wanted: Mapping[str, str], known: Mapping[str, str]) -> None:
    if not wanted:
        raise InputError(f"{path}: it tells of no cell")
    others = [name for name, digest in wanted.items() if known.get(name) != digest]
    if others:
        names = ", ".join(shown(clean(name)) for name in others[:_SHOWN])
        raise InputError(f"{path}: {len(others)} of its cells are of no artifact of this run, such as {names}")


def _events(path: Path, file: _File) -> dict[str, Loaded | Ended]:
    found: dict[str, Loaded | Ended] = {}
    for place, told in enumerate(file.cells):
        try:
            event = _event(told)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InputError(f"{path}: cells[{place}] is damaged: {str(clean(str(error)))[:_LONGEST]}") from None
        if event["id"] not in file.wanted or event["id"] in found:
            how = "twice" if event["id"] in found else "without being asked"
            raise InputError(f"{path}: cells[{place}] answers {how} for {shown(clean(event['id']))}")
        found[event["id"]] = event
    return found


def _event(told: Mapping[str, Any]) -> Loaded | Ended:
    """One answer, as a guest would have sent it. Raises ValueError for what is none."""
    if not _is_finite(told):
        raise ValueError("a number is too large")
    if told.get("event") == "ended":
        doing = {"load": "loading", "predict": "predicting"}.get(str(told.get("step")))
        if doing is None or not isinstance(told.get("id"), str):
            raise ValueError("it does not say at what the process ended")
        return GuestDied(event="guest-died", id=told["id"], child=None, how=f"its process ended while {doing}")
    if told.get("event") not in {"cell", "overtime"}:
        raise ValueError(f"there is no event {shown(told.get('event'))}")
    return messages.parse({**told, "child": 0}, "load")  # type: ignore[return-value]  # one of these two


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
