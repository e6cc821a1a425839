"""What is told of the environments that a kit brought, whatever ``run.json`` holds."""

from __future__ import annotations

import pytest

from harness.analysis import kits


def test_each_environment_of_a_kit_is_told_with_its_note() -> None:
    run = {"kits": [{"environment": "pod", "note": "one process, no isolation"}]}
    assert kits.sentences(run) == ["pod is of a kit: one process, no isolation"]


@pytest.mark.parametrize("run", [{}, {"kits": None}, {"kits": "pod"}, {"kits": ["pod"]}])
def test_a_run_without_kits_tells_nothing(run: dict) -> None:
    assert kits.notes(run) == {}
