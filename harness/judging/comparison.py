"""The outputs of all methods of a loaded model against those of the model that was dumped. Pure."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.judging import answers
from harness.judging.arrays import is_numeric
from harness.judging.cancellation import cancellation_of
from harness.judging.decoding import Encoded, decode
from harness.judging.difference import Difference, Rules, merged, worst_first
from harness.judging.kinds import difference
from harness.judging.neighbors import difference_of_neighbors
from harness.judging.words import difference_of_words
from harness.terms import Finding, Parity, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

_SHOWN = 4  # sentences of one method; a frame may have hundreds of columns
_LABELS = frozenset({"predict", "staged_predict", "labels_"})  # discrete outputs of these are called labels
_PROBABILITIES = frozenset({"predict_proba", "predict_log_proba", "staged_predict_proba"})
_NARROW = "float32"  # rows of this dtype
#: Of methods whose outputs may come in another order.
_RULES = {"kneighbors": difference_of_neighbors, "inverse_transform": difference_of_words}


@dataclass(frozen=True, kw_only=True)
class OutputComparison:
    """The worst difference of all methods, with its evidence.

    ``parity`` is None where some output could not be compared, and no other drifts.
    ``max_abs_diff``, ``max_rel_diff``, ``max_ulp_diff`` and ``tolerance_used`` are over the numbers that are finite on
    both sides, None if there are none. ``max_rel_diff`` leaves out places where the reference is 0.
    ``max_ulp_diff`` is in units of the reference's precision. ``tolerance_used`` is the largest difference in
    tolerances: 0 is equal, up to 1 is close, above 1 is drift. ``label_mismatch`` is the fraction of discrete outputs
    (labels, integers, strings, bools) that differ, None if there were none. Outputs of different shapes have no
    figures at all.
    """

    parity: Parity | None
    compared: tuple[str, ...]  # methods, attributes, methods on other rows
    differing: tuple[str, ...]  # those of them that drift, or that could not be compared
    max_abs_diff: float | None
    max_rel_diff: float | None
    max_ulp_diff: float | None
    tolerance_used: float | None
    label_mismatch: float | None
    findings: tuple[Finding, ...]  # what weighs most first
    sentences: tuple[str, ...]  # one per method that is not identical; drifts first, then what is not known
    by_method: Mapping[str, Difference] = field(default_factory=dict, compare=False, repr=False)


def compare(
    reference: Mapping[str, Any],
    outputs: Mapping[str, Any],
    *,
    tolerance: Callable[[str, str], Tolerance],
    methods: Sequence[str] | None = None,
    unasked: Collection[str] = (),
    labels: Collection[str] = (),
    converted: bool = False,
    narrow: bool = False,
    conditioning: Any = None,
) -> OutputComparison:
    """Compare the outputs of each method of ``reference``; further ones in ``outputs`` are ignored.

    Whatever has a name is a method here: an attribute, and a method on other rows (`harness.guest.probes`).

    Parameters
    ----------
    reference, outputs : method to answer: an encoded value, as `harness.guest.encoding` writes them, or an error.
    tolerance : of a method and the coarser dtype of the two outputs (``"<f4"``; ``"<f8"`` for Python floats).
    methods : only these are compared, for a format that keeps a part of the model. None: all.
    unasked : methods on rows that the consumer could not make. They are not compared; others must not be missing.
    labels : methods whose outputs are labels even where they are floats, and have no tolerance: a classifier's predict.
    converted : whether the format has types of its own. ONNX, for example, has no sparse counts and no bool labels.
        Then equal numbers of another kind (1 and 1.0, True and 1) are close, with the finding dtype.
    narrow : whether the model was fitted with rows in float32. Then it counts with numbers that were rounded to that,
        whatever rows it is asked with.
    conditioning : what a guest said of how exactly each method computes, see `harness.guest.conditioning`.

    Raises
    ------
    ValueError
        There is nothing to compare, a method is missing or unknown, or a value is malformed.
    """
    names = _names(reference, outputs, methods, unasked)
    equal: dict[str, _Contents | None] = {}
    exact = {method: answers.split(method)[0] in labels for method in names}
    for method in names:
        equal[method] = _if_equal(reference[method], outputs[method], exact=exact[method])
    known = [contents for contents in equal.values() if contents is not None]
    if len(known) == len(names):  # by far the most cells
        return _all_identical(names, frozenset[str]().union(*known))
    found: dict[str, Difference] = {}
    for method, contents in equal.items():
        rules = make_rules(method, tolerance, exact=exact[method], converted=converted, narrow=narrow)
        rules = replace(rules, cancellation=cancellation_of(conditioning, answers.split(method)[0]))
        expected, got = reference[method], outputs[method]
        found[method] = _compare_method(method, expected, got, rules) if contents is None else _identical(contents)
    return _total(names, found)


def _names(
    reference: Mapping[str, Any],
    outputs: Mapping[str, Any],
    methods: Sequence[str] | None,
    unasked: Collection[str],
) -> tuple[str, ...]:
    """What is to be compared. Raises ValueError where something is missing."""
    names = tuple(reference if methods is None else dict.fromkeys(methods))
    for method in names:
        if method not in reference:
            raise ValueError(f"{method}: the reference has no such method")
        # A model cannot hide a change by this: the rows themselves are always there.
        if method not in outputs and not (method in unasked and answers.split(method)[1]):
            raise ValueError(f"{method}: no output to compare")
    names = tuple(method for method in names if method in outputs)
    if not names:
        raise ValueError("nothing to compare: there are no methods")
    return names


def _total(names: tuple[str, ...], found: Mapping[str, Difference]) -> OutputComparison:
    total = merged(found.values())
    weight = {Parity.DRIFT: 0, None: 1}
    ordered = sorted(found.items(), key=lambda item: weight.get(item[1].parity, 2))
    return OutputComparison(
        parity=total.parity,
        compared=names,
        differing=tuple(name for name, one in ordered if one.parity in weight),
        max_abs_diff=total.max_abs,
        max_rel_diff=total.max_rel,
        max_ulp_diff=total.max_ulp,
        tolerance_used=total.used,
        label_mismatch=total.mismatch,
        findings=worst_first(total.findings),
        sentences=tuple(_sentence(method, one.sentences) for method, one in ordered if one.sentences),
        by_method=found,
    )


def _compare_method(method: str, expected: Encoded, got: Encoded, rules: Rules) -> Difference:
    try:
        found = answers.compare_answers(expected, got)
        if found is not None:
            for output in filter(answers.is_output, (expected, got)):
                decode(output)  # whatever is malformed is refused
            return found
        return _RULES.get(answers.split(method)[0], difference)(decode(expected), decode(got), rules)
    except ValueError as error:
        raise ValueError(f"{method}: {error}") from error


def make_rules(
    name: str,
    tolerance: Callable[[str, str], Tolerance],
    *,
    exact: bool = False,
    converted: bool = False,
    narrow: bool = False,
) -> Rules:
    """The rules for a method's outputs, by its name.

    Of rows in float32 nothing can be expected that is better than float32, whatever dtype the output has. Nor of a
    model that was fitted with such (``narrow``); its attributes are stored, so they come over bit by bit.
    """
    method, rows = answers.split(name)
    narrow = rows == _NARROW or (narrow and not method.endswith("_"))
    return Rules(
        noun="labels" if method in _LABELS else "values",
        drifting=Finding.PROBABILITIES if method in _PROBABILITIES else Finding.VALUES,
        exact=exact,
        tolerance=lambda dtype: tolerance(method, _NARROW if narrow and dtype[1:] == "f8" else dtype),
        converted=converted,
    )


def _sentence(method: str, sentences: Sequence[str]) -> str:
    more = len(sentences) - _SHOWN
    return f"{method}: {'; '.join(sentences[:_SHOWN])}{f'; and {more} more' if more > 0 else ''}"


_Contents: TypeAlias = frozenset[str]  # what kinds of elements an output has
_NUMERIC: _Contents = frozenset({"numeric"})
_DISCRETE: _Contents = frozenset({"discrete"})


@functools.lru_cache(maxsize=1024)
def _all_identical(names: tuple[str, ...], contents: _Contents) -> OutputComparison:
    one = _identical(contents)
    return replace(_total(names, {"": one}), by_method=dict.fromkeys(names, one))


def _identical(contents: _Contents) -> Difference:
    number = 0.0 if "numeric" in contents else None
    discrete = 0.0 if "discrete" in contents else None
    return Difference(max_abs=number, max_rel=number, max_ulp=number, used=number, mismatch=discrete)


def _if_equal(expected: Encoded, got: Encoded, *, exact: bool) -> _Contents | None:
    """The kinds of elements in two values that are equal as they were sent; None: decode and compare them."""
    contents = _contents(expected, got) if expected == got else None
    return _DISCRETE if exact and contents else contents


def _contents(encoded: Encoded, equal: Encoded) -> _Contents | None:
    """The kinds of elements in a value that equals its counterpart; None: decode and compare, as for opaque values."""
    match encoded:
        case {"kind": "dense", "dtype": str(dtype), "npy": str()} | {"kind": "csr", "data": {"dtype": str(dtype)}}:
            return _NUMERIC if is_numeric(dtype) else _DISCRETE
        case {"kind": "texts"}:
            return _DISCRETE
        case {"kind": "error", "type": str(), "message": str()}:
            return frozenset()
        case {"kind": "objects", "items": items}:
            # To Python, 1, 1.0 and True are equal.
            same = list(map(type, items)) == list(map(type, equal["items"]))
            return _merge_contents(map(_item_contents, items)) if same else None
        case {"kind": "list", "items": items}:
            return _merge_contents(map(_contents, items, equal["items"]))
    return None


def _item_contents(item: Any) -> _Contents | None:
    if isinstance(item, dict):
        return _NUMERIC if "float" in item else _DISCRETE if item.keys() <= {"int", "bytes", "missing"} else None
    return _NUMERIC if isinstance(item, float) else _DISCRETE


def _merge_contents(parts: Iterable[_Contents | None]) -> _Contents | None:
    kinds: set[str] = set()
    for part in parts:
        if part is None:
            return None
        kinds |= part
    return frozenset(kinds)
