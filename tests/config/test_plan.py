from __future__ import annotations

import dataclasses

import pytest

from harness.errors import InputError
from harness.config.plan import only
from harness.terms import Artifact, Cell, Compare, artifact_part

from tests.conftest import plan_of


def test_counts_are_what_is_planned() -> None:
    plan = plan_of("old", "new", "newer")
    artifacts = [a.id for name in plan.environments for a in plan.artifacts(name)]
    cells = [c.id for name in plan.environments for c in plan.cells(name)]
    assert len(set(artifacts)) == len(artifacts) == plan.artifact_count == 3 * 2 * 2
    assert len(set(cells)) == len(cells) == plan.cell_count == 3 * 3 * 2 * 3


def test_the_digest_is_the_plans() -> None:
    assert plan_of("old", "new").digest == plan_of("old", "new").digest
    assert plan_of("old", "new").digest != plan_of("old", "new", cases=("ridge",)).digest
    assert plan_of("old", "new").digest == plan_of("old", "new", impossible={"old": "today"}).digest


def test_a_plan_of_one_cell_has_its_controls_and_nothing_else() -> None:
    plan = only(plan_of("old", "new", "newer"), "old/ridge/joblib>new/joblib-mmap")
    cells = {cell.id for name in plan.environments for cell in plan.cells(name)}
    assert cells == {f"{p}/ridge/joblib>{c}/joblib-mmap" for p in ("old", "new") for c in ("old", "new")}
    alone = only(plan_of("old", "new"), "old/ridge/pickle>old/pickle")
    assert [cell.id for cell in alone.cells("old")] == ["old/ridge/pickle>old/pickle"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("old/rigde/pickle>new/pickle", 'no case "rigde"; perhaps "ridge"'),
        ("odl/ridge/pickle>new/pickle", 'no producer "odl"; perhaps "old"'),
        ("old/ridge/pickle>old/joblib", 'no reader "joblib"'),
        ("old/ridge/pickel>old/pickel", 'no format "pickel"; perhaps "pickle"'),
        ("old/ridge/pickle", "no cell's id"),
        ("old/ridge/pickle/more>old/pickle", "no cell's id"),
        ("old/ridge/pickle>old/pickle/more", "no cell's id"),
        ("old/ridge/pickle>old", "no cell's id"),
        ("old/ridge/pickle>>old/pickle", "no cell's id"),
        ("old//pickle>old/pickle", "no cell's id"),
        ("", "no cell's id"),
    ],
)
def test_a_cell_that_is_not_planned_is_refused(cell, told) -> None:
    with pytest.raises(InputError, match=told) as caught:
        only(plan_of("old", "new"), cell)
    assert "PRODUCER/CASE/FORMAT>CONSUMER/READER" in str(caught.value)


def test_every_planned_id_is_parsed_into_what_it_is_of() -> None:
    plan = plan_of("old", "new")
    for name in plan.environments:
        assert [Cell.parse(cell.id) for cell in plan.cells(name)] == list(plan.cells(name))
        assert [Artifact.parse(artifact.id) for artifact in plan.artifacts(name)] == list(plan.artifacts(name))
        assert {artifact_part(cell.id) for cell in plan.cells(name)} == {c.artifact.id for c in plan.cells(name)}


@pytest.mark.parametrize("text", ["", "a/b", "a/b/", "/b/c", "a/b/c/d", "a/b/c>d/e"])
def test_what_is_no_artifacts_id(text) -> None:
    with pytest.raises(ValueError, match="PRODUCER/CASE/FORMAT"):
        Artifact.parse(text)


def test_what_is_compared_is_in_the_digest() -> None:
    plan = plan_of("old", "new")
    methods = dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, compare=Compare.METHODS))
    assert methods.digest != plan.digest
