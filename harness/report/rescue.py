"""The answer of `rescue`, on a terminal and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis import rescued
from harness.analysis.rescued import Ending, Kept
from harness.report.ask import print_beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from harness.analysis.rescued import Proof, Rescued, Step, Tried, Way

_MARKS = {
    Ending.NEEDLESS: ("✓", "bold green"),
    Ending.RESCUED: ("✓", "bold green"),
    Ending.NOT_RESCUED: ("✗", "bold magenta"),
}
_WIDEST = 100  # columns
_NAMES = 5  # in one line
_HOLDS = {
    Kept.PART: "another object than the file's: the search's best_estimator_, which its predictions come from; "
    "the search itself, with cv_results_, is not in it",
    Kept.PREDICTIONS: "another object than the file's: {what} that computes {methods}; run it with {program}",
}
#: What holds predictions alone, and what runs it.
_GRAPHS = {"onnx": ("a graph", "onnxruntime"), "pmml": ("a document", "jpmml_evaluator, or another evaluator of PMML")}


def show(answer: Rescued, console: Console) -> None:
    """Print an answer: the conclusion first, then the way, its proof, and what else was tried."""
    mark, style = _MARKS[answer.ending]
    console.print(Text(f"{mark} {sentence(answer)}", style=style), soft_wrap=True)
    for label, text in _lines(answer):
        print_beside(console, f"  {label:<10} ", " ".join(text.split()), widest=_WIDEST)
    console.print()


def sentence(answer: Rescued) -> str:
    """The conclusion in one line."""
    if answer.ending is Ending.NEEDLESS:
        return f"nothing need be done: it works in {answer.target} as it is"
    if answer.proof is None:
        return f"not rescued to {answer.target}: nothing is written"
    return f"rescued: {answer.output} works in {answer.target} and predicts {_same(answer.proof)}"


def _same(proof: Proof) -> str:
    if proof.identical:
        return "the same, bit for bit"
    return f"the same within rounding ({proof.largest:.2g})"


def line(tried: Tried) -> Text:
    """A way that led nowhere, as soon as it is known."""
    return Text(f"  ✗ {short(tried.way)}: {tried.why}")


def short(passed: Way) -> str:
    """A way in a few words: "saved as joblib by sk1.2.2 and again by sk1.9.1"."""
    if not passed.steps:
        return "as it is"
    kept = {Kept.MODEL: "", Kept.PART: "best_estimator_ ", Kept.PREDICTIONS: "predictions "}[passed.kept]
    names = " and again by ".join(one.environment for one in passed.steps)
    return f"{kept}saved as {_called(passed.steps[0])} by {names}"


def way(taken: Way) -> str:
    """A way in words: "sk1.2.2 saves it as portable, sk1.9.1 loads that and saves it as pickle"."""
    first, *others = taken.steps
    words = [f"{first.environment} saves {_what(taken.kept)} as {_called(first)}"]
    words += [f"{one.environment} loads that and saves it as {_called(one)}" for one in others]
    return ", ".join(words)


def _called(step: Step) -> str:
    """The format of a step as people call it."""
    return "pickle" if step.format.startswith("pickle") else step.format


def _what(kept: Kept) -> str:
    return {Kept.MODEL: "it", Kept.PART: "its best_estimator_", Kept.PREDICTIONS: "what it computes"}[kept]


def _lines(answer: Rescued) -> Iterator[tuple[str, str]]:
    if answer.why:
        yield "why", answer.why
    if answer.way is not None and answer.proof is not None:
        yield "way", way(answer.way)
        yield from _of_proof(answer, answer.proof)
    for number, (why, those) in enumerate(_by_reason(answer.tried).items()):
        yield "tried" if number == 0 else "", f"{'; '.join(map(short, those))}: {why}"
    if answer.ending is Ending.NOT_RESCUED:
        yield "instead", f"serve the file as it is, with Python {answer.python}: {answer.serve}"
    yield "written by", answer.written
    yield from (("note", note) for note in answer.notes)


def _by_reason(tried: Sequence[Tried]) -> dict[str, list[Way]]:
    """What failed for the same reason, in the order of the first."""
    found: dict[str, list[Way]] = {}
    for one in tried:
        found.setdefault(one.why, []).append(one.way)
    return found


def _of_proof(answer: Rescued, proof: Proof) -> Iterator[tuple[str, str]]:
    names = [*proof.predictions]
    made = "made from the model" if proof.made else "of yours"
    yield (
        "proof",
        f"a fresh process of {answer.target} loaded it and answered {proof.rows} rows {made}: {_listed(names)}",
    )
    assert answer.way is not None
    if answer.way.kept in _HOLDS:
        what, program = _GRAPHS.get(answer.format, _GRAPHS["onnx"])
        yield "holds", _HOLDS[answer.way.kept].format(what=what, methods=_listed(names), program=program)
    if answer.at:
        yield "holds", f"what lies at {answer.at} of the file, without what is around it"
    if proof.differing:
        yield "differs", _differing(proof)
    if answer.fitting_suffix:
        yield "format", f"it is {answer.format}, which the suffix does not say; {answer.fitting_suffix} would"
    yield "beside", f"{answer.output}.json tells way, packages, inputs, differences and digests"


def _differing(proof: Proof) -> str:
    refused = [name for name in proof.differing if proof.methods[name].get("raised")]
    others = [name for name in proof.differing if name not in refused]
    told = [f"{_listed(others)}: no prediction, but an attribute"] if others else []
    return "; ".join([*told, *([f"{_listed(refused)}: the model refuses such rows, this answers"] if refused else [])])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def as_data(answer: Rescued) -> dict[str, Any]:
    """Return the answer as data for JSON; of a file that was written also what its sidecar says."""
    tried = [{"way": [asdict(step) for step in one.way.steps], "why": one.why} for one in answer.tried]
    return {
        "schema": 1,
        "sentence": sentence(answer),
        "ending": str(answer.ending),
        "file": answer.file,
        "output": answer.output if answer.proof is not None else None,
        "target": answer.target,
        "why": answer.why or None,
        "tried": tried,
        "serve": {"python": answer.python, "command": answer.serve},
        "notes": list(answer.notes),
        "handed_over": None if answer.proof is None else rescued.sidecar(answer),
    }
