"""A run that is killed, artifacts that are changed, a run that is repeated: with real environments."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.live.conftest import NEW, OLD, Bench, statuses

KILLS = 5


def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(bench: Bench, undisturbed: Bench) -> None:
    bench.write_slow(3, 0.05)
    bench.write(
        cases='["family:slow", logistic_regression, function_transformer_lambda]',
        formats="[pickle, joblib/joblib, cloudpickle/cloudpickle]",
        files="[slow.py]",
    )
    bench.run()
    expected = statuses(bench.tables())
    artifacts = len(bench.tables().artifacts)
    shutil.rmtree(bench.results)

    # Some while dumping, some while loading, at moments of no one's choosing.
    dice = random.Random(20261121)
    lines = [*dice.sample(range(1, artifacts), 2), *dice.sample(range(artifacts + 4, len(expected) - 4), KILLS - 2)]
    for count in sorted(lines):
        process = bench.start(*(["--resume"] if bench.results.exists() else []))
        bench.wait_for("", count, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        bench.none_alive()
    bench.run("--resume")
    assert len(list(bench.results.iterdir())) == 1
    assert statuses(bench.tables()) == expected
    assert not (bench.newest() / "spool").exists()


def test_no_guest_outlives_a_host_that_was_killed_while_a_model_loads(bench: Bench, undisturbed: Bench) -> None:
    bench.write_slow(1, 30.0)
    process = bench.start()
    while not bench.loaded.exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    assert len(bench.alive()) > 2  # the host, guests, and the child that loads
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    bench.none_alive(1.0)


def objects(bench: Bench, **where: str) -> list[Path]:
    rows = bench.tables().artifacts
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return [bench.newest() / "objects" / digest[:2] / digest for digest in rows.sha256]


def change(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def test_a_changed_byte_is_refused_before_anything_loads_it(bench: Bench, undisturbed: Bench) -> None:
    bench.write_slow(2, 0.0)
    bench.run("--dump", OLD, "--dump", NEW)
    (changed,) = objects(bench, producer=NEW, case="slow_0", format="pickle")
    change(changed, b"fitted by 1.5.2", b"fitted by 1.5.X")  # still a sound pickle
    bench.run("--run", bench.newest().name, "--load", OLD, "--load", NEW)
    cells = bench.tables().cells
    refused = cells[cells.status == "refused"]
    assert {*refused.artifact_id} == {f"{NEW}/slow_0/pickle"}
    assert {*refused.consumer} == {OLD, NEW}
    assert refused.reason.str.contains("sha256 differs").all()
    assert {*cells[cells.status != "refused"].status} == {"ok"}
    loaded = bench.loaded.read_text()
    assert "fitted by 1.5.2" in loaded
    assert "fitted by 1.5.X" not in loaded


def test_changed_reference_outputs_are_refused(bench: Bench, undisturbed: Bench) -> None:
    bench.write(cases="[standard_scaler, logistic_regression]", formats="[pickle]")
    bench.run("--dump", OLD)
    (manifest,) = bench.tables().artifacts.query(f"producer == '{OLD}' and case == 'standard_scaler'").manifest
    digest = manifest.partition('"fitted_sha256": "')[2][:64]
    change(bench.newest() / "objects" / digest[:2] / digest, b'"reference"', b'"Reference"')
    bench.run("--run", bench.newest().name, "--load", OLD)
    cells = bench.tables().cells.query(f"producer == '{OLD}' and consumer == '{OLD}'").set_index("case")
    assert cells.status.to_dict() == {"standard_scaler": "refused", "logistic_regression": "ok"}
    assert "nothing to compare with" in cells.reason["standard_scaler"]


@pytest.mark.nightly
def test_shares_of_a_run_come_to_the_same_table(bench: Bench, undisturbed: Bench) -> None:
    bench.run("--dump", OLD)
    share = ("--run", bench.newest().name)
    assert {*bench.tables().cells.status} == {"not-run", "no-artifact"}
    for words in (("--dump", NEW), ("--load", NEW), ("--load", OLD)):
        assert not bench.tables().run["complete"]
        bench.run(*share, *words)
    assert statuses(bench.tables()) == statuses(undisturbed.tables())
    assert bench.tables().run["complete"]


def test_a_run_is_repeated_from_the_locks_of_another(stored: Bench) -> None:
    first = stored.newest()
    lock = first / "locks" / f"{OLD}.txt"
    lock.write_text("# of another run\n" + lock.read_text())
    stored.write(cases="[standard_scaler]", formats="[pickle]")
    stored.run("--locks", first.name)
    second = stored.newest()
    assert second != first
    for path in sorted((first / "locks").iterdir()):
        assert (second / "locks" / path.name).read_text() == path.read_text()
    built = stored.tables().environments.set_index("environment").how_built
    assert built[OLD].startswith("built")  # another lock, so it was not used as it was
    assert built[NEW].startswith("reused")


@pytest.mark.nightly
def test_a_run_keeps_the_locks_it_began_with(stored: Bench) -> None:
    first = stored.newest()
    other = stored.results / f"0-{first.name}"
    shutil.copytree(first, other)
    (other / "locks" / f"{OLD}.txt").write_text("# nothing\n")
    done = stored.run("--run", first.name, "--locks", other.name, code=2)
    assert "has used other packages already" in done.stderr
