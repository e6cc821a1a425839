"""The same words of a text in another order are no other answer; other words are."""

from __future__ import annotations

import numpy as np

from tests.judging.common import CLOSE, DRIFT, IDENTICAL, check

TEXTS = [np.array(["at", "lunch", "see"]), np.array(["win"])]


def of(*texts, method="inverse_transform"):
    return check(TEXTS, [np.array(one) for one in texts], method=method)


def test_words_in_another_order_are_close() -> None:
    assert of(["at", "lunch", "see"], ["win"]).parity is IDENTICAL
    found = of(["see", "at", "lunch"], ["win"])
    assert (found.parity, found.findings, found.label_mismatch) == (CLOSE, (), 0.0)
    assert found.sentences == ("inverse_transform: the same words of 2 texts, in another order",)


def test_other_words_are_drift() -> None:
    assert of(["see", "at", "you"], ["win"]).parity is DRIFT
    assert of(["see", "at", "at"], ["win"]).parity is DRIFT
    assert of(["see", "at"], ["win"]).parity is DRIFT
    assert of(["win"], ["at", "lunch", "see"]).parity is DRIFT
    assert of(["see", "at", "lunch"], ["win"], method="transform").parity is DRIFT


def test_what_is_no_list_of_words_keeps_its_order() -> None:
    names = np.array(["at", "lunch"])
    assert check(names, names[::-1], method="inverse_transform").parity is DRIFT
    assert check([names.reshape(1, 2)], [names[::-1].reshape(1, 2)], method="inverse_transform").parity is DRIFT
    assert check([np.array([1, 2])], [np.array([2, 1])], method="inverse_transform").parity is DRIFT
