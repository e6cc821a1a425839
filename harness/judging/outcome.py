"""Makes outcomes of facts: an event of a guest becomes a status with its evidence. Pure."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from harness import judging
from harness.errors import one_line
from harness.judging import answers, remarks
from harness.terms import Finding, Parity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harness.messages import Died, Ended, Loaded, Measured, Overtime, Written
    from harness.terms import Tolerance

_VERSION_KEY = "original_sklearn_version"
FOREVER = 1e9  # seconds; more is nonsense
_TOO_MANY = 1 << 63  # for a table's column


def unwritten(status: Status, reason: str) -> dict[str, Any]:
    """The row of what was not tried, or has no answer. The reason is put on one line."""
    return {"status": str(status), "reason": " ".join(reason.split())}


class Way(NamedTuple):
    """How a model was stored, what it was asked, and how its outputs are compared."""

    format: str
    partial: bool
    asked: Sequence[str]
    tolerance: Callable[[str, str], Tolerance]
    detailed: bool


def judge_artifact(event: Written | Ended) -> dict[str, Any]:
    """The observed columns of an artifact, from its ``artifact``, ``died`` or ``overtime`` event."""
    row = _common(event)
    if row is None:
        remark = event.get("remark")
        row = {"status": str(Status.OK), "reason": None if remark is None else text(remark, "remark on an artifact")}
    elif row["status"] is None:
        row["status"] = str(Status.FIT_ERROR if event.get("step") == "fit" else Status.DUMP_ERROR)
    row["dump_seconds"] = _seconds(event, "dump_seconds")
    digest = event.get("sha256")
    row["sha256"] = None if digest is None else text(digest, "digest of an artifact")
    row["size_bytes"] = whole(event.get("size_bytes"), "size_bytes")
    return {**row, "warnings": _warnings(event)}


def judge_cell(
    event: Loaded | Ended,
    fitted: Mapping[str, Any],
    tolerance: Callable[[str, str], Tolerance],
    *,
    format_name: str,
    asked: Sequence[str] | None = None,
    partial: bool = False,
    detailed: bool = False,
) -> dict[str, Any]:
    """The observed columns of a cell. An event that makes no sense is a crash: a broken process sent it.

    Parameters
    ----------
    event : its ``cell``, ``died`` or ``overtime`` event.
    fitted : the producer's ``fitted`` event: reference outputs, truth, methods.
    tolerance : of (method, dtype).
    asked : what of the reference the consumer's model was asked. None: all of it.
    format_name, partial : the format's name, and whether it may leave methods out.
    detailed : whether the row has ``by_method``: of each its parity and largest difference. Tables have no such column.
        And whether the other methods are compared where one raises.
    """
    try:
        way = Way(format_name, partial, tuple(fitted["reference"]) if asked is None else asked, tolerance, detailed)
        return _judge_cell(event, fitted, way)
    except Exception as error:  # noqa: BLE001  # whatever a process sends, the run continues
        return judge_nonsense(error)


def _judge_cell(event: Loaded | Ended, fitted: Mapping[str, Any], way: Way) -> dict[str, Any]:
    row = _common(event)
    if row is None:
        row = _compared(cast("Loaded", event), fitted, way)  # every other end of a child is a row already
    elif row["status"] is None:
        row["status"] = str(Status.PREDICT_ERROR if event.get("step") == "predict" else Status.LOAD_ERROR)
    facts: Mapping[str, Any] = event
    warned = facts.get("warnings", ())
    originals = [text(w[_VERSION_KEY], "version in a warning") for w in warned if w.get(_VERSION_KEY)]
    row["version_warning"] = bool(originals)
    row["original_sklearn_version"] = originals[0] if originals else None
    row |= _mapped(facts.get("observed", {}), row)
    row["load_seconds"] = row["first_load_seconds"] = _seconds(event, "load_seconds")
    row["predict_seconds"] = _seconds(event, "predict_seconds")
    return {**row, "warnings": _warnings(event)}


def judge_nonsense(error: Exception) -> dict[str, Any]:
    """The outcome of an event that makes no sense: only a broken or a hostile process sends one."""
    return unwritten(Status.CRASH, f"its answer makes no sense: {type(error).__name__}: {error}")


def why_not(event: Measured | Ended) -> str | None:
    """Why an event is no success, in one line; None if it is one. Raises KeyError or TypeError for nonsense."""
    row = _common(event)
    return None if row is None else f"{row['status'] or Status.LOAD_ERROR}: {row['reason']}"


def number(value: object, name: str, most: float = 1e15) -> float:
    """A figure that a guest sent, from 0 to below ``most``. Raises ValueError for anything else."""
    if type(value) not in (int, float) or not 0 <= value < most:  # type: ignore[operator]
        raise ValueError(f"{name} is {str(value)[:40]}")
    return float(value)  # type: ignore[arg-type]


def text(value: object, name: str) -> str:
    """A text that a guest sent. Raises ValueError for anything else, which no table could hold."""
    if not isinstance(value, str):
        raise ValueError(f"the {name} is {str(value)[:40]}")  # noqa: TRY004  # of a foreign process, not of a caller
    return value


def whole(value: object, name: str) -> int | None:
    """A count that a guest sent, if it sent one. Raises ValueError for anything else, which no table could hold."""
    if value is not None and (type(value) is not int or not 0 <= value < _TOO_MANY):
        raise ValueError(f"{name} is {str(value)[:40]}")
    return value


def warnings_of(sent: Any) -> list[dict[str, str]]:
    """The warnings that a guest sent. Raises KeyError, TypeError or ValueError for anything else."""
    return [
        {
            "category": text(warned["category"], "category of a warning"),
            "message": text(warned["message"], "message of a warning"),
        }
        for warned in sent
    ]


def _seconds(event: Mapping[str, Any], name: str) -> float | None:
    value = event.get(name)
    return None if value is None else number(value, name, FOREVER)


def _common(  # noqa: PLR0911  # a table: one event, one row
    event: Written | Loaded | Measured | Ended,
) -> dict[str, Any] | None:
    """The columns that artifacts and cells share; None if the step succeeded. Status None: the step decides."""
    if event["event"] == "died":
        return _died(event)
    if event["event"] == "overtime":
        reason = f"not done within {event['seconds']:g} s, while {_doing(event)}"
        return unwritten(Status.TIMEOUT, reason)
    if event["event"] == "guest-died":
        return unwritten(Status.CRASH, f"ended the whole guest: {event['how']}")
    if event["event"] == "nonsense":
        return unwritten(Status.CRASH, f"its answer makes no sense: {event['why']}")
    if "refused" in event:
        return unwritten(Status.REFUSED, event["refused"])
    if "unsupported" in event:
        return unwritten(Status.UNSUPPORTED, event["unsupported"])
    if "error" not in event:
        return None
    error = event["error"]
    return {"status": str(Status.OOM) if error.get("memory") else None, **_failure(error)}


def _failure(error: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The columns of an exception, which ``where`` says where it was raised."""
    kind, message = text(error["type"], "type of an error"), text(error["message"], "message of an error")
    return {
        "reason": where + one_line(kind, message),
        "error_type": kind,
        "error_message": message,
        "traceback_text": error.get("traceback"),
    }


def _died(event: Died) -> dict[str, Any]:
    if "signal" in event:
        number = event["signal"]
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        how = f"killed by {name}, while {_doing(event)}"
    else:
        how = f"exited with code {event['exit']} without answering, while {_doing(event)}"
    if event.get("lost_bytes"):
        how = f"sent a line that is too long, of which {event['lost_bytes']} bytes were dropped, and {how}"
    if event.get("memory"):
        return unwritten(Status.OOM, f"{how}, near its memory limit")
    return unwritten(Status.CRASH, how) | ({"signal": event["signal"]} if "signal" in event else {})


def _doing(event: Died | Overtime) -> str:
    return {"fit": "fitting", "dump": "dumping", "load": "loading", "predict": "predicting"}.get(
        event.get("step") or "", "starting"
    )


_STATUSES = {
    Parity.IDENTICAL: Status.OK,
    Parity.CLOSE: Status.OK,
    Parity.DRIFT: Status.DRIFT,
    None: Status.INCOMPARABLE,
}


def _compared(event: Loaded, fitted: Mapping[str, Any], way: Way) -> dict[str, Any]:
    outputs = event["outputs"]
    raised = answers.first_raised(fitted["reference"], outputs, event.get("methods", ()) if way.partial else way.asked)
    if raised is not None and not way.detailed:
        return _raised(*raised)
    result = _comparison(event, fitted, way)
    if raised is not None:  # the others are compared all the same
        first = raised[0]
        others = [name for name in result.differing if name != first]
        return {**_raised(*raised), "compared": list(result.compared), "differing": [first, *others]}
    mute = _mute(fitted)
    if mute and result.parity is not Parity.DRIFT:
        said = f"nothing was predicted: {mute[0]} raised in the producer, too"
        findings = tuple(dict.fromkeys([Finding.INCOMPARABLE, *result.findings]))
        result = replace(result, parity=None, differing=mute, findings=findings, sentences=(said, *result.sentences))
    score = None
    if fitted["score_kind"] and "predict" in outputs:  # a part of a model may have no predict
        score = judging.score(fitted["score_kind"], outputs["predict"], fitted["truth"])
    return {
        "status": str(_STATUSES[result.parity]),
        "reason": "; ".join(result.sentences) or None,
        "parity": None if result.parity is None else str(result.parity),
        "compared": list(result.compared),
        "differing": list(result.differing),
        "findings": [str(finding) for finding in result.findings],
        "max_abs_diff": result.max_abs_diff,
        "max_rel_diff": result.max_rel_diff,
        "max_ulp_diff": result.max_ulp_diff,
        "tolerance_used": result.tolerance_used,
        "label_mismatch": result.label_mismatch,
        "score": score,
        **({"by_method": _by_method(result, reference=fitted["reference"])} if way.detailed else {}),
    }


def _by_method(result: judging.OutputComparison, *, reference: Mapping[str, Any]) -> dict[str, Any]:
    """Of each method its parity, the largest difference of its numbers, if it has any, and whether the model raised."""
    return {
        name: {
            "parity": None if one.parity is None else str(one.parity),
            "max_abs_diff": one.max_abs,
            "raised": not answers.is_output(reference[name]),
        }
        for name, one in result.by_method.items()
    }


def _mute(fitted: Mapping[str, Any]) -> tuple[str, ...]:
    """The methods of a model, if all raised in its producer: nobody knows what they would predict."""
    asked = {name: answer for name, answer in fitted["reference"].items() if answers.is_of_rows(name)}
    raised = tuple(name for name, answer in asked.items() if not answers.is_output(answer))
    return raised if len(raised) == len(asked) else ()


def _raised(name: str, error: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a method that answered in the producer, and raises."""
    return {**_failure(error, f"{name}: "), "status": str(Status.PREDICT_ERROR), "differing": [name]}


def _comparison(event: Loaded, fitted: Mapping[str, Any], way: Way) -> judging.OutputComparison:
    """Compare a model: one that was fitted again by its cross-validation, every other by its outputs."""
    theirs = fitted.get("cv_scores")
    reference = fitted["reference"]
    if way.format == "recipe" and judging.has_scores(theirs):
        return _refitted(event, fitted, way)
    # A classifier's labels are labels even if they are floats. A model with probabilities is a classifier.
    classifies = fitted["score_kind"] == "accuracy" or "predict_proba" in reference
    unasked = _texts(event.get("unasked", {}), "name of what could not be asked")
    found = judging.compare(
        reference,
        event["outputs"],
        tolerance=way.tolerance,
        # Only a format may leave methods out, never a model: a model could hide a change that way.
        methods=event.get("methods") if way.partial else way.asked,
        unasked=unasked,
        labels=("predict", "staged_predict") if classifies else (),
        converted=way.partial,
        narrow=_input(fitted).get("dtype") == "float32",
        conditioning=fitted.get("conditioning"),
    )
    added = _texts(event.get("added", ()), "name of what was added")
    written = _texts(event.get("written", ()), "name of a method")
    return remarks.noted(found, written=(fitted.get("written", ()), written), added=added, unasked=unasked)


def _input(fitted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What rows a model was fitted with, see `harness.guest.training.kind_of_rows`. Old fits do not say."""
    told = fitted.get("input")
    return told if isinstance(told, dict) else {}


def _texts(sent: Any, name: str) -> list[str]:
    return [text(one, name) for one in sent]


def _refitted(event: Mapping[str, Any], fitted: Mapping[str, Any], way: Way) -> judging.OutputComparison:
    """Compare by the cross-validation, and by the score of the model that was fitted again on the held-out rows.

    Its outputs need not equal the producer's. They only decide whether it is the identical model.
    """
    row = 1 / fitted["n_samples"] if fitted["score_kind"] == "accuracy" and fitted.get("n_samples") else 0.0
    theirs, outputs = fitted["cv_scores"], event["outputs"]
    result = judging.compare_scores(theirs, event["observed"]["cv_scores"] or [], tolerance=way.tolerance, row=row)
    if result.parity is Parity.IDENTICAL and any(outputs[name] != fitted["reference"][name] for name in way.asked):
        sentence = "the same cross-validation score in every fold, other outputs"
        result = replace(result, parity=Parity.CLOSE, sentences=(sentence,))
    if fitted["score"] is None or "predict" not in outputs:
        return result
    score = judging.score(fitted["score_kind"], outputs["predict"], fitted["truth"])
    known = [value for value in theirs if value is not None]
    held_out_row = 1 / judging.row_count(fitted["truth"]) if row else 0.0
    allowed = max(known) - min(known) + max(row * len(theirs), held_out_row, 1e-3)
    if score is not None and score >= fitted["score"] - allowed:
        return result
    sentence = (
        f"held-out score {score}, producer's {fitted['score']:.4g}, which is further off than its folds are apart"
    )
    findings = tuple(dict.fromkeys([Finding.SCORE, *result.findings]))
    sentences = (sentence, *result.sentences)
    return replace(result, parity=Parity.DRIFT, differing=("predict",), findings=findings, sentences=sentences)


def _mapped(observed: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """How much of a model is mapped into memory, if its reader looked. If nothing is, the reason says so."""
    if "mapped_arrays" not in observed:
        return {}
    mapped: dict[str, Any] = {name: observed[name] for name in ("mapped_arrays", "mapped_bytes")}
    if not all(type(value) is int and 0 <= value < 2**63 for value in mapped.values()):
        raise ValueError(f"what is mapped is {str(mapped)[:80]}")
    if observed["mapped_arrays"] == 0 and row["status"] == Status.OK:
        mapped["reason"] = "; ".join(filter(None, [row["reason"], "no array is mapped into memory"]))
    return mapped


def _warnings(event: Mapping[str, Any]) -> list[dict[str, str]]:
    return warnings_of(event.get("warnings", ()))
