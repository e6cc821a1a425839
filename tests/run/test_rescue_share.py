"""What gets models over has a share of an environment's time: what it loads, in which order, and what it leaves."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from harness import analysis
from harness.analysis import soundness, summary
from harness.analysis.compare import status_changes
from harness.cli import verify
from harness.config import plan as plans
from harness.config.matrix import load_matrix
from harness.machine import tools
from harness.run import loading, rescue_share
from harness.terms import LEFT, Format

from tests.conftest import plan_of
from tests.run.test_reusing import World, world  # noqa: F401  # a fixture

CASES = ("ridge", "forest", "svc", "naive", "tree", "boosting")


class Clock(threading.local):
    """A clock of each environment, which stands but for the seconds of each cell."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


def planned(share: float | None, *, cases: tuple[str, ...] = CASES) -> plans.Plan:
    plan = plan_of("old", "new", cases=cases)
    carrier = Format(name="portable", module="guest.formats.portable_archives", options={}, readers=("portable",))
    limits = dataclasses.replace(plan.profile.limits, rescue_share=share)
    formats = (plan.profile.formats[0], carrier)
    return dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, formats=formats, limits=limits))


@pytest.fixture
def clock(world: World, monkeypatch) -> Clock:  # noqa: F811
    """A cell of pickle takes a second, one of portable ten."""
    made, load = Clock(), loading.load

    def timed(session, recorder, cells) -> None:
        made.now += sum(10 if cell.artifact.format == "portable" else 1 for cell in cells)
        load(session, recorder, cells)

    monkeypatch.setattr(loading, "load", timed)
    monkeypatch.setattr(rescue_share, "time", made)
    return made


def carried(world: World) -> list[str]:  # noqa: F811
    return [one for one in world.loaded if "/portable>" in one]


def test_without_a_share_everything_is_loaded(world, clock) -> None:  # noqa: F811
    run = world.run(planned(None))
    assert set(run.cells["status"]) == {"ok"} and len(carried(world)) == 4 * len(CASES)


@pytest.mark.parametrize(("share", "allowed"), [(0.15, 12 * 0.15 / 0.85), (0.8, 48.0), (1.0, 1e9), (0.0, 0.0)])
def test_what_gets_models_over_keeps_to_its_share(world, clock, share, allowed) -> None:  # noqa: F811
    """Each environment loads twelve cells of pickle in twelve seconds. One case, two cells, is begun in any case."""
    run = world.run(planned(share))
    for name in ("old", "new"):
        own = [one for one in carried(world) if one.endswith(f">{name}/portable")]
        before = 10 * (len(own) - 2)  # seconds, when the last case began
        assert before < max(allowed, 1) and (10 * len(own) >= allowed or len(own) == 2 * len(CASES))
        left = run.cells[(run.cells["consumer"] == name) & (run.cells["status"] == "not-run")]
        assert len(left) == 2 * len(CASES) - len(own)
        assert left["reason"].str.startswith(LEFT).all() and set(left["format"]) <= {"portable"}
    assert run.run["complete"]  # nobody waits for what was left


def test_it_comes_after_everything_else_and_the_lost_models_first(world, clock) -> None:  # noqa: F811
    world.status = {"old/tree/pickle>new/pickle": "load-error", "old/svc/pickle>new/pickle": "drift"}
    world.run(planned(0.7))  # 28 seconds: two cells, then one
    own = [one for one in world.loaded if ">new/" in one]
    formats = [one.split("/")[2].split(">")[0] for one in own]
    assert formats.index("portable") == formats.count("pickle")
    first = own[formats.index("portable") :][:2]
    assert {one.rpartition("/portable>")[0] for one in first} == {"old/tree", "old/svc"}


def test_successive_runs_come_to_all_of_them(world, clock) -> None:  # noqa: F811
    plan, nights = planned(0.15), 0
    while nights < 20:
        nights += 1
        run = world.run(plan)
        assert len(set(world.loaded)) == len(world.loaded)
        if set(run.cells["status"]) == {"ok"}:
            break
        assert carried(world)  # each night goes on
    assert 1 < nights <= len(CASES)
    assert run.cells["reused_from"].notna().any()


def test_where_everything_is_worked_out_anew_the_oldest_is_and_the_rest_is_reused(world, clock) -> None:  # noqa: F811
    plan = planned(1.0)
    first = world.run(plan)
    plan = planned(0.15)
    second = world.run(plan, fresh=True)
    assert set(second.cells["status"]) == {"ok"}
    again = second.cells[second.cells["format"].eq("portable") & second.cells["reused_from"].isna()]
    assert len(again) == 4  # one case in each environment
    rest = second.cells[second.cells["reused_from"].notna()]
    assert set(rest["format"]) == {"portable"} and set(rest["reused_from"]) == {first.run["run_id"]}
    # Twelve cells of pickle, the two, and twelve artifacts; what was taken was not worked out again.
    assert second.run["reuse"]["sampled"] == dict.fromkeys(("old", "new"), 12 + 2 + 12)


def test_a_run_that_left_some_is_sound_and_says_so_first(world, clock, capsys) -> None:  # noqa: F811
    run = world.run(planned(0.15))
    assert not soundness.find_run_problems(analysis.read_run(run.path))
    (problem,) = soundness.find_problems(summary.summarize(run))
    assert str(problem).startswith("20 of 48 cells were left for another run")
    verify.verify(str(run.path), world.results)
    assert "complete, with every environment\n  20 of 48 cells were left" in capsys.readouterr().out


def test_what_was_left_is_no_change_and_a_cell_that_was_lost_is(world, clock) -> None:  # noqa: F811
    whole, short = world.run(planned(1.0), cache=None), world.run(planned(0.15), cache=None)
    found = status_changes.compare_statuses(whole.cells, short.cells)
    assert found["kind"].isna().all()
    other = short.cells.assign(reason=short.cells["reason"].str.replace(LEFT, "the disk was full"))
    assert set(status_changes.compare_statuses(whole.cells, other)["kind"].dropna()) == {"lost"}


def test_a_share_changes_no_outcome_and_no_digest_where_there_is_none(world, clock) -> None:  # noqa: F811
    world.run(planned(1.0))
    world.run(planned(0.9))
    assert world.loaded == []  # the keys are the same
    assert planned(None).digest != planned(0.15).digest
    assert planned(None).digest == dataclasses.replace(planned(0.15), profile=planned(None).profile).digest


def test_the_nightly_has_fifteen_per_cent() -> None:
    assert (
        load_matrix(tools.ROOT / "matrix.yaml").profile("nightly", satisfiable=lambda _: True).limits.rescue_share
        == 0.15
    )
