"""The functions of `harness` that answer from stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.analysis.ask import Answer
    from harness.analysis.ask.index import Index
    from harness.analysis.compare import Comparison
    from harness.analysis.upgrade import Upgrade
    from harness.integrations.explaining import Explanations
    from harness.store import RunTables

# ruff: noqa: PLC0415  # pandas costs half a second, and nox and `--help` import this package


def read_run(path: str | Path) -> RunTables:
    """Return the tables of a stored run as pandas DataFrames.

    Parameters
    ----------
    path : str or Path
        A folder under ``results/``, of any schema version that this release reads (1 to 4).

    Returns
    -------
    RunTables
        ``run`` (dict, what ``run.json`` holds) and the DataFrames ``environments`` (one row per environment),
        ``artifacts`` (one per producer, case and format), ``cells`` (one per planned cell), ``figures`` and
        ``samples`` (what was measured). Seconds and bytes are SI units; what was not measured is null, never 0. The
        cells have four columns that are worked out on reading, so that new rules reach old runs: ``meaning``,
        ``verdict``, ``also_at_home`` (bool) and ``cause``.

    Raises
    ------
    harness.errors.InputError
        The folder is no run, is unfinished, or was written under another schema version.

    Examples
    --------
    >>> run = read_run("results/reference")
    >>> drifts = run.cells[run.cells["status"] == "drift"]
    >>> int((drifts["cause"] == "tfidf-idf-lost").sum())
    1084
    """
    from harness import analysis

    return analysis.read_run(path)


def ask(
    estimator: str,
    *,
    dumped_by: str | Sequence[str],
    loaded_by: str | Sequence[str] = (),
    parameters: Mapping[str, object] | None = None,
    format: str | None = None,  # noqa: A002  # the word of the contract
    reader: str | None = None,
    run: str | Path | Sequence[str | Path] | None = None,
) -> Answer:
    """Say whether a model may be loaded elsewhere, from stored runs.

    Parameters
    ----------
    estimator : str
        A class, a case or a family, in small letters or large: ``"RandomForestClassifier"``. A class means every
        tested model that is one or contains one.
    dumped_by, loaded_by : str or sequence of str
        Versions of scikit-learn, ``"1.5"`` meaning every 1.5.x, or of another package, ``"numpy=1.26"``. All of a
        sequence must hold. By default every release that loads.
    parameters : mapping, optional
        Parameters that the model has: ``{"loss": "log_loss"}``. All must hold.
    format, reader : str, optional
        Only this one. By default every format that gives the same object back; ONNX, PMML and recipes are left out.
    run : str, Path or sequence of them
        Folders of runs. The newest cell of each counts. By default the reference that this release carries.

    Returns
    -------
    Answer
        ``verdict`` (the worst of its pairs), ``breadth`` (what was tested), ``pairs`` (one per producer and consumer,
        the worst first, each with its evidence by format and reader) and ``to_frame()``.

    Raises
    ------
    harness.errors.InputError
        A folder is no run; no run knows such an estimator, parameter, format or reader; or a version is none.

    Examples
    --------
    >>> answer = ask("LogisticRegression", dumped_by="1.5", loaded_by="1.2")
    >>> str(answer.verdict)
    'changes predictions'
    >>> frame = answer.to_frame()
    >>> set(frame.loc[frame["verdict"] == "changes predictions", "producer"]) <= set(frame["producer"])
    True
    """
    from harness.analysis.ask import ask as answer_from

    producers, consumers = ((one,) if isinstance(one, str) else tuple(one) for one in (dumped_by, loaded_by))
    return answer_from(
        _indexes(run),
        estimator,
        producers=producers,
        consumers=consumers,
        settings=[f"{name}={value}" for name, value in (parameters or {}).items()],
        format_name=format,
        reader=reader,
    )


def compare(base: str | Path | RunTables, new: str | Path | RunTables, *, fail_on: Sequence[str] = ()) -> Comparison:
    """Say what changed between two stored runs: outcomes first, then what became slower, larger or hungrier.

    Parameters
    ----------
    base, new : str, Path or RunTables
        Folders of runs, or their tables. Older runs beside them show how noisy each figure is.
    fail_on : sequence of str
        Gates, as ``compare --fail-on`` takes them: ``"status"``, ``"load_seconds[format=joblib]>1.3x"``.

    Returns
    -------
    Comparison
        ``counts`` (cells by kind of change, the loudest first), ``cells`` and ``artifacts`` (groups that changed
        together), ``figures`` (seconds and bytes, by rank tests), ``verdicts`` (of the gates) and ``changes`` (a
        DataFrame with one row per changed cell: ``cell_id``, ``kind``, ``was``, ``now``, ``reason``).

    Raises
    ------
    harness.errors.InputError
        A folder is no run, or a gate is wrong.

    Examples
    --------
    >>> same = compare("results/reference", "results/reference", fail_on=["status"])
    >>> len(same.changes), str(same.verdicts[0].answer)
    (0, 'held')
    """
    from harness.analysis.compare import compare as compared
    from harness.analysis.compare import past_runs
    from harness.analysis.compare.gates import parse_all

    before, after = (read_run(one) if isinstance(one, str | Path) else one for one in (base, new))
    return compared(before, after, gates=parse_all(fail_on), past=past_runs.before(before, after))


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
    from harness.analysis.upgrade import upgrade as answer_from
    from harness.cli import model_folders, upgrade_sides

    before, after = (
        upgrade_sides.read(name, [str(words)] if isinstance(words, str | Path) else list(words))
        for name, words in (("old", old), ("new", new))
    )
    found = model_folders.read([Path(file) for file in files])
    return answer_from(_indexes(run), before, after, found.files, format_name=format)


def explain_warnings() -> Explanations:
    """Say beside scikit-learn's version warnings what they come to, from the reference that this program carries.

    Each estimator and pair of versions is explained once, on the error stream. The warnings themselves are shown as
    before. It holds from the call on: until ``stop``, or to the end of a ``with`` block.

    Returns
    -------
    Explanations
        ``seen``: what was explained, each with ``warned`` (estimator and versions), ``verdict`` and ``sentence``.

    Examples
    --------
    >>> import warnings
    >>> text = "Trying to unpickle estimator Ridge from version 1.6.1 when using version 1.7.2. This might lead to ..."
    >>> with warnings.catch_warnings(), explain_warnings() as explained:
    ...     warnings.simplefilter("always")
    ...     warnings.warn(text)
    >>> [(one.warned.estimator, one.warned.saved) for one in explained.seen]
    [('Ridge', '1.6.1')]
    """
    from harness.integrations.evidence import stored
    from harness.integrations.explaining import Explanations

    return Explanations(stored)


def _indexes(run: str | Path | Sequence[str | Path] | None) -> list[Index]:
    """Of the runs in these folders; None: of the reference that this release carries."""
    from harness.analysis.ask.index import Index
    from harness.integrations.evidence import stored

    if run is None:
        return list(stored())
    return [Index.from_run(Path(folder)) for folder in ((run,) if isinstance(run, str | Path) else run)]
