"""What is worked out all the same: few each day, and over some days every consumer."""

from __future__ import annotations

import datetime as dt

from harness.run.sampling import Sample
from harness.terms import Artifact, Cell

from tests.conftest import plan_of

NAMES = ("a", "b", "c")
CASES = tuple(f"case{number}" for number in range(400))


def days(count: int) -> list[str]:
    return [(dt.date(2026, 11, 1) + dt.timedelta(days=day)).isoformat() for day in range(count)]


def test_consumers_take_turns() -> None:
    plan = plan_of(*NAMES, cases=CASES)
    assert {Sample.of_day(plan, day).consumer for day in days(3)} == set(NAMES)


def test_a_day_has_its_cases_and_another_day_has_others() -> None:
    plan = plan_of(*NAMES, cases=CASES)
    one, other = (Sample.of_day(plan, day) for day in days(2))
    assert one == Sample.of_day(plan, days(1)[0])
    assert one.cases != other.cases


def test_a_run_works_few_out_again_and_never_none() -> None:
    plan = plan_of(*NAMES, cases=CASES)
    sample = Sample.of_day(plan, days(1)[0])
    again = [cell for name in NAMES for cell in plan.cells(name) if sample.has_cell(cell)]
    assert 60 <= len(again) <= plan.cell_count / 100
    small = plan_of("a", cases=("one",))
    assert all(map(Sample.of_day(small, days(1)[0]).has_cell, small.cells("a")))


def test_fresh_means_everything() -> None:
    sample = Sample.of_day(plan_of(*NAMES, cases=CASES), days(1)[0], everything=True)
    artifact = Artifact(producer="a", case="case1", format="pickle")
    assert sample.has_artifact(artifact) and sample.has_cell(Cell(artifact=artifact, consumer="c", reader="pickle"))


def test_a_plan_without_producers_has_no_sample() -> None:
    assert Sample.of_day(plan_of(), days(1)[0]).consumer is None
