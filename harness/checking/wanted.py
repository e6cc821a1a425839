"""Environments for a model file, by their scikit-learn release; and the matrix file that they become.

The project's own matrix is what is known: it has an environment for each minor release, with a Python and a NumPy
of its day. Other releases of a minor get the same Python.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from packaging.requirements import Requirement
from packaging.version import Version

from harness.checking import pythons
from harness.environments import kinds
from harness.errors import InputError
from harness.files import replace_text
from harness.machine import tools
from harness.terms import AsOf, minor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from packaging.specifiers import SpecifierSet

    from harness.config.matrix import Matrix
    from harness.terms import Environment

KIND = "sandboxed"
#: The kind that runs a model without a sandbox.
TRUSTED_KIND = "local"
#: Minors below the first of the matrix: the newest release, the Python that has wheels of it, what it needs without
#: saying so, and the day of the index. Before 0.20 no dependencies are declared; the first days have no wheels of them.
OLDER = {
    "0.18": ("0.18.2", "3.6", ("numpy", "scipy"), "2018-09-30"),
    "0.19": ("0.19.2", "3.6", ("numpy", "scipy"), "2018-09-30"),
    "0.20": ("0.20.4", "3.6", (), "2019-07-31"),
    "0.21": ("0.21.3", "3.7", (), "release"),
    "0.22": ("0.22.2", "3.8", (), "release"),
    "0.23": ("0.23.2", "3.8", (), "release"),
}
#: The day of an index that has all there is.
_ANY_DAY = "2099-12-31"
#: Packages that come from the index of today, whatever the day of an environment: programs of Java behind a few lines
#: of Python. The first of them had no wheels before 2025, and the last refuses to work when it is a year old.
_OF_TODAY = ("jpmml-evaluator", "py4j", "pyjnius", "sklearn2pmml")
#: How many releases are tried in the place of one.
_STAND_INS = 4


class Entry(Protocol):
    """What a matrix can name."""

    @property
    def name(self) -> str: ...

    def entry(self, kind: str, packages: Sequence[str]) -> dict[str, object]:
        """What the matrix says of it, beside others of a kind that have further packages."""
        ...


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An environment that is wanted.

    Attributes
    ----------
    scikit_learn : a release, or a minor, whose newest release is meant
    python : its minor
    numpy : a release or a minor; None leaves it to the resolver
    packages : further requirements
    as_of : the day of the package index, or ``release``
    label : what the user calls it, if not by its release
    of_its_day : packages that are resolved as of the day of the release, whatever ``as_of`` says
    notes : what is to be told of it
    """

    scikit_learn: str
    python: str
    numpy: str | None = None
    packages: tuple[str, ...] = ()
    as_of: str = "release"
    label: str | None = None
    of_its_day: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """It tells apart what differs: environments of one run are known by it."""
        if self.label is not None:
            return self.label
        numpy = f"-np{self.numpy}" if self.numpy else ""
        return f"sk{self.scikit_learn}-py{self.python}{numpy}"

    @property
    def called(self) -> str | None:
        """What the user calls it, such as a requirements file; None: by its release."""
        return self.label

    @property
    def minor(self) -> str:
        return minor_of(self.scikit_learn)

    def entry(self, kind: str, packages: Sequence[str]) -> dict[str, object]:
        """What a matrix says of it, as one of a kind and with further packages."""
        numpy = {"numpy": self.numpy} if self.numpy else {}
        # A package that is pinned may be younger than the release, and its other packages are not for that.
        pinned = [one.name for one in map(Requirement, self.packages) if "==" in str(one.specifier)]
        younger = sorted(pinned) if self.as_of != str(AsOf.NEWEST) else ()
        by_name = {**dict.fromkeys(younger, _ANY_DAY), **dict.fromkeys(self.of_its_day, str(AsOf.RELEASE))}
        days = {"days": by_name} if by_name else {}
        given = {"name": self.name, "kind": kind, "scikit-learn": self.scikit_learn, "python": self.python, **numpy}
        packages = sorted({*_installable(packages, self), *self.packages})
        return {**given, "as_of": self.as_of, **days, "packages": packages}


def label(text: str) -> str:
    """A name for an environment from what the user calls it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("._-")[:60] or "target"


def by_minor(environments: Iterable[Environment]) -> dict[str, Environment]:
    """The matrix' local environments with scikit-learn, one for each minor: the newest, or the last that it names."""
    found: dict[str, Environment] = {}
    for one in environments:
        # What comes from a further index is no release.
        plain = kinds.OF[one.kind].plain and not one.options
        if plain and one.scikit_learn is not None and one.python is not None:
            known = found.get(minor_of(one.scikit_learn))
            if known is None or Version(one.scikit_learn) >= Version(known.scikit_learn or "0"):
                found[minor_of(one.scikit_learn)] = one
    return dict(sorted(found.items(), key=lambda item: Version(item[0])))


def known(matrix: Matrix) -> dict[str, Environment]:
    """What the profile ``default`` of a matrix knows: an environment for each minor, see `by_minor`."""
    return by_minor(matrix.environments_of("default", satisfiable=lambda _: True))


def of_release(
    release: str, known: dict[str, Environment], *, numpy_major: str | None = None, packages: Sequence[str] = ()
) -> Wanted:
    """An environment of a release. Raises InputError for one whose minor nobody knows.

    Parameters
    ----------
    numpy_major : that it must have, "1" or "2"; None: whatever goes with it.
    """
    template = known.get(minor_of(release))
    if template is None:
        return _older(release, known, packages)
    packages = [one for one in packages if one != "joblib"]  # all but the oldest have it
    exact, own = release.count(".") > 1, any(Requirement(one).name.lower() == "numpy" for one in packages)
    # The template's NumPy may be younger than another release of its minor, which gets that of its own day.
    numpy = template.numpy if not own and release in {template.scikit_learn, minor_of(release)} else None
    if not own and numpy_major is not None and (numpy is None or numpy.partition(".")[0] != numpy_major):
        numpy, packages = None, (*packages, f"numpy>={numpy_major},<{int(numpy_major) + 1}")
    named = release if exact else template.scikit_learn or release
    preferred = str(template.python)
    python = pythons.there(minor_of(release), preferred)
    if python != preferred and numpy is not None:  # another Python may have no wheels of this very NumPy
        major = int(numpy.partition(".")[0])
        numpy, packages = None, (*packages, f"numpy>={major},<{major + 1}")
    notes = () if python == preferred else (f"Python {python} is used, as no {preferred} is here",)
    return Wanted(scikit_learn=named, python=python, numpy=numpy, packages=tuple(packages), notes=notes)


def minors(known: dict[str, Environment]) -> list[str]:
    """Every minor that an environment can be composed of, the oldest first; those of the matrix are ``known``."""
    return [*OLDER, *known]


def is_known(release: str, known: dict[str, Environment]) -> bool:
    """Whether an environment of a release can be composed; development versions are in no index."""
    parsed = Version(release)
    return minor_of(release) in minors(known) and not parsed.is_devrelease and not parsed.local


def nearest(release: str | None, dated: SpecifierSet | None, known: dict[str, Environment]) -> list[str]:
    """Releases that may stand in for one that cannot be had, the nearest first: those within bounds, then others.

    Parameters
    ----------
    release : the one that is lacking; None if only bounds are known.
    dated : such bounds.
    """
    every = minors(known)
    minor = None if release is None else minor_of(release)
    if minor is not None:
        at = float(every.index(minor)) if minor in every else sum(Version(one) < Version(minor) for one in every) - 0.5
        near = sorted(range(len(every)), key=lambda place: abs(place - at))
    else:
        assert dated is not None
        within = [place for place, one in enumerate(every) if dated.contains(one)]
        edge = within[-1] if within else 0 if dated.contains("0.0.1") else len(every) - 1
        near = sorted(range(len(every)), key=lambda place: (place not in within, abs(place - edge)))
    found = [known[every[place]].scikit_learn if every[place] in known else OLDER[every[place]][0] for place in near]
    return [one for one in found if one is not None and one != release][:_STAND_INS]


def _older(release: str, known: dict[str, Environment], packages: Sequence[str]) -> Wanted:
    if minor_of(release) not in OLDER:
        every = ", ".join(minors(known))
        raise InputError(f"scikit-learn {release} is not known; known are {every}")
    newest, python, needed, day = OLDER[minor_of(release)]
    names = {Requirement(one).name.lower() for one in packages}
    more = (*(name for name in needed if name not in names), *packages)
    return Wanted(scikit_learn=release if release.count(".") > 1 else newest, python=python, packages=more, as_of=day)


def _installable(packages: Sequence[str], one: Wanted) -> list[str]:
    """Those that have wheels beside the release: uv cannot read what the pandas of the oldest say of themselves."""
    return [package for package in packages if package != "pandas" or one.minor not in {"0.18", "0.19"}]


def matrix_file(
    wanted: Iterable[Entry],
    *,
    kind: str,
    packages: Sequence[str],
    optional: Sequence[str] = (),
    modules: Sequence[Path] = (),
) -> Path:
    """Write the matrix of some environments, named by its content; return the file.

    Parameters
    ----------
    packages, modules : that each of them has; modules are files, or folders of packages.
    optional : packages that each has where they resolve.
    """
    include = [one.entry(kind, packages) for one in wanted]
    profile = {"description": "One model file", "kinds": list(dict.fromkeys(one["kind"] for one in include))}
    environments: dict[str, object] = {"as_of": "release", "include": include}
    environments["modules"] = [str(path.absolute()) for path in modules]
    if optional:
        environments["tools"] = list(optional)
    if set(optional) & set(_OF_TODAY):
        environments["days"] = dict.fromkeys(_OF_TODAY, _ANY_DAY)
    content = {"schema": 1, "environments": environments, "profiles": {"check": profile}}
    text = json.dumps(content, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return replace_text(tools.workspace() / ".harness" / "checks" / f"{digest}.yaml", text)
