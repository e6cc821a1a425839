"""Packages that come as source archives only: their wheels are built here, once, from archives that a hash names.

That is done for the packages that matrix.yaml names (``environments.from_source``) and for no other. An archive is a
program of others. So it is built in a sandbox, which has no network and shows Python, setuptools and the archive. Only
plain Python becomes a wheel: a wheel of one's own compilers would be another on each machine.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from packaging.utils import canonicalize_name

from harness.environments import (
    Folders,
    LackingError,
    NotReadyError,
    UnreachableError,
    UnusableError,
    bubblewrap,
    wheel_files,
)
from harness.files import writing
from harness.machine import processes, tools

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What builds, and the hash of its wheel. It holds for every archive, so that none depends on the day it was built on.
BUILDER = "setuptools==80.9.0"
_BUILDER_HASH = "062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922"
_BUILDER_SCRIPT = Path(__file__).with_name("wheel_builder.py")

SECONDS = 180.0
MEMORY = 2 * 1024**3  # bytes
MOST = 64 * 1024**2  # bytes of an archive
_WAY = 1  # of building: what is built in another way is another wheel
_LINE = re.compile(r"^# from source: ([A-Za-z0-9._-]+)==(\S+) sha256:([0-9a-f]{64}) by (\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A source archive of the package index."""

    name: str  # normalized
    version: str
    sha256: str
    builder: str = BUILDER

    @property
    def line(self) -> str:
        """What a lock says of it."""
        return f"# from source: {self.name}=={self.version} sha256:{self.sha256} by {self.builder}\n"

    def origin(self, address: str) -> dict[str, Any]:
        """What its wheel says of where it comes from, as PEP 610 has it."""
        return {"url": address, "archive_info": {"hashes": {"sha256": self.sha256}}, "built_by": self.builder}

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def archives(lock: str) -> tuple[Archive, ...]:
    """The archives that a lock's text names."""
    fields = ("name", "version", "sha256", "builder")
    return tuple(Archive(**dict(zip(fields, found, strict=True))) for found in _LINE.findall(lock))


def missing() -> str | None:
    """What this machine lacks to build wheels, and what to do about that."""
    if shutil.which("bwrap"):
        return None
    return "its wheel is built in a sandbox, and this machine lacks bubblewrap: `apt-get install bubblewrap`"


def chosen(pylock: dict[str, Any]) -> tuple[Archive, str] | None:
    """The archive that a pylock.toml of one package names, and its address; None where a wheel is there.

    Raises UnreachableError where the index gives no hash or address.
    """
    (package,) = pylock["packages"]
    if package.get("wheels"):
        return None
    sdist = package.get("sdist", {})
    address, sha256 = sdist.get("url"), sdist.get("hashes", {}).get("sha256")
    if not address or not sha256:
        raise UnreachableError(f"the package index gives no address or no sha256 of the archive of {package['name']}")
    name = canonicalize_name(package["name"])
    return Archive(name=name, version=package["version"], sha256=sha256), address


def there(archive: Archive) -> Path | None:
    """Its wheel, if it was built before."""
    return next(_place(archive).glob("*.whl"), None)


def wheel(archive: Archive, address: str) -> Path:
    """Its wheel, built now if it is not there.

    Raises UnusableError where it cannot be built, and another NotReadyError where it cannot be built now.
    """
    if archive.builder != BUILDER:
        raise UnusableError(f"{archive} is to be built by {archive.builder}, and this release has {BUILDER}")
    place = _place(archive)
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):
        found = there(archive)
        if found is None:
            _build(archive, address, place)
            found = there(archive)
    if found is None:
        raise NotReadyError(f"{place} holds no wheel of {archive}: remove that folder")
    return found


def installable(lock: str, wheels: Mapping[Archive, Path]) -> tuple[str, tuple[str, ...]]:
    """A lock's text and options for uv, with the hashes of built wheels where the lock has those of archives."""
    options: list[str] = []
    for archive, path in wheels.items():
        lock = with_hash(lock, archive, _sha256(path.read_bytes()))
        options += ["--find-links", str(path.parent)]
    return lock, tuple(options)


def with_hash(lock: str, archive: Archive, sha256: str) -> str:
    """A lock in which a hash is the only one of an archive's package."""
    name = "[-_.]+".join(map(re.escape, archive.name.split("-")))
    pin = rf"(?im)^({name}==\S+)(?:[ \t]*\\\n[ \t]*--hash=sha256:[0-9a-f]{{64}})*"
    return re.sub(pin, rf"\1 \\\n    --hash=sha256:{sha256}", lock)


def _place(archive: Archive) -> Path:
    key = hashlib.sha256(json.dumps([_WAY, archive.line]).encode()).hexdigest()[:16]
    return tools.workspace() / ".harness" / "built" / f"{archive.name}-{archive.version}-{key}"


def _build(archive: Archive, address: str, place: Path) -> None:
    if (lacking := missing()) is not None:
        raise LackingError(lacking)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        scratch, source = folder / "scratch", folder / "archive.tar.gz"
        source.write_bytes(_fetched(archive, address))
        _run_builder(archive, source, scratch)
        try:
            made = wheel_files.only((scratch / "wheels").iterdir(), archive.name, archive.version)
            content = wheel_files.with_origin(made, archive.origin(address))
        except ValueError as error:
            raise UnusableError(f"building {archive} gave no wheel that can be used: {error}") from None
        part = place.with_name(f"{place.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        with writing(part):
            part.mkdir()
            (part / made.name).write_bytes(content)
            part.rename(place)


def _fetched(archive: Archive, address: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        raise UnreachableError(f"the archive of {archive} has no address that can be asked: {address}")
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  # the scheme was looked at
            content: bytes = answer.read(MOST + 1)
    except OSError as error:
        raise UnreachableError(f"the archive of {archive} cannot be fetched: {error}") from error
    if len(content) > MOST:
        raise UnusableError(f"the archive of {archive} is larger than {MOST:,} bytes")
    if _sha256(content) != archive.sha256:
        raise UnusableError(f"the archive of {archive} is not the one that its hash names: {_sha256(content)}")
    return content


def _run_builder(archive: Archive, source: Path, scratch: Path) -> None:
    """Let the sandbox build; what it wrote is in ``scratch``, and as untrusted as the archive."""
    builder = _builder()
    bubblewrap.give(scratch)
    (scratch / "wheels").mkdir(mode=0o777)
    (scratch / "wheels").chmod(0o777)
    python = Path(sys.executable).resolve()
    program = (python, "-I", "-B", _BUILDER_SCRIPT, source, builder, scratch / "wheels")
    view = bubblewrap.of_this_machine([Path(sys.base_prefix), _BUILDER_SCRIPT, source, builder])
    folders = Folders(stage=source, scratch=scratch)
    argv = ("prlimit", f"--fsize={MEMORY}", *bubblewrap.sandboxed(program, view=view, folders=folders, memory=MEMORY))
    # The earliest time that a zip knows: a wheel must not tell when it was built.
    variables = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent", "SOURCE_DATE_EPOCH": "315532800"}
    done = processes.run(argv, seconds=SECONDS, env={**variables, "TMPDIR": str(scratch)})
    if done.code is None:
        raise NotReadyError(f"building the wheel of {archive} took longer than {SECONDS:.0f} s")
    if done.code != 0:
        words = " ".join(done.stderr.split())[-400:]
        raise UnusableError(f"the wheel of {archive} could not be built: {words}")


def _builder() -> Path:
    """The folder with setuptools, unpacked once."""
    place = tools.workspace() / ".harness" / "built" / f"{BUILDER}-{_BUILDER_HASH[:12]}"
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):
        if place.exists():
            return place
        part = place.with_name(f"{place.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder, "requirements.txt")
            wanted.write_text(f"{BUILDER} --hash=sha256:{_BUILDER_HASH}\n")
            options = ("--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", wanted)
            command = (tools.uv(), "pip", "install", "--python", sys.executable, "--target", part, *options)
            done = processes.run(command, seconds=SECONDS)
        if done.code != 0:
            raise UnreachableError(f"uv could not install {BUILDER}: {' '.join(done.stderr.split())[:400]}")
        part.rename(place)
    return place


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
