"""What a pickle tells of the environment that wrote it, each version with what it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.inspection.nodes import Built
from harness.inspection.packages import package_of
from harness.inspection.result import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.inspection.graph import Graph
    from harness.inspection.parts import Estimator
    from harness.inspection.walker import Findings

_PATHS = 3  # that one version names

#: Modules that date scikit-learn where no version is kept: the first release without them, or the first with them.
#: They were renamed or moved; see scikit-learn's own changelog of each release.
_UNTIL = {
    "sklearn.cross_validation": "0.20",
    "sklearn.grid_search": "0.20",
    "sklearn.learning_curve": "0.20",
    "sklearn.lda": "0.19",
    "sklearn.qda": "0.19",
    "sklearn.cluster.k_means_": "0.22",
    "sklearn.decomposition.pca": "0.22",
    "sklearn.ensemble.forest": "0.22",
    "sklearn.ensemble.gradient_boosting": "0.22",
    "sklearn.ensemble.weight_boosting": "0.22",
    "sklearn.ensemble.bagging": "0.22",
    "sklearn.feature_selection.univariate_selection": "0.22",
    "sklearn.linear_model.base": "0.22",
    "sklearn.linear_model.logistic": "0.22",
    "sklearn.linear_model.stochastic_gradient": "0.22",
    "sklearn.neighbors.classification": "0.22",
    "sklearn.neighbors.kde": "0.22",
    "sklearn.preprocessing.data": "0.22",
    "sklearn.preprocessing.imputation": "0.22",
    "sklearn.preprocessing.label": "0.22",
    "sklearn.svm.classes": "0.22",
    "sklearn.tree.tree": "0.22",
    "sklearn.externals.joblib": "0.23",
    "sklearn.ensemble._gb_losses": "1.4",
    "sklearn.ensemble._hist_gradient_boosting.loss": "1.1",
    "sklearn.metrics._dist_metrics": "1.3",
}
_FROM = {
    "sklearn.compose": "0.20",
    "sklearn.impute": "0.20",
    "sklearn.ensemble._forest": "0.22",
    "sklearn.tree._classes": "0.22",
    "sklearn.svm._classes": "0.22",
    "sklearn.linear_model._base": "0.22",
    "sklearn._loss": "1.1",
}
#: By the number of arguments of a code object: the Pythons that write it.
_CODES = {13: "2.7", 14: "2.7", 15: "3.0 to 3.7", 16: "3.8 to 3.10", 18: "3.11 or newer"}
#: The instruction that a function begins with, by its number: since 3.11 it tells the minor.
_RESUMES = {128: "3.14", 149: "3.13"}
_PRECALL, _RETURN_CONST, _RESUME = 166, 121, 151  # of 3.11; of 3.12; of both
_FIRST_PYTHONS = {0: "2.7", 1: "2.7", 2: "2.7", 3: "3.0", 4: "3.4", 5: "3.8"}


def of_pickle(graph: Graph, estimators: Mapping[int, Estimator], found: Findings) -> tuple[Evidence, ...]:
    """Every version that a pickle tells of."""
    modules = {module for module, _ in found.globals}
    return (
        *_of_sklearn(graph, estimators, modules),
        *_of_numpy(modules, estimators),
        *_of_joblib(found),
        *_of_python(graph, found),
        *_of_others(modules),
    )


def told(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The same without what something else tells better, or again."""
    found: dict[tuple[str, str], Evidence] = {}
    for one in evidence:
        found.setdefault((one.package, one.version), one)
    exact = {one.package for one in found.values() if one.exact}
    return tuple(one for one in found.values() if one.exact or one.package not in exact)


def _of_sklearn(graph: Graph, estimators: Mapping[int, Estimator], modules: set[str]) -> Iterator[Evidence]:
    by_version: dict[str, list[Estimator]] = {}
    for one in estimators.values():
        if one.version is not None:
            by_version.setdefault(one.version, []).append(one)
    for version, some in sorted(by_version.items(), key=lambda item: -len(item[1])):
        where = tuple(graph.path(one.number) for one in some[:_PATHS])
        yield Evidence(
            package="scikit-learn",
            version=version,
            exact=True,
            why="_sklearn_version in the state",
            where=where,
            count=len(some),
        )
    if not by_version and any(module.partition(".")[0] == "sklearn" for module in modules):
        yield from _dated(estimators, modules)


def _dated(estimators: Mapping[int, Estimator], modules: set[str]) -> Iterator[Evidence]:
    """Bounds of a release that keeps no version of itself."""
    without = [one for one in estimators.values() if one.name.module.startswith("sklearn.")]
    froms = [(version, module) for module, version in _FROM.items() if _has(modules, module)]
    untils = [(version, module) for module, version in _UNTIL.items() if _has(modules, module)]
    if without and not froms:
        untils.append(("0.18", f"{without[0].name.name} without _sklearn_version"))
    last, first = min(untils, key=_by_version, default=None), max(froms, key=_by_version, default=None)
    words = [f">={first[0]}"] if first else []
    words += [f"<{last[0]}"] if last else []
    why = ", ".join(one[1] for one in (first, last) if one)
    yield Evidence(
        package="scikit-learn", version=",".join(words) or "not told", exact=False, why=why or "no version kept"
    )


def _by_version(one: tuple[str, str]) -> tuple[int, ...]:
    return tuple(map(int, one[0].split(".")))


def _has(modules: Iterable[str], name: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for module in modules)


def _of_numpy(modules: set[str], estimators: Mapping[int, Estimator]) -> Iterator[Evidence]:
    for name, major in (("numpy._core", "2"), ("numpy.core", "1")):
        if _has(modules, name):
            yield Evidence(package="numpy", version=f"{major}.x", exact=False, why=f"module {name}")
            return
    if not _has(modules, "numpy"):
        return
    minors = [minor for one in estimators.values() if (minor := _minor(one.version)) is not None]
    if minors and max(minors) < (1, 4):
        yield Evidence(
            package="numpy", version="1.x", exact=False, why="this scikit-learn came before NumPy 2", count=len(minors)
        )
    else:
        yield Evidence(package="numpy", version="not told", exact=False, why="nothing in it differs between 1 and 2")


def _minor(version: str | None) -> tuple[int, int] | None:
    first, _, rest = (version or "").partition(".")
    second = rest.partition(".")[0]
    return (int(first), int(second)) if first.isdecimal() and second.isdecimal() and len(first + second) < 9 else None


def _of_joblib(found: Findings) -> Iterator[Evidence]:
    names = {name.rpartition(".")[2] for name in found.wrappers}
    if not names:
        return
    if any(name.startswith("sklearn.externals.") for name in found.wrappers):
        version, why = "the copy in scikit-learn", "module sklearn.externals.joblib"
    elif "NumpyArrayWrapper" not in names:
        version, why = "<0.10", "arrays in files of their own"
    elif found.aligned:
        version, why = ">=1.2", "arrays are aligned"
    elif found.unaligned:
        version, why = ">=0.10,<1.2", "arrays are not aligned"
    else:
        version, why = ">=0.10", "arrays within the file"
    yield Evidence(package="joblib", version=version, exact=False, why=why)


def _of_python(graph: Graph, found: Findings) -> Iterator[Evidence]:
    if found.python_2 is not None:
        yield Evidence(package="python", version="2", exact=False, why=f"a text of Python 2 at byte {found.python_2:,}")
        return
    codes = {words for node in graph.nodes if isinstance(node, Built) and (words := _of_code(node)) is not None}
    if len(codes) == 1:
        yield Evidence(package="python", version=codes.pop(), exact=False, why="bytecode of a function in it")
        return
    newest = max(found.protocols, default=0)
    why = f"pickle protocol {newest}"
    if newest <= 2:
        yield Evidence(package="python", version="not told", exact=False, why=f"{why}, which all can write")
    else:
        yield Evidence(package="python", version=f">={_FIRST_PYTHONS[newest]}", exact=False, why=why)


def _of_code(node: Built) -> str | None:
    """The Pythons that write such a code object; None if it is none."""
    func = node.func
    inner = func.args if isinstance(func, Built) else None
    is_code = (
        isinstance(inner, tuple) and inner == ("CodeType",)
        if isinstance(func, Built) and isinstance(inner, tuple) and len(inner) == 1 and isinstance(inner[0], str)
        else node.made_of is not None and node.made_of.full == "types.CodeType"
    )
    args = node.args
    if not is_code or not isinstance(args, tuple):
        return None
    words = _CODES.get(len(args))
    if words != _CODES[18]:
        return words
    bytecode = args[6]
    if not isinstance(bytecode, bytes):
        return words
    codes = set(bytecode[::2])
    for number, version in _RESUMES.items():
        if number in codes and _RESUME not in codes:
            return version
    if _RESUME in codes:
        return "3.11" if _PRECALL in codes else "3.12" if _RETURN_CONST in codes else "3.11 or 3.12"
    return words


#: Of these other evidence tells, or there is none to tell.
_TOLD = frozenset({"scikit-learn", "numpy", "joblib"})


def _of_others(modules: set[str]) -> Iterator[Evidence]:
    """Third parties: that they are needed; which version they are of is not told by modules."""
    tops: dict[str, str] = {}
    for module in sorted(modules):
        package = package_of(module)
        if package is not None and package not in _TOLD:
            tops.setdefault(package, module)
    for package, module in tops.items():
        yield Evidence(package=package, version="not told", exact=False, why=f"module {module[:100]}")
