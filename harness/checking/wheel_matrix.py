"""The matrix of a wheel of scikit-learn that is not released: older models, loaded with it and with the release before.

Both loads have the packages of today and the same Python, so that nothing but scikit-learn differs. The models are
written with the packages of their release's own day.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from harness.checking import wanted
from harness.config import own_code
from harness.environments import availability
from harness.environments.keys import is_wheel
from harness.errors import InputError, shown
from harness.files import replace_text
from harness.machine import tools

if TYPE_CHECKING:
    from pathlib import Path

    from harness.config.matrix import Matrix
    from harness.config.plan import Plan
    from harness.terms import Environment

PACKAGE = "scikit-learn"
PROFILE = "wheel"
_WRITERS = 2  # releases whose models are loaded
_CASES = ["*", "!family:parameters", "!family:third_party", "!family:large"]
_EVERY_CASE = ["*", "!family:third_party", "!family:large"]
_FORMATS = ["pickle/pickle", "joblib/joblib", "cloudpickle/cloudpickle"]


@dataclass(frozen=True, kw_only=True)
class WheelMatrix:
    """A matrix file, and what its environments are for.

    Attributes
    ----------
    version : the wheel's
    writers : save models, the newest last
    before, after : load them: the newest release before the wheel, and the wheel
    """

    file: Path
    version: str
    writers: tuple[str, ...]
    before: str
    after: str


def write(wheel: Path, *, known: Matrix, every: bool = False) -> WheelMatrix:
    """Write the matrix, named by its content.

    Parameters
    ----------
    known : tells the releases, and which Python and NumPy go with each.
    every : every older minor release, each value of the parameters that decide, and three formats; not the two newest
        minors, one model for each estimator and pickle.

    Raises
    ------
    InputError : it is no wheel of scikit-learn for CPython, or nothing older is known.
    """
    version, python = _read(wheel)
    minors = wanted.known(known)
    older = [one for one in minors.values() if Version(str(one.scikit_learn)) < version]
    if not older:
        raise InputError(f"{wheel}: no release before {version} is known; known are {', '.join(minors)}")
    writers = older if every else older[-_WRITERS:]
    last = str(older[-1].scikit_learn)
    before, after = f"release-{last}-py{python}", f"wheel-{version.public}-py{python}"
    today = {"python": python, "as_of": "newest"}
    include: list[dict[str, object]] = [
        *(_writer(one, minors) for one in writers),
        {"name": before, "scikit-learn": last, **today},
        {"name": after, "scikit-learn": version.public, **today, "packages": [str(wheel.resolve())]},
    ]
    profile = {
        "description": f"Models of older releases in {wheel.name}",
        "cases": _EVERY_CASE if every else _CASES,
        "formats": _FORMATS if every else _FORMATS[:1],
        "limits": {"seconds": 60},
    }
    content = {
        "schema": 1,
        "environments": {"as_of": "release", "packages": ["cloudpickle", "pandas"], "include": include},
        "profiles": {PROFILE: profile},
    }
    text = json.dumps(content, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return WheelMatrix(
        file=replace_text(tools.workspace() / ".harness" / "wheels" / f"{digest}.yaml", text),
        version=str(version),
        writers=tuple(str(one["name"]) for one in include[: len(writers)]),
        before=before,
        after=after,
    )


def restricted(plan: Plan, made: WheelMatrix) -> Plan:
    """The plan with the cells that are needed and no others.

    Where the release before cannot be had beside the packages of today, its models' own environment takes its place.
    """
    impossible = availability.why_unresolvable(plan.environments[made.before])
    before = made.before if impossible is None else made.writers[-1]
    there = {*made.writers, before, made.after}
    kept = tuple(one for one in plan.profile.environments if one.name in there)
    return replace(
        plan,
        profile=replace(plan.profile, environments=kept),
        producing=frozenset(made.writers),
        consuming=frozenset({before, made.after}),
    )


def _read(wheel: Path) -> tuple[Version, str]:
    """The version of a wheel of scikit-learn, and the newest Python that it is for. Raises InputError."""
    if not is_wheel(wheel.name):
        raise InputError(
            f"{wheel}: this is no wheel: a file such as scikit_learn-1.10.0rc1-cp313-cp313-linux_x86_64.whl"
        )
    own_code.read(wheel, wheel.name)
    name, version, _, tags = parse_wheel_filename(wheel.name)
    if canonicalize_name(name) != PACKAGE:
        raise InputError(f"{wheel}: this is a wheel of {shown(name)}; `release --wheel` takes one of {PACKAGE}")
    minors = [
        int(tag.interpreter[3:]) for tag in tags if tag.interpreter.startswith("cp3") and tag.interpreter[3:].isdigit()
    ]
    if not minors:
        raise InputError(f"{wheel}: it is for no CPython 3")
    return version, f"3.{max(minors)}"


def _writer(one: Environment, minors: dict[str, Environment]) -> dict[str, object]:
    """What saves models: the release with packages of its day, and a Python that is here."""
    release = str(one.scikit_learn)
    return replace(wanted.of_release(release, minors), label=f"saved-by-{release}").entry(one.kind, ())
