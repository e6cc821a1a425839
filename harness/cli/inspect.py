"""`inspect`: what is a model file, and who wrote it? Nothing of the file is run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.arguments import RESULTS, JsonOption, ResultsOption, console
from harness.cli.model_folders import writer_numpy
from harness.errors import HarnessError, InputError

if TYPE_CHECKING:
    from harness.analysis.ask.onwards import Onwards
    from harness.inspection import Inspection

_CLASSES = 8  # that the stored runs are asked about
#: Whatever is in one decides; of the class itself nothing is to be said.
_HOLDERS = frozenset({"Pipeline", "FeatureUnion"})


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model file, or a folder of MLflow.")],
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", metavar="NAME=NUMBER", help="Read more than by default: unpacked=4G, opcodes=50M."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show all parts, parameters, features and names, with the evidence.")
    ] = False,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Tell what a model file is, without running any of it.

    It tells who wrote the file, what it holds and needs, and what it would call. The stored runs tell where its classes
    break. Pickle, joblib, cloudpickle, skops, ONNX, PMML, MLflow, XGBoost, LightGBM and CatBoost are known by content.
    """
    from harness.inspection import Limits
    from harness.inspection import inspect as inspected
    from harness.report import inspect as rendering

    found = inspected(file, Limits().having(tuple(limit or ())))
    onwards = reference(found, results)
    if as_json:
        print(json.dumps(rendering.as_data(found, onwards), indent=2))
    else:
        rendering.show(found, console(), onwards, verbose=verbose)
    if found.trouble is not None:
        sys.stdout.flush()
        raise typer.Exit(InputError.exit_code)


def reference(found: Inspection, results: Path, *, at_once: bool = False) -> tuple[Onwards, ...] | None:
    """What the stored runs say of the classes in a file, from its writer's release on; None where none can be read.

    Parameters
    ----------
    at_once : ask only runs whose index is there already: building one takes half a minute.
    """
    from harness.cli.answering import indexes

    asked: dict[str, dict[str, str]] = {}
    framed = {part.class_name for part in found.models if part.output not in {"", "default"}}
    for part in found.models:
        if part.version in found.sklearn_versions[:1] and part.class_name not in _HOLDERS and len(asked) < _CLASSES:
            given = dict(part.parameters)
            # Of two models of a class what they have in common is known.
            before = asked.get(part.class_name, given)
            asked[part.class_name] = {name: text for name, text in given.items() if before.get(name) == text}
    numpy = writer_numpy(found)
    if not asked:
        return None
    from harness.analysis.ask.onwards import onwards

    try:
        stored = indexes(None, results, at_once=at_once)
        return onwards(stored, asked, found.sklearn_versions[0], numpy=numpy, framed=framed)
    except (HarnessError, OSError):
        return None
