"""Which persisted scikit-learn models load, and still predict the same, where.

The words of this project; each means one thing everywhere.

environment   a named set of interpreter, packages and platform, e.g. ``sk1.5-py3.12-np2.1-amd64``.
              It can *produce* and *consume*.
producer      the role of an environment that dumps artifacts.
consumer      the role of one that loads them.
case          a named, seeded recipe for one fitted estimator with its data and the prediction methods compared.
format        a way to write a fitted estimator: ``pickle``, ``joblib``, ``cloudpickle``, ...
reader        a way to load one format. A format has one reader or more.
artifact      the bytes that one producer wrote for one case in one format, with its manifest.
cell          one artifact loaded by one reader in one consumer.
outcome       what became of an artifact or a cell: a status from a closed list, with its evidence.
figure        one measured quantity of a cell, such as ``load_seconds``: the median over its samples.
sample        what one process measured of one figure.
run           one execution of a profile, with its own folder under ``results/``.
shard         one machine's part of a run: a copy of its folder, gone on with, and merged with the others.
profile       a named selection in ``matrix.yaml``: environments x cases x formats x what is measured.
guest         the small package that runs inside an environment and streams facts; it judges nothing.
host          everything else; it compares, decides and stores, and never imports scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from pathlib import Path

    from harness.store import RunTables

__all__ = ["__version__", "read_run"]


def read_run(path: str | Path) -> RunTables:
    """Return the tables of a stored run as pandas DataFrames.

    Parameters
    ----------
    path : a folder under ``results/``.

    Returns
    -------
    RunTables with ``run`` (dict) and the DataFrames ``environments``, ``artifacts``, ``cells``.

    Raises
    ------
    harness.errors.InputError
        The folder is no run, is unfinished, or was written under another schema version.
    """
    from harness.store import read_run as read  # noqa: PLC0415  # pandas costs half a second; nox imports this package

    return read(path)
