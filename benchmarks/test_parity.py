"""Comparing the outputs of one cell, as they arrive from a guest."""

from __future__ import annotations

import json

import numpy as np
import pytest

from harness import judging
from harness.guest.encoding import encode
from harness.terms import Parity

ROWS = 40  # what every case holds out
RANDOM = np.random.default_rng(0)
OUTPUTS = {
    "probabilities": {
        "predict": RANDOM.integers(0, 3, ROWS),
        "predict_proba": RANDOM.random((ROWS, 3)),
        "decision_function": RANDOM.random((ROWS, 3)),
    },
    "wide": {"transform": RANDOM.random((ROWS, 2000))},
    "strings": {"predict": np.array(["yes", "no"], dtype=object)[RANDOM.integers(0, 2, ROWS)]},
}


def wire(outputs):
    """Encoded by a guest, through JSON."""
    return {name: json.loads(json.dumps(encode(value))) for name, value in outputs.items()}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_identical(kind, benchmark) -> None:
    reference, output = wire(OUTPUTS[kind]), wire(OUTPUTS[kind])
    found = benchmark(judging.compare, reference, output, tolerance=judging.tolerance_for((), "pickle"))
    assert found.parity == Parity.IDENTICAL


@pytest.mark.parametrize("kind", ["probabilities", "wide"])
def test_drift(kind, benchmark) -> None:
    moved = {name: value + 1 for name, value in OUTPUTS[kind].items()}
    reference, output = wire(OUTPUTS[kind]), wire(moved)
    found = benchmark(judging.compare, reference, output, tolerance=judging.tolerance_for((), "pickle"))
    assert found.parity == Parity.DRIFT
