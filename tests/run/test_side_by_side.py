"""Two environments that measure one case in turn."""

from __future__ import annotations

import pytest

from harness.environments import NotReadyError
from harness.errors import InputError
from harness.report.console import SafeConsole
from harness.run import measuring, side_by_side
from harness.run.measuring import Side

from tests.conftest import plan_of
from tests.run.measured import EnvironmentSession, Recorder, cell_id, figures_of, good, planned


class Session(EnvironmentSession):
    def __init__(self, name, log, answer=good) -> None:
        super().__init__(answer)
        self.name, self.log = name, log

    def replies(self, verb, batches, *, seconds):
        self.log.append(self.name)
        yield from super().replies(verb, batches, seconds=seconds)


class Dead(Session):
    def replies(self, verb, batches, *, seconds):
        raise NotReadyError("its guest died 40 times")
        yield


@pytest.fixture
def sides(tmp_path):
    def made(*sessions, **more):
        found = []
        for session in sessions:
            (tmp_path / session.name).mkdir()
            recorder = Recorder(tmp_path / session.name / "journal.jsonl", planned(cold_starts=0, sharing=0, **more))
            (cells,) = measuring.owed(recorder, "new")
            found.append(Side(session=session, recorder=recorder, cells=cells))
        return found

    return made


def test_each_round_of_one_is_beside_a_round_of_the_other_and_another_begins(sides):
    log: list[str] = []
    side_by_side.measure_together(sides(Session("base", log), Session("new", log), rounds=6))
    assert log[:6] == ["base", "new", "new", "base", "base", "new"]
    assert log.count("base") == log.count("new") >= 6


def test_each_run_has_the_samples_of_its_own_environment(sides):
    def slow(task):
        answer = good(task)
        if task["kind"] == "speed":
            answer = {**answer, "figures": {**answer["figures"], "load_seconds": [9.0]}}
        return answer

    base, new = sides(Session("base", []), Session("new", [], slow), rounds=6)
    side_by_side.measure_together([base, new])
    medians = [figures_of(side.recorder)["load_seconds"]["median"] for side in (base, new)]
    assert medians == [pytest.approx(0.0105), 9.0]


def test_one_that_cannot_measure_is_told_in_both(sides):
    base, new = sides(Session("base", []), Dead("new", []))
    side_by_side.measure_together([base, new])
    for side in (base, new):
        assert side.recorder.journal.measurement(cell_id())["missing"]["load_seconds"] == "its guest died 40 times"


def locked(path, *names):
    (path / "locks").mkdir(parents=True)
    for name in names:
        (path / "locks" / f"{name}.txt").write_text("numpy==2.1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    return path


def test_runs_that_share_no_environment_are_refused(tmp_path):
    pair = locked(tmp_path / "base", "old"), locked(tmp_path / "new", "new")
    with pytest.raises(InputError, match="no environment of the profile .* has a lock in both"):
        side_by_side.run(planned(), pair, results=tmp_path / "results", console=SafeConsole(stderr=True))
    assert not (tmp_path / "results").exists()


def test_a_profile_that_measures_nothing_is_refused(tmp_path):
    made = plan_of("old", "new")
    with pytest.raises(InputError, match="measures nothing"):
        side_by_side.run(made, (tmp_path, tmp_path), results=tmp_path, console=SafeConsole(stderr=True))
