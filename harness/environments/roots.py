"""Roots: folders with a Debian of few packages, of any architecture, in which guests are run.

mmdebstrap unpacks the packages and runs nothing of them, so that a root of another architecture takes seconds. One root
serves every environment with the same recipe. It lies in the workspace under the recipe's digest and is used as it is;
it is made beside its place and then moved there, so that a half-made root is none.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from harness.environments import NotReadyError, bytecode
from harness.files import writing
from harness.machine import platforms, processes, tools
from harness.machine.platforms import SUITES

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 900.0
#: What wheels need beside themselves, and setpriv.
_BASE = ("python3", "python3-minimal", "libpython3-stdlib", "libc-bin", "libgomp1", "libstdc++6", "util-linux")
#: Hooks of mmdebstrap's own that make /bin a link to /usr/bin, as every Debian of today has it.
_MERGED = Path("/usr/share/mmdebstrap/hooks/merged-usr")
_DEBS = "var/cache/apt/archives"
#: The setting of apt that mirrors with old lists need, such as copies that are frozen; taken from this machine's apt.
_VALID = "Acquire::Check-Valid-Until"
_EXPIRED = (
    "if you trust an old copy, tell apt so, in a file of /etc/apt/apt.conf.d or that APT_CONFIG names: "
    f'{_VALID} "false";'
)
_VERSION = 1  # of the way roots are made


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a root is made of."""

    suite: str
    platform: str
    packages: tuple[str, ...]

    @property
    def name(self) -> str:
        text = json.dumps([_VERSION, asdict(self)])
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return f"{self.suite}-{platforms.OF[self.platform].debian}-{digest}"

    @property
    def python(self) -> str:
        """Its minor version."""
        return SUITES[self.suite]


@dataclass(frozen=True, kw_only=True)
class Root:
    """A root that is there."""

    recipe: Recipe
    place: Path  # holds the root and what is said of it

    @property
    def folder(self) -> Path:
        """What becomes ``/``."""
        return self.place / "root"

    @property
    def packages(self) -> tuple[str, ...]:
        """Debian's packages in it, each as ``name_version_architecture.deb sha256:...``."""
        return tuple((self.place / "packages.txt").read_text().splitlines())


def recipe(suite: str, platform: str, more: tuple[str, ...] = ()) -> Recipe:
    """A root with Python, and ``more`` of Debian's packages."""
    return Recipe(suite=suite, platform=platform, packages=(*_BASE, *more))


def site(python: str) -> str:
    """The folder of a root that its Python looks into first for packages that are not Debian's."""
    return f"/usr/local/lib/python{python}/dist-packages"


def missing(wanted: Recipe) -> list[str]:
    """What this machine lacks to make it, as Debian's packages; nothing where it is there."""
    if _place(wanted).exists() or shutil.which("mmdebstrap"):
        return []
    return ["mmdebstrap"]


def stored() -> Iterator[Root]:
    """Every root of the workspace, whoever uses it."""
    for place in sorted(_folder().glob("*/recipe.json")):
        held = json.loads(place.read_text())
        yield Root(recipe=Recipe(**{**held, "packages": tuple(held["packages"])}), place=place.parent)


def remove(root: Root) -> None:
    shutil.rmtree(root.place)


def made(wanted: Recipe) -> Root:
    """The root, made now where it is not there. Raises NotReadyError."""
    place = _place(wanted)
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):  # environments with the same root are built side by side
        if not place.exists():
            _make(wanted, place)
    return Root(recipe=wanted, place=place)


def _make(wanted: Recipe, place: Path) -> None:
    if lacking := missing(wanted):
        raise NotReadyError(f"its root cannot be made without {lacking[0]}: `apt-get install {lacking[0]}`")
    if os.geteuid() != 0:
        raise NotReadyError(f"its root {wanted.name} must be made by root, once: `sudo python -m harness rootfs build`")
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with writing(part):
        part.mkdir()
    _unpack(wanted, part)
    root = part / "root"
    with writing(part):
        (root / site(wanted.python)[1:]).mkdir(parents=True, exist_ok=True)
        (part / "recipe.json").write_text(json.dumps(asdict(wanted)))
    folders = [root / "usr/lib" / name for name in (f"python{wanted.python}", "python3")]
    bytecode.add([folder for folder in folders if folder.exists()], wanted.python, root=root)
    part.rename(place)


def _unpack(wanted: Recipe, part: Path) -> None:
    """Let mmdebstrap do it; what it took from Debian is listed before it throws the files away."""
    listed = f'cd "$1/{_DEBS}" && sha256sum *.deb > "{part}/sums.txt"'
    command: list[str | Path] = ["mmdebstrap", "--quiet", "--variant=extract", "--mode=root"]
    command += [f"--architectures={platforms.OF[wanted.platform].debian}", f"--include={','.join(wanted.packages)}"]
    command += [f"--hook-dir={_MERGED}"] if _MERGED.exists() else []
    command += ["--aptopt=Acquire::Retries 3", *_expired_taken()]
    command += [f"--extract-hook={listed}", "--skip=check/qemu", wanted.suite, part / "root", *_mirror()]
    done = processes.run(command, seconds=SECONDS)
    if done.code is None:
        raise NotReadyError(f"mmdebstrap did not make its root within {SECONDS:.0f} s")
    if done.code != 0:
        words = " ".join(done.stderr.split())[-600:]
        more = f"; {_EXPIRED}" if "is expired" in words else ""
        raise NotReadyError(f"mmdebstrap could not make its root of {wanted.suite}: {words}{more}")
    lines = (line.split() for line in (part / "sums.txt").read_text().splitlines())
    (part / "packages.txt").write_text("".join(f"{name} sha256:{digest}\n" for digest, name in lines))
    (part / "sums.txt").unlink()


def _expired_taken() -> list[str]:
    """Whether this machine's apt takes lists of packages that have expired: then mmdebstrap may, too."""
    command = ["apt-config", "shell", "valid", f"{_VALID}/b"]
    told = processes.run(command, seconds=SECONDS).stdout
    return [f'--aptopt={_VALID} "false"'] if "'false'" in told else []


def _mirror() -> list[str]:
    """Where this machine takes its own Debian from; of nothing but that mmdebstrap takes the suite as it was released,
    which changes a few times a year. Elsewhere it knows a mirror itself.
    """
    command = ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN) $(CODENAME)", "Created-By: Packages"]
    lines = [line.split() for line in processes.run(command, seconds=SECONDS).stdout.splitlines()]
    return [line[0] for line in lines if line[1:2] == ["Debian"] and "-" not in line[-1]][:1]


def _folder() -> Path:
    return tools.workspace() / ".harness" / "roots"


def _place(wanted: Recipe) -> Path:
    return _folder() / wanted.name
