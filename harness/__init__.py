"""Which persisted scikit-learn models load, and still predict the same, where.

Public: the functions of ``__all__`` and what they return. Every other module is internal and may change.

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

from harness.api.model_files import bisect, check, inspect, rescue
from harness.api.runs import ask, compare, explain_warnings, read_run, upgrade

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "ask",
    "bisect",
    "check",
    "compare",
    "explain_warnings",
    "inspect",
    "read_run",
    "rescue",
    "upgrade",
]
