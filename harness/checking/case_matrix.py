"""The matrix of one case file between some releases, for whoever has no matrix."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.checking import targets, wanted
from harness.config import source_files
from harness.errors import InputError, shown
from harness.files import replace_text
from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.config.matrix import Matrix

PROFILE = "case"
_FORMATS = ["pickle", "joblib/joblib", "cloudpickle/cloudpickle"]


def write(
    case: Path,
    saved: Sequence[str],
    loaded: Sequence[str],
    *,
    known: Matrix,
    data: Sequence[Path] = (),
    packages: Sequence[str] = (),
) -> Path:
    """Write the matrix, named by its content; return the file.

    Parameters
    ----------
    case : a file with functions ``case_NAME(seed)``
    saved, loaded : releases of scikit-learn, ``1.4.2`` or ``1.4``, and ranges, ``1.4..1.9``; each saves and each loads
    known : tells which Python and NumPy go with a release
    data : files beside the case that it reads, besides those that it names itself
    packages : that each environment has

    Raises
    ------
    InputError : there is no such file, or a release is not known.
    """
    if not case.is_file() or case.suffix != ".py":
        raise InputError(f"{case}: this is no file of cases: a Python file with functions case_NAME(seed)")
    if not all(character.isalnum() or character in "._" for character in case.stem):
        raise InputError(f"{shown(case.name)}: a file of cases is a module: letters, digits and underscores")
    minors = wanted.known(known)
    asked = [("--from", word) for word in saved] + [("--to", word) for word in loaded]
    releases = [release for option, word in asked for release in targets.releases(option, word, minors)]
    include = [_entry(wanted.of_release(release, minors)) for release in dict.fromkeys(releases)]
    files = dict.fromkeys(path.resolve() for path in [*named_data(case), *data])
    content = {
        "schema": 1,
        "environments": {"as_of": "release", "packages": ["cloudpickle", "pandas", *packages], "include": include},
        "cases": {"files": [str(case.resolve())], "data": list(map(str, files))},
        "profiles": {
            PROFILE: {
                "description": f"The cases of {case.name}",
                "cases": [f"family:{case.stem}"],
                "formats": _FORMATS,
            }
        },
    }
    text = json.dumps(content, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return replace_text(tools.workspace() / ".harness" / "cases" / f"{digest}.yaml", text)


def named_data(case: Path) -> list[Path]:
    """The files beside a case that its text names, as ``"customers.csv"``. A module is found by its import."""
    texts = [node.value for node in ast.walk(source_files.parse(case)[1]) if isinstance(node, ast.Constant)]
    names = dict.fromkeys(text for text in texts if isinstance(text, str) and _is_data(text))
    return [case.with_name(name) for name in names if case.with_name(name).is_file()]


def _is_data(text: str) -> bool:
    path = Path(text)
    return bool(path.suffix) and path.suffix not in {".py", ".pyc"} and path.name == text and text.isprintable()


def _entry(one: wanted.Wanted) -> dict[str, Any]:
    numpy = {"numpy": one.numpy} if one.numpy else {}
    return {"scikit-learn": one.scikit_learn, "python": one.python, **numpy, "packages": list(one.packages)}
