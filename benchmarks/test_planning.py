"""From matrix.yaml to the cells of the largest profile."""

from __future__ import annotations

from collections import deque

from harness.config import matrix
from harness.config.plan import Plan

from .conftest import ROOT


def test_reading_the_matrix(benchmark) -> None:
    assert benchmark(matrix.load_matrix, ROOT / "matrix.yaml").spec.profiles


def test_planning_nightly(benchmark) -> None:
    loaded = matrix.load_matrix(ROOT / "matrix.yaml")

    def plan() -> str:
        return Plan(profile=loaded.profile("nightly", satisfiable=lambda _: True)).digest

    assert benchmark(plan)


def test_cells_of_one_consumer_of_nightly(nightly, benchmark) -> None:
    consumer = nightly.producers[0]
    benchmark.extra_info["cells"] = sum(1 for _ in nightly.cells(consumer))
    benchmark(lambda: deque((cell.id for cell in nightly.cells(consumer)), maxlen=0))
