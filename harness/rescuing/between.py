"""Releases between the writer's and the target's in which a model may be saved again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from harness.bisecting import releases
from harness.checking import wanted
from harness.checking.existing import Existing
from harness.checking.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.bisecting.subjects import File
    from harness.checking.wanted import Entry

#: More cost minutes each, and get few models over.
_MOST = 2
#: The last NumPy that knows the names of NumPy 2, and saves under the old ones.
_NUMPY_1 = "1.26"
_PYTHON_OF_NUMPY_1 = "3.12"


def environments(file: File, target: Entry) -> list[Wanted]:
    """A few environments between, those first that most probably help."""
    home = file.home
    assert isinstance(home, Wanted)
    assert isinstance(target, Wanted | Existing)
    found = []
    known = wanted.known(file.matrix)
    if _goes_back(file, target):
        numpy_1 = [*file.packages, f"numpy=={_NUMPY_1}.*"]
        one = wanted.of_release(home.scikit_learn, known, packages=numpy_1)
        label = f"sk{home.scikit_learn}-np{_NUMPY_1}"
        found.append(replace(one, python=min(one.python, _PYTHON_OF_NUMPY_1, key=Version), label=label))
    line = releases.newest_of_minors(releases.line(file.matrix, known, file.packages))
    return [*found, *ends(releases.between(line, home.scikit_learn, target.scikit_learn))][:_MOST]


def ends(entries: Sequence[Wanted]) -> list[Wanted]:
    """The first and the last: what a release renames, its neighbours know by both names."""
    return list(dict.fromkeys([*entries[:1], *entries[-1:]]))


def _goes_back(file: File, target: Entry) -> bool:
    """Whether the file was written under NumPy 2, and the target has NumPy 1."""
    numpy = next((one.version for one in file.found.evidence if one.package == "numpy"), "")
    held = getattr(target, "numpy", None) or ""
    return numpy[:1] == "2" and bool(held) and Version(held) < Version("2")
