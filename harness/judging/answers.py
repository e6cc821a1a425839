"""What a model answers where it gives no output: an error, or that it does not have what was asked for. Pure.

The names of what is asked are those of `harness.guest.probes`: ``predict``, ``coef_``, ``predict(float32)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.errors import cut
from harness.judging.difference import Difference, drift
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CUT = 120  # characters of an error's message


def split(name: str) -> tuple[str, str]:
    """The method or attribute, and what rows are given to it; "" for the held-out rows themselves."""
    method, _, rows = name.partition("(")
    return method, rows.removesuffix(")")


def is_method(name: str) -> bool:
    """Whether it is a method on the held-out rows, or on none: what a model's user calls."""
    return not name.endswith(("_", ")"))


def is_of_rows(name: str) -> bool:
    """Whether it is a method on the held-out rows."""
    return is_method(name) and not name.startswith("get_")


def is_output(encoded: Mapping[str, Any]) -> bool:
    return encoded.get("kind") not in {"error", "absent"}


def first_raised(
    reference: Mapping[str, Any], outputs: Mapping[str, Any], names: Iterable[str]
) -> tuple[str, Mapping[str, Any]] | None:
    """The first method that answered in the producer and raises in the consumer, with its error."""
    for name in names:
        if is_method(name) and name in reference and name in outputs:
            found = outputs[name]
            if found.get("kind") == "error" and is_output(reference[name]):
                return name, found
    return None


def compare_answers(expected: Mapping[str, Any], got: Mapping[str, Any]) -> Difference | None:
    """Compare two answers of which one at least is no output; None if both are outputs.

    An error is the same if it is of the same type: messages are written anew in each release. Raises ValueError for an
    answer that makes no sense.
    """
    if is_output(expected) and is_output(got):
        return None
    if got.get("kind") == "absent":
        return Difference(
            parity=Parity.CLOSE, findings=frozenset({Finding.ABSENT}), sentences=("only the producer's model has it",)
        )
    if is_output(got):
        return drift(Finding.ERROR, f"raised {_said(expected)} in the producer, answers here")
    if is_output(expected):
        return drift(Finding.ERROR, f"answers in the producer, raises {_said(got)} here")
    before, now = _class(expected), _class(got)
    if before == now:
        return Difference()
    sentence = f"raised {before} in the producer, raises {now} here"
    return Difference(parity=Parity.CLOSE, findings=frozenset({Finding.ERROR}), sentences=(sentence,))


def _class(error: Mapping[str, Any]) -> str:
    """The class without its module, which libraries move."""
    kind = error.get("type")
    if not isinstance(kind, str) or not isinstance(error.get("message"), str):
        raise ValueError(f"an error without its type or message: {str(error)[:80]}")  # noqa: TRY004
    return kind.rpartition(".")[2]


def _said(error: Mapping[str, Any]) -> str:
    kind = _class(error)
    message = " ".join(error["message"].split())
    return f"{kind} ({cut(message, _CUT)})" if message else kind
