"""Answers for model files as SARIF 2.1.0, which code scanning services show beside the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import harness
from harness.analysis.verdicts import Verdict
from harness.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What a service makes of a verdict; what is safe is no result.
_LEVELS = {
    Verdict.CHANGES: "error",
    Verdict.BREAKS: "error",
    Verdict.UNKNOWN: "warning",
    Verdict.UNSEEN: "note",
}
_RULES = {
    Verdict.CHANGES: "The model loads without an error and predicts something else.",
    Verdict.BREAKS: "The model does not load, or does not predict.",
    Verdict.UNKNOWN: "Whether the model works there is not known.",
    Verdict.UNSEEN: "No difference was seen, in too little to call it safe.",
}


def render(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a SARIF log.

    Parameters
    ----------
    answers : by the path of the file, relative to the root of the repository, what ``check --json`` says.
    """
    driver = {
        "name": "persistence-matrix",
        "version": harness.__version__,
        "rules": [
            {
                "id": _id(verdict),
                "shortDescription": {"text": text},
                "defaultConfiguration": {"level": _LEVELS[verdict]},
            }
            for verdict, text in _RULES.items()
        ],
    }
    results = [one for path, answer in answers.items() for one in _results(path, answer)]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _results(path: str, answer: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """One for each verdict that is no good news, with the targets that it holds for."""
    verdicts = {Verdict(one["verdict"]) for one in answer["targets"]} or {Verdict(answer["verdict"])}
    for verdict in (one for one in _LEVELS if one in verdicts):
        targets = [one for one in answer["targets"] if one["verdict"] == verdict]
        where = f" in {', '.join(one['name'] for one in targets)}" if targets else ""
        why = targets[0]["why"] if targets else ""
        yield {
            "ruleId": _id(verdict),
            "level": _LEVELS[verdict],
            "message": {"text": printable(f"{verdict}{where}. {why}".strip())},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"}}}],
            "partialFingerprints": {"persistenceMatrix/v1": f"{path}:{_id(verdict)}"},
        }


def _id(verdict: Verdict) -> str:
    return str(verdict).replace(" ", "-")
