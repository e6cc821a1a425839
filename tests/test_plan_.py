from __future__ import annotations

from .conftest import plan_of


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
