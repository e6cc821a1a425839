"""The functions of `harness` that judge an upgrade, bisect a model and rescue one: thin, over what the verbs call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from harness.analysis.bisected import Bisected
    from harness.analysis.rescued import Rescued
    from harness.analysis.upgrade import Upgrade
    from harness.checking import Ask

# ruff: noqa: PLC0415  # as in `harness`: importing the package costs nothing


def upgrade(
    old: str | Path | Sequence[str],
    new: str | Path | Sequence[str],
    files: Sequence[str | Path] = (),
    *,
    format: str | None = None,  # noqa: A002  # the word of the contract
    run: str | Path | Sequence[str | Path] | None = None,
) -> Upgrade:
    """Say what breaks, changes or stays when one environment replaces another, from stored runs.

    Parameters
    ----------
    old, new : str, Path or sequence of str
        A lock file, ``"image:NAME"``, the folder of an environment, or versions: ``"1.3"``, ``["1.3", "numpy=1.26"]``.
    files : sequence of str or Path
        Model files, or folders with model files. They are read, and never loaded.
    format : str, optional
        Only this one. By default every format that gives the same object back.
    run : str, Path or sequence of them
        Folders of runs. The newest cell of each counts. By default the reference that this release carries.

    Returns
    -------
    Upgrade
        ``verdict`` (the worst), ``sentence``, ``estimators`` and ``files`` (the worst first) and ``to_frame()``.

    Raises
    ------
    harness.errors.InputError
        An environment is none or has no scikit-learn, a file is missing, or a folder is no run.
    harness.errors.MachineError
        An image is named, and there is neither Docker nor Podman.

    Examples
    --------
    >>> answer = upgrade("1.3", "1.8")
    >>> str(answer.verdict)
    'changes predictions'
    >>> frame = answer.to_frame()
    >>> bool((frame.loc[frame["name"] == "PLSRegression", "verdict"] == "changes predictions").all())
    True
    """
    from harness.analysis.ask.index import Index
    from harness.analysis.upgrade import upgrade as answer_from
    from harness.cli import model_folders, upgrade_sides
    from harness.integrations.evidence import stored

    before, after = (
        upgrade_sides.read(name, [str(words)] if isinstance(words, str | Path) else list(words))
        for name, words in (("old", old), ("new", new))
    )
    found = model_folders.read([Path(file) for file in files])
    folders = (run,) if isinstance(run, str | Path) else run
    indexes = stored() if folders is None else [Index.from_run(Path(folder)) for folder in folders]
    return answer_from(indexes, before, after, found.files, format_name=format)


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
        The file to write: ``.pkl``, ``.joblib``, ``.skops`` or ``.onnx``. Nothing is written over.
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
