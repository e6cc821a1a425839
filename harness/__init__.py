"""Which persisted scikit-learn models load, and still predict the same, where.

Public: `read_run`, `ask`, `inspect`, `compare` and what they return. Every other module is internal and may change.

The words of this project; each means one thing everywhere.

environment   a named set of interpreter, packages and platform, e.g. ``sk1.5-py3.12-np2.1-amd64``.
              It can *produce* and *consume*.
producer      the environment that dumps an artifact: a role.
consumer      the environment that loads an artifact: a role.
case          a named, seeded recipe for one fitted estimator with its data and the prediction methods compared.
format        a way to write a fitted estimator: ``pickle``, ``joblib``, ``cloudpickle``, ...
reader        a way to load one format. A format has one reader or more.
artifact      the bytes that one producer wrote for one case in one format, with its manifest.
cell          one artifact loaded by one reader in one consumer.
probe         one question to a model: a method on some rows, or an attribute. Its name is in the column ``compared``.
outcome       what became of an artifact or a cell: a status from a closed list, with its evidence.
cause         the reason why a cell is broken or drifts, from a closed list that is kept as data.
meaning       what a cell says of its model, from a closed list: ``changed``, ``broken``, ..., ``identical``.
verdict       what one answer says, from a closed list: ``changes predictions``, ``breaks``, ..., ``safe``. A cell has a
              meaning, an answer has a verdict.
figure        one measured quantity of a cell, such as ``load_seconds``: the median over its samples.
sample        the values of one figure that one process measured.
run           one execution of a profile, with its own folder under ``results/``.
shard         one machine's part of a run: a copy of its folder, which the machine continues; `merge` joins the parts.
profile       a named selection in ``matrix.yaml``: environments x cases x formats x what is measured.
guest         the small package that runs inside an environment and sends facts. It judges nothing.
host          everything else. It compares, decides and stores, and never imports scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness.analysis.ask import Answer
    from harness.analysis.checked import Checked
    from harness.analysis.compare import Comparison
    from harness.inspection.result import Inspection
    from harness.integrations.explaining import Explanations
    from harness.store import RunTables

__all__ = ["__version__", "ask", "check", "compare", "explain_warnings", "inspect", "read_run"]

# Imports stand inside the functions: pandas costs half a second, and nox and `--help` import this package.


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
    from harness import analysis  # noqa: PLC0415

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
    from pathlib import Path  # noqa: PLC0415

    from harness.analysis.ask import ask as answer_from  # noqa: PLC0415
    from harness.analysis.ask.index import Index  # noqa: PLC0415
    from harness.integrations.evidence import stored  # noqa: PLC0415

    producers, consumers = ((one,) if isinstance(one, str) else tuple(one) for one in (dumped_by, loaded_by))
    folders = (run,) if isinstance(run, str | Path) else run
    return answer_from(
        stored() if folders is None else [Index.from_run(Path(folder)) for folder in folders],
        estimator,
        producers=producers,
        consumers=consumers,
        settings=[f"{name}={value}" for name, value in (parameters or {}).items()],
        format_name=format,
        reader=reader,
    )


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
    from harness.inspection import Limits  # noqa: PLC0415
    from harness.inspection import inspect as inspected  # noqa: PLC0415

    given = tuple(f"{name}={number}" for name, number in (limits or {}).items())
    return inspected(path, Limits().having(given))


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
    from pathlib import Path  # noqa: PLC0415

    from harness.analysis.compare import compare as compared  # noqa: PLC0415
    from harness.analysis.compare import past_runs  # noqa: PLC0415
    from harness.analysis.compare.gates import parse_all  # noqa: PLC0415

    before, after = (read_run(one) if isinstance(one, str | Path) else one for one in (base, new))
    return compared(before, after, gates=parse_all(fail_on), past=past_runs.before(before, after))


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
    import io  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    from harness.analysis import checked, read_run  # noqa: PLC0415
    from harness.checking import Ask, Unsupplied, tried  # noqa: PLC0415
    from harness.report.console import SafeConsole  # noqa: PLC0415

    ask = Ask(
        file=Path(path),
        to=tuple(to),
        rows=None if data is None else Path(data),
        at=at,
        packages=tuple(packages),
        requirements=None if requirements is None else Path(requirements),
        code=None if code is None else Path(code),
        trusted=trust,
    )
    silent = SafeConsole(file=io.StringIO())
    trial = tried(ask, console=silent, results=None if results is None else Path(results))
    if isinstance(trial, Unsupplied):
        return checked.unanswered(trial.releases, writer=trial.writer, why=trial.why)
    return checked.of_attempt(read_run(trial.run), trial)


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
    from harness.integrations.evidence import stored  # noqa: PLC0415
    from harness.integrations.explaining import Explanations  # noqa: PLC0415

    return Explanations(stored)
