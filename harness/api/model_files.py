"""The functions of `harness` that take a user's own model file: thin, over what the verbs call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from harness.analysis.bisected import Bisected
    from harness.analysis.checked import Checked
    from harness.analysis.rescued import Rescued
    from harness.checking import Ask
    from harness.inspection.result import Inspection

# ruff: noqa: PLC0415  # pandas costs half a second, and nox and `--help` import this package


def inspect(path: str | Path, *, limits: Mapping[str, int] | None = None) -> Inspection:
    """Tell what a model file is, without running any of it: who wrote it, what it holds, needs and would call.

    Parameters
    ----------
    path : str or Path
        A file of pickle, joblib, cloudpickle, skops, ONNX, PMML, XGBoost, LightGBM or CatBoost, compressed or not, or a
        folder of MLflow. Its content tells which it is.
    limits : mapping, optional
        What it may take, where that is more than by default, in bytes or numbers: ``{"unpacked": 4 * 10**9}``.

    Returns
    -------
    Inspection
        ``format``, ``evidence`` (of the writer's versions), ``content`` (the tree of what it holds), ``estimators``,
        ``needs``, ``calls`` (names outside the list of known ones), ``trouble`` (why it could not be read to its end;
        None if it was), ``to_frame()`` and ``as_data()``.

    Raises
    ------
    harness.errors.InputError
        There is no such file, it is no model file that is known, or a limit is none.

    Examples
    --------
    >>> import pickle, tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "model.pkl"
    >>> _ = file.write_bytes(pickle.dumps({"threshold": 0.5}))
    >>> found = inspect(file)
    >>> found.format, found.content.path, [part.path for part in found.content.parts]
    ('pickle', '', ["['threshold']"])
    """
    from harness.inspection import Limits
    from harness.inspection import inspect as inspected

    given = tuple(f"{name}={number}" for name, number in (limits or {}).items())
    return inspected(path, Limits().having(given))


def check(
    path: str | Path,
    *,
    to: Sequence[str] = (),
    data: str | Path | None = None,
    at: str | None = None,
    packages: Sequence[str] = (),
    requirements: str | Path | None = None,
    code: str | Path | None = None,
    results: str | Path | None = None,
    trust: bool = False,
) -> Checked:
    """Try whether a model file works elsewhere and predicts the same. It builds environments, and may take minutes.

    Parameters
    ----------
    path : str or Path
        A model file of pickle, joblib, cloudpickle, skops or ONNX, or a folder of MLflow.
    to : sequence of str, optional
        Targets: releases of scikit-learn, ranges such as ``"1.4..1.9"``, requirements files, environments that are
        there, as ``".venv"`` or a path of a Python, and container images, as ``"image:NAME"``. By default each minor
        release after the writer's. For ONNX releases of onnxruntime: ``"onnxruntime==1.24"``.
    data : str or Path, optional
        Rows to ask the model with. By default they are made from the model.
    at : str, optional
        The path of the model within the file, where it holds several: ``"['model']"``.
    packages : sequence of str, optional
        What the file does not tell: ``["scikit-learn==1.2.2"]``.
    requirements : str or Path, optional
        A requirements file of the environment that wrote it.
    code : str or Path, optional
        A folder of modules, or one module, that the file needs: also the script that saved it.
    results : str or Path, optional
        The folder in which the run is stored; by default in the workspace.
    trust : bool
        Run the model without a sandbox.

    Returns
    -------
    Checked
        ``verdict`` (the worst of all targets), ``targets``, ``safe_range``, ``compared``, ``reach`` and ``to_frame()``.

    Raises
    ------
    harness.errors.InputError
        The file is no model file, or a target or package is none.
    harness.errors.MachineError
        No sandbox can be had here.

    Examples
    --------
    >>> answer = check("model.pkl", to=["1.8", "1.9"])  # doctest: +SKIP
    >>> print(answer.verdict, answer.safe_range)  # doctest: +SKIP
    breaks scikit-learn>=1.2.2,<1.3
    """
    from harness.analysis import cells, checked
    from harness.checking import Unsupplied, tried

    asked = _ask(path, data, at=at, packages=packages, requirements=requirements, code=code, trust=trust)
    trial = tried(replace(asked, to=tuple(to)), console=_silent(), results=_path(results))
    if isinstance(trial, Unsupplied):
        return checked.unanswered(trial.releases, writer=trial.writer, why=trial.why)
    return checked.of_attempt(cells.with_meaning(trial.tables), trial)


def bisect(
    subject: str | Path,
    *,
    good: str | None = None,
    bad: str | None = None,
    every: bool = False,
    cases: str | Path | None = None,
    data: str | Path | None = None,
    at: str | None = None,
    packages: Sequence[str] = (),
    requirements: str | Path | None = None,
    code: str | Path | None = None,
    results: str | Path | None = None,
    trust: bool = False,
) -> Bisected:
    """Find the release that changed what a model answers, and the package. It builds environments, for minutes.

    Parameters
    ----------
    subject : str or Path
        A model file, or the name of a case.
    good, bad : str, optional
        Where it works and where it doesn't: a release, a requirements file or an environment that is there. By default
        what wrote the file, and the newest release.
    every : bool
        Try every minor release, and tell every change.
    cases : str or Path, optional
        A file of yours with the case.
    data, at, packages, requirements, code, results, trust
        As `check` takes them.

    Returns
    -------
    Bisected
        ``changes`` (each with ``package``, ``before``, ``after``), ``tried`` and ``to_frame()``.

    Raises
    ------
    harness.errors.InputError
        The subject is no model file and no case, or an end is none.
    harness.errors.MachineError
        No sandbox can be had here.

    Examples
    --------
    >>> answer = bisect("model.pkl", good="1.2.2", bad="1.9")  # doctest: +SKIP
    >>> [(one.package, one.before, one.after) for one in answer.changes]  # doctest: +SKIP
    [('scikit-learn', '1.2.2', '1.3.0')]
    """
    from harness import bisecting

    file = _ask(subject, data, at=at, packages=packages, requirements=requirements, code=code, trust=trust)
    ask = bisecting.Ask(
        word=str(subject),
        good=good,
        bad=bad,
        cases=_path(cases),
        file=file if cases is None and file.file.exists() else None,
        every=every,
        packages=tuple(packages),
    )
    return bisecting.bisect(ask, console=_silent(), results=_path(results), told=lambda _: None)


def rescue(
    path: str | Path,
    *,
    to: str,
    output: str | Path,
    data: str | Path | None = None,
    at: str | None = None,
    packages: Sequence[str] = (),
    requirements: str | Path | None = None,
    code: str | Path | None = None,
    results: str | Path | None = None,
    trust: bool = False,
) -> Rescued:
    """Write a file that works in a target and predicts the same, proved there. It builds environments, for minutes.

    Parameters
    ----------
    path : str or Path
        A model file, or a folder of MLflow.
    to : str
        One target, as `check` takes them.
    output : str or Path
        The file to write: ``.pkl``, ``.joblib``, ``.skops``, ``.portable``, ``.onnx`` or ``.pmml``.
        Nothing is written over.
    data, at, packages, requirements, code, results, trust
        As `check` takes them.

    Returns
    -------
    Rescued
        ``ending`` (``rescued``, ``not rescued`` or ``works as it is``), ``way``, ``proof``, ``tried``, ``why``, and
        ``to_frame()``.

    Raises
    ------
    harness.errors.InputError
        The file, the target or the output is not such as can be tried.
    harness.errors.MachineError
        No sandbox can be had here, the target cannot be built, or the output cannot be written.

    Examples
    --------
    >>> answer = rescue("model.pkl", to="1.9", output="new.pkl")  # doctest: +SKIP
    >>> str(answer.ending)  # doctest: +SKIP
    'rescued'
    """
    from harness import rescuing

    file = _ask(path, data, at=at, packages=packages, requirements=requirements, code=code, trust=trust)
    ask = rescuing.Ask(file=file, to=to, output=Path(output))
    return rescuing.rescue(ask, console=_silent(), results=_path(results))


def _ask(
    file: str | Path,
    data: str | Path | None,
    *,
    at: str | None,
    packages: Sequence[str],
    requirements: str | Path | None,
    code: str | Path | None,
    trust: bool,
) -> Ask:
    from harness import checking

    return checking.Ask(
        file=Path(file),
        rows=_path(data),
        at=at,
        packages=tuple(packages),
        requirements=_path(requirements),
        code=_path(code),
        trusted=trust,
    )


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)


def _silent() -> Console:
    import io

    from harness.report.console import SafeConsole

    return SafeConsole(file=io.StringIO())
