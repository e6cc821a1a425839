"""The dataset of verdicts, from its JSON Schema and from what the packages read out of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.report.dataset import folding, packages

from .markdown import code, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the packages give for each statement.
STATEMENT = {
    "estimator": "A class: every tested model that is one or contains one.",
    "setting": "A parameter with its value, such as `criterion=log_loss`; empty for every model.",
    "format": "Such as `joblib`; empty for every format that gives the same object back.",
    "from": "The minor release of scikit-learn that saved it.",
    "to": "The minor release that loads it.",
    "verdict": "See [verdicts](verdicts.md).",
    "sentence": "What `ask` prints after the question.",
    "cause": "Of the worst model, see [causes](causes.md); null where none is known.",
    "models": "How many were compared.",
    "bad": "How many of these have the verdict themselves.",
}


def page() -> str:
    schema = json.loads(packages.template(packages.SCHEMA))
    return (
        "# The dataset of verdicts\n\n"
        f"{prose(schema['description'])}\n\n"
        "`export --to dataset` writes it ([guide](../how-to/use-the-dataset.md)). It stands on what `ask` stands on,\n"
        "and is made by the same code, so both say the same.\n\n"
        "## A statement\n\n"
        "This is what `statements()` and `ask()` of both packages give:\n\n"
        + table(("field", "holds"), ((code(name), what) for name, what in STATEMENT.items()))
        + f"## `dataset.json`, format {folding.FORMAT_VERSION}\n\n"
        "Statements are folded: equal answers and equal grids are stored once.\n\n"
        + table(("key", "holds"), _rows(schema))
    )


def _rows(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    told = {"$schema": "Where the schema lies.", **_TOLD}
    for name, held in schema["properties"].items():
        yield code(name), prose(held.get("description") or told[name])


_TOLD = {"sentences": "What answers say."}
