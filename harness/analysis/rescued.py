"""How a model file was got over to another environment, and what proves it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from harness.analysis import causes
from harness.analysis.verdicts import SAFE
from harness.terms import Parity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_REASON = 200  # characters of a reason that no cause explains


class Ending(StrEnum):
    """The closed list of how a rescue ends."""

    NEEDLESS = "works as it is"
    RESCUED = "rescued"
    NOT_RESCUED = "not rescued"


class Kept(StrEnum):
    """The closed list of what is handed over of a model."""

    MODEL = "the model"
    PART = "its best_estimator_"
    PREDICTIONS = "its predictions only"


@dataclass(frozen=True, kw_only=True)
class Step:
    """An environment saves the model in a format."""

    environment: str
    format: str


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way from a model file to a target: without a step, the file as it is.

    The first environment loads the file, each further one what the one before it saved, and the target the last.
    """

    steps: tuple[Step, ...]
    kept: Kept = Kept.MODEL


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A way that led nowhere, with the reason."""

    way: Way
    why: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a fresh process of the target found in the file that is handed over.

    Attributes
    ----------
    methods : by method, attribute or form of rows: ``parity``, ``max_abs_diff``, null where it has no numbers, and
        ``raised``, whether the model raises an error
    differing : attributes that differ, and what the model refuses and the file answers; no prediction of the model does
    lost : methods of the model that the file has not
    inputs_sha256, rows : of the inputs, and how many there were; ``made`` is whether they were made from the model
    """

    methods: Mapping[str, Mapping[str, Any]]
    differing: tuple[str, ...]
    lost: tuple[str, ...]
    inputs_sha256: str
    rows: int | None
    made: bool

    @property
    def predictions(self) -> dict[str, Mapping[str, Any]]:
        """What the model predicts: all but attributes, and what it refuses."""
        return {name: one for name, one in self.methods.items() if not is_attribute(name) and not one.get("raised")}

    @property
    def identical(self) -> bool:
        return all(one["parity"] == Parity.IDENTICAL for one in self.predictions.values())

    @property
    def largest(self) -> float:
        """The largest difference of a prediction."""
        return max((one["max_abs_diff"] or 0.0 for one in self.predictions.values()), default=0.0)


@dataclass(frozen=True, kw_only=True)
class Packed:
    """An environment as it was: its packages by name, and the lock with hashes; None for one that was there."""

    name: str
    packages: Mapping[str, str]
    lock: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rescued:
    """The answer of `rescue`.

    Attributes
    ----------
    file, output : names of the two files
    format : of the output, as people call it; empty where there is none
    why : why it is not rescued; empty where it is
    written : what the file says of its writer
    at : the path of the model within what the file holds, empty for the whole: no more than that is handed over
    way, proof : None where nothing is handed over
    tried : what led nowhere
    python, serve : the writer's Python, and the command that installs its packages, to serve the file as it is
    fitting_suffix : what the output should end with; empty where it does
    digests : the sha256 of ``file`` and ``output``
    """

    ending: Ending
    file: str
    output: str
    target: str
    written: str
    at: str = ""
    format: str = ""
    size: int | None = None
    why: str = ""
    way: Way | None = None
    proof: Proof | None = None
    tried: tuple[Tried, ...] = ()
    python: str = ""
    serve: str = ""
    fitting_suffix: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    environments: tuple[Packed, ...] = ()
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row for each method, attribute or form of rows that was compared; none where nothing is handed over.

        Columns: ``method``, ``parity``, ``max_abs_diff`` (null where it has no numbers) and ``raised`` (bool).
        """
        import pandas as pd  # noqa: PLC0415  # half a second that nobody else need pay

        compared = {} if self.proof is None else self.proof.methods
        rows = [{"method": name, **facts} for name, facts in compared.items()]
        return pd.DataFrame(rows, columns=["method", "parity", "max_abs_diff", "raised"])


def sidecar(answer: Rescued) -> dict[str, Any]:
    """What is told beside the file that is handed over."""
    assert answer.way is not None
    assert answer.proof is not None
    proof = answer.proof
    return {
        "schema": 1,
        "file": {"name": answer.file, "sha256": answer.digests["file"], "written_by": answer.written},
        "output": {
            "name": answer.output,
            "sha256": answer.digests["output"],
            "format": answer.format,
            "size_bytes": answer.size,
            "holds": str(answer.way.kept),
        },
        "way": [asdict(step) for step in answer.way.steps],
        "environments": [asdict(one) for one in answer.environments],
        "inputs": {"sha256": proof.inputs_sha256, "rows": proof.rows, "made_from_the_model": proof.made},
        "differences": {name: dict(one) for name, one in proof.methods.items()},
        "differing": list(proof.differing),
        "lost": list(proof.lost),
    }


def obstacle(row: pd.Series[Any], by_method: Mapping[str, Mapping[str, Any]], *, written: pd.Series[Any]) -> str | None:
    """Why a cell is no proof, in a line; None: it loads, and every prediction is the same or close.

    Parameters
    ----------
    row : a cell, with what it means.
    by_method : see `Proof`.
    written : the row of its artifact.
    """
    if written["status"] != Status.OK:
        return f"it cannot be saved so: {_cut(written['reason'])}"
    if row["verdict"] in SAFE or _is_sound_in_predictions(row, by_method):
        return None
    cause = causes.by_name().get(row["cause"]) if isinstance(row["cause"], str) else None
    return cause.sentence if cause is not None else _cut(row["reason"]) or f"it is {row['status']}"


def _is_sound_in_predictions(row: pd.Series[Any], by_method: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether all that differs are attributes, such as `coef_` with its axes swapped, and rows that the model refuses.

    A later release may take what an earlier one refused, such as rows with missing values.
    """
    differing = row["differing"]
    if row["status"] != Status.DRIFT or differing is None or len(differing) == 0:
        return False
    return all(is_attribute(name) or by_method.get(name, {}).get("raised") is True for name in differing)


def is_attribute(name: str) -> bool:
    """Whether what is compared by a name is a fitted attribute, such as `coef_`."""
    return name.endswith("_")


def _cut(reason: object) -> str:
    text = " ".join(reason.split()) if isinstance(reason, str) else ""
    return text if len(text) <= _REASON else f"{text[: _REASON - 4]} ..."
