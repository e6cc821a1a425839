"""Of the models that pickle breaks or changes on the way to a newer release: the share that `portable` gets over.

    python -m harness run --matrix benchmarks/rescued.yaml --profile rescue
    python -m benchmarks.rescued results/RUN

Beside it stand the share with ONNX counted as well, which keeps predictions alone, and that of sklearn-migrator: of the
models whose class it knows, and of all. The profile `rescue` of matrix.yaml tries no more than pickle and portable.

A model is over when it predicts there, identical or close, what it predicted where it was written: every method that
predicts, on every form of rows that the writer answered. `strictly` counts the cells that are ok: then everything else that
is compared agrees as well, such as attributes whose shape a release changed, and errors that a release no longer raises.
Models whose class or algorithm the target has no longer stand in rescued_gone.toml and are counted beside. Exit code 1 when
less than 95 % of a pair's models are over, or less than 80 % of a family's.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from harness.engine.kit_objects import Objects
from harness.store import read_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.store import RunTables

LEAST, LEAST_OF_FAMILY = 0.95, 0.80
#: Methods whose outputs are predictions.
PREDICTS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples")
_UNKNOWN = "sklearn-migrator knows no"  # see benchmarks/migrator.py
GONE = Path(__file__).with_name("rescued_gone.toml")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One model on one way. Each format is over or not."""

    pair: tuple[str, str]  # releases of scikit-learn
    case: str
    family: str
    broken: bool  # with pickle
    over: bool  # with portable
    predicts: bool  # with portable or ONNX
    migrated: bool | None  # with sklearn-migrator; None: it knows no such class, or was not tried
    strictly: bool
    gone: bool
    why: str  # what portable's cell says


def trials(run: RunTables, answered: Mapping[str, frozenset[str]], gone: Sequence[Mapping[str, str]]) -> list[Trial]:
    """Every model that both formats tried on the way to a newer release.

    ``answered`` are, by artifact, the names of what the writer's model answered without an error.
    """
    classes = {
        row["artifact_id"]: json.loads(row["manifest"])["estimator"]
        for _, row in run.artifacts.iterrows()
        if row["status"] == "ok"
    }
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for _, row in run.cells.iterrows():
        found.setdefault((row["producer"], row["consumer"], row["case"]), {})[row["format"]] = row
    made = []
    for (_, _, case), cells in found.items():
        old, new = cells.get("pickle"), cells.get("portable")
        if old is None or new is None or old["status"] in ("no-artifact", "not-run"):
            continue
        pair = (str(old["producer_sklearn"]), str(old["consumer_sklearn"]))
        if Version(pair[0]) >= Version(pair[1]):
            continue
        known = answered.get(old["artifact_id"], frozenset())
        made.append(
            Trial(
                pair=pair,
                case=case,
                family=classes[old["artifact_id"]].split(".")[1],
                broken=not is_over(old, known),
                over=is_over(new, known),
                predicts=is_over(new, known) or _has_predictions(cells.get("onnx")),
                migrated=_migrated(cells.get("sklearn-migrator"), known),
                strictly=new["status"] == "ok",
                gone=any(is_gone(one, case, pair) for one in gone),
                why=str(new["reason"] or new["status"]),
            )
        )
    return made


def is_over(cell: Mapping[str, Any], answered: frozenset[str]) -> bool:
    """Whether a cell has the predictions of the model that was written."""
    if cell["status"] == "ok":
        return True
    if cell["status"] != "drift":
        return False
    return not any(name.partition("(")[0] in PREDICTS and name in answered for name in cell["differing"])


def _has_predictions(cell: Mapping[str, Any] | None) -> bool:
    """Whether a graph answers as the model did, in all that a graph has: it takes rows of one type."""
    return cell is not None and cell["status"] == "ok"


def _migrated(cell: Mapping[str, Any] | None, answered: frozenset[str]) -> bool | None:
    if cell is None or cell["status"] == "no-artifact" and _UNKNOWN in str(cell["reason"]):
        return None
    return is_over(cell, answered)


def is_gone(one: Mapping[str, str], case: str, pair: tuple[str, str]) -> bool:
    old, new = map(Version, pair)
    until = Version(one["until"])
    return one["case"] == case and old.release[:2] <= until.release and new >= Version(one["in"])


def asked_of(found: Iterable[Trial]) -> list[Trial]:
    """The models that are to be got over."""
    return [one for one in found if one.broken and not one.gone]


def share(found: Iterable[Trial]) -> tuple[int, int]:
    """How many are over, and of how many."""
    asked = asked_of(found)
    return sum(one.over for one in asked), len(asked)


def answers(run: RunTables) -> dict[str, frozenset[str]]:
    """What each writer's model answered without an error, by artifact."""
    objects, known = Objects(run.path), {}
    for _, row in run.artifacts[run.artifacts["status"] == "ok"].iterrows():
        reference = objects.fit(json.loads(row["manifest"])["fitted_sha256"])["reference"]
        known[row["artifact_id"]] = frozenset(name for name, one in reference.items() if one["kind"] != "error")
    return known


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    gone = tomllib.loads(GONE.read_text())["gone"]
    found: list[Trial] = []
    for path in parser.parse_args().runs:
        run = read_run(path)
        found += trials(run, answers(run), gone)
    missed = print_pairs(found)
    print_others(found)
    missed |= print_families(found)
    return int(missed or not found)


def print_pairs(found: Sequence[Trial]) -> bool:
    print(
        f"{'from':>7} {'to':>7} {'models':>7} {'broken':>7} {'gone':>5} {'over':>5} {'share':>7} {'strictly':>9} {'worse':>6}"
    )
    missed = False
    for pair in sorted({one.pair for one in found}, key=lambda pair: (Version(pair[0]), Version(pair[1]))):
        own = [one for one in found if one.pair == pair]
        over, asked = share(own)
        strictly = sum(one.strictly for one in own if one.broken and not one.gone)
        print(
            f"{pair[0]:>7} {pair[1]:>7} {len(own):7} {sum(one.broken for one in own):7} "
            f"{sum(one.broken and one.gone for one in own):5} {over:5} {over / max(asked, 1):7.1%} "
            f"{strictly / max(asked, 1):9.1%} {sum(not one.broken and not one.over for one in own):6}"
        )
        missed |= over < LEAST * asked
    return missed


def print_others(found: Sequence[Trial]) -> None:
    """The shares over all ways: of portable, with ONNX, and of sklearn-migrator beside it on the same models."""
    asked = asked_of(found)
    broken = [one for one in found if one.broken]
    known = [one for one in asked if one.migrated is not None]
    print()
    for name, over, of in (
        ("portable", sum(one.over for one in asked), asked),
        ("portable, with what is gone", sum(one.over for one in broken), broken),
        ("portable or ONNX", sum(one.predicts for one in asked), asked),
        ("portable or ONNX, with what is gone", sum(one.predicts for one in broken), broken),
        ("sklearn-migrator", sum(one.migrated is True for one in asked), asked),
        ("its own classes: sklearn-migrator", sum(one.migrated is True for one in known), known),
        ("its own classes: portable", sum(one.over for one in known), known),
        ("its own classes, to 1.7: sklearn-migrator", *_until(known, "1.8", migrated=True)),
        ("its own classes, to 1.7: portable", *_until(known, "1.8", migrated=False)),
    ):
        print(f"{name:42} {over:5} of {len(of):5} {over / max(len(of), 1):7.1%}")


def _until(found: Sequence[Trial], release: str, *, migrated: bool) -> tuple[int, Sequence[Trial]]:
    """How many are over on the way to releases before one, and of which."""
    own = [one for one in found if Version(one.pair[1]) < Version(release)]
    return sum(one.migrated is True if migrated else one.over for one in own), own


def print_families(found: Sequence[Trial]) -> bool:
    print(f"\n{'family':24} {'broken':>7} {'over':>5} {'share':>7}")
    missed = False
    for family in sorted({one.family for one in found}):
        over, asked = share(one for one in found if one.family == family)
        if asked:
            print(f"{family:24} {asked:7} {over:5} {over / asked:7.1%}")
            missed |= over < LEAST_OF_FAMILY * asked
    for one in found:
        if not one.over and not one.gone:
            kind = "broken" if one.broken else "worse"
            print(f"{kind}: {one.pair[0]} -> {one.pair[1]} {one.case}: {one.why[:160]}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
