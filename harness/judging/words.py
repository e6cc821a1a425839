"""The words of each text, as `inverse_transform` of vectorizers gives them: no release promises their order. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.judging.arrays import to_items
from harness.judging.decoding import Container, Dense, Items
from harness.judging.kinds import difference
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from harness.judging.decoding import Value
    from harness.judging.difference import Difference, Rules


def difference_of_words(reference: Value, output: Value, rules: Rules) -> Difference:
    """Compare lists of arrays of words. The same words in another order are close."""
    found = difference(reference, output, rules)
    if found.findings != {Finding.LABELS}:
        return found
    before, now = _words(reference), _words(output)
    if before is None or before != now:
        return found
    sentence = f"the same words of {len(before)} texts, in another order"
    return replace(found, parity=Parity.CLOSE, findings=frozenset(), mismatch=0.0, sentences=(sentence,))


def _words(value: Value) -> list[list[str]] | None:
    """The words of each text, sorted, if that is what it is."""
    if not isinstance(value, Container):
        return None
    texts = [_sorted(one) for one in value.values]
    return [one for one in texts if one is not None] if None not in texts else None


def _sorted(value: Value) -> list[str] | None:
    if not isinstance(value, Dense | Items) or len(value.shape) != 1:
        return None
    words = to_items(value).items
    return sorted(words) if all(isinstance(word, str) for word in words) else None
