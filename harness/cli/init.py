"""`init`: a matrix of one's own to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness import files
from harness.errors import InputError

_NAME = "matrix.yaml"
_TEXT = """\
# What is tried: environments, cases and formats. `persistence-matrix plan` shows what it comes to, and
# `persistence-matrix run` runs it. A mistake in here is answered with its line.
schema: 1

environments:
  as_of: release  # the packages of the day on which its scikit-learn was released; or newest, or a day: 2026-11-30
  packages: [cloudpickle, pandas]  # in each of them
  include:  # one environment a line; each saves models, and each loads those of the others
    - {name: training, scikit-learn: "1.4.2", python: "3.12", numpy: "1.26"}
    - {name: serving, scikit-learn: "1.9.1", python: "3.13", numpy: "2.5"}

# Models of your own: a Python file beside this one, with functions such as
#
#   def case_churn(seed):
#       from sklearn.linear_model import LogisticRegression
#       ...
#       return LogisticRegression(), X, y
#
# Then put "family:churn" below, where the built-in cases stand.
# cases:
#   files: [churn.py]
#   data: [customers.csv]  # what the file reads, beside it

profiles:
  default:
    environments: ["*"]
    cases: [logistic_regression, random_forest_classifier]
    formats: [pickle, joblib/joblib]
"""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to write it.", show_default="the current folder")
    ] = Path(),
) -> None:
    """Write a small matrix.yaml to begin with. A file that is there stays as it is."""
    path = folder / _NAME
    if path.exists():
        raise InputError(f"{path} is there already, and stays as it is; give another folder")
    files.replace_text(path, _TEXT)
    print(f"{path} is written: two environments, two models, two formats. Look with `plan`, then `run`.")
