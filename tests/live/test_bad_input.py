"""What users and machines do wrong, by the program itself: exit codes, words, and tables all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import read_run
from harness.errors import InputError
from harness.store import SCHEMA_VERSION

from tests.live.conftest import BOTH, NEW, OLD, Bench, at_night, statuses


def only(frame, column: str, **where: str) -> set:
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame)
    return set(frame[column])


def test_a_version_that_does_not_exist_is_told_and_the_rest_goes_on(bench: Bench, undisturbed: Bench) -> None:
    bench.write(include=BOTH + '    - {scikit-learn: "1.99.0", python: "3.12", name: none}\n')
    done = bench.run()
    tables = bench.tables()
    row = tables.environments.set_index("environment").loc["none"]
    assert row.status == "not-run"
    assert "no version of scikit-learn==1.99.0" in row.reason
    assert "no version of scikit-learn==1.99.0" in done.stdout
    assert only(tables.cells, "status", consumer="none") == {"not-run"}
    assert only(tables.cells, "status", producer="none", consumer=OLD) == {"no-artifact"}
    assert "1.99.0" in only(tables.cells, "reason", producer="none", consumer=OLD).pop()
    sound = statuses(undisturbed.tables())
    assert {key: value for key, value in statuses(tables).items() if "none" not in key} == sound


def test_the_plan_shows_a_version_that_does_not_exist(bench: Bench, undisturbed: Bench) -> None:
    bench.write(include=BOTH + '    - {scikit-learn: "1.99.0", python: "3.12", name: none}\n')
    output = bench.call("plan", "--matrix", str(bench.matrix), "--json").stdout
    environments = {item["name"]: item for item in json.loads(output)["environments"]}
    assert "no version of scikit-learn==1.99.0" in json.dumps(environments["none"])
    assert "no version" not in json.dumps([environments[OLD], environments[NEW]])


def test_a_missing_interpreter_is_told_with_what_to_install(bench: Bench, undisturbed: Bench) -> None:
    bench.write(include=BOTH + '    - {scikit-learn: "1.8.0", python: "3.14", name: future}\n')
    nowhere = bench.folder / "nowhere"
    nowhere.mkdir()
    places = dict.fromkeys(("PATH", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"), str(nowhere))
    bench.run(UV_PYTHON_DOWNLOADS="never", **places)
    tables = bench.tables()
    row = tables.environments.set_index("environment").loc["future"]
    assert row.status == "not-run"
    assert "no Python 3.14" in row.reason
    assert "uv python install 3.14" in row.reason
    assert only(tables.environments, "status", environment=OLD) == {"ok"}
    output = bench.call("plan", "--matrix", str(bench.matrix), "--json", UV_PYTHON_DOWNLOADS="never", **places).stdout
    assert "uv python install 3.14" in output


def test_without_a_network_every_row_says_so_until_there_is_one(bench: Bench, undisturbed: Bench) -> None:
    empty = {name: str(bench.folder / name) for name in ("NOXENVDIR", "UV_CACHE_DIR")}
    done = bench.run(code=3, UV_OFFLINE="1", **empty)
    assert "no environment could be built" in done.stderr
    assert "is there a network?" in done.stderr
    tables = bench.tables()
    assert set(tables.environments.status) == set(tables.cells.status) == set(tables.artifacts.status) == {"not-run"}
    assert all("is there a network?" in reason for reason in tables.cells.reason)
    bench.run("--resume")
    assert statuses(bench.tables()) == statuses(undisturbed.tables())


@pytest.fixture
def small_disk(bench: Bench) -> Iterator[Path]:
    """A file system of a few pages at the results folder."""
    bench.results.mkdir()
    mount(bench.results, "-t", "tmpfs", "-o", "size=120k", "tmpfs")
    try:
        yield bench.results
    finally:
        subprocess.run(["umount", "--lazy", bench.results], check=True)


def mount(folder: Path, *words: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    done = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let us mount: {done.stderr}")


def test_a_full_disk_ends_the_run_and_room_lets_it_finish(bench: Bench, undisturbed: Bench, small_disk: Path) -> None:
    done = bench.run(code=3)
    assert "No space left on device" in done.stderr
    assert "--resume" in done.stderr
    mount(small_disk, "-o", "remount,size=64m")
    bench.run("--resume")
    assert len(list(small_disk.iterdir())) == 1
    assert statuses(bench.tables()) == statuses(undisturbed.tables())


def test_a_read_only_disk(bench: Bench, small_disk: Path) -> None:
    mount(small_disk, "-o", "remount,ro")
    assert "Read-only file system" in bench.run(code=3).stderr


def test_a_file_where_the_results_should_be(bench: Bench) -> None:
    bench.results.write_text("")
    done = bench.run(code=3)
    assert f"{bench.results}" in done.stderr
    assert "cannot be written" in done.stderr


def test_of_two_runs_at_once_the_second_says_who_is_first(bench: Bench, undisturbed: Bench) -> None:
    bench.write_slow(4, 60.0)  # it ends when it is told to, however busy the machine is
    first = bench.start()
    bench.wait_for("artifact", 1, first)
    done = bench.run(code=3)
    assert f"process {first.pid}" in done.stderr
    assert str(bench.results) in done.stderr
    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=30)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, *at_night(signal.SIGTERM, signal.SIGHUP)], ids=lambda number: number.name
)
def test_an_interrupt_leaves_complete_tables_and_no_process(
    bench: Bench, undisturbed: Bench, number: signal.Signals
) -> None:
    bench.write_slow(4, 0.15)
    process = bench.start()
    bench.wait_for("cell", 3, process)
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    assert "--resume" in output
    bench.none_alive(1.0)
    tables = bench.tables()
    cells = tables.cells
    assert len(cells) == 2 * 2 * 4 * 2
    assert set(cells.status) == {"ok", "not-run"}  # the one in flight is not a crash
    assert set(cells[cells.status == "not-run"].reason) == {"the run was interrupted before this began"}
    assert set(tables.environments.status) == {"ok"}
    bench.run("--resume")
    assert set(statuses(bench.tables()).values()) == {"ok"}


@pytest.mark.nightly
def test_an_interrupt_while_environments_are_built(bench: Bench) -> None:
    bench.variables["NOXENVDIR"] = str(bench.folder / "fresh")
    process = bench.start()
    while not list((bench.folder / "fresh" / ".harness" / "environments").glob("*/pyvenv.cfg")):
        assert process.poll() is None, process.communicate()[0]
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    bench.none_alive(1.0)
    tables = bench.tables()
    waiting = tables.environments[tables.environments.status == "not-run"]
    assert set(waiting.reason) == {"the run was interrupted before this began"}


def test_a_wrong_matrix_is_answered_with_lines(bench: Bench) -> None:
    bench.matrix.write_text(bench.matrix.read_text().replace("standard_scaler", "standard_scalar"))
    done = bench.run(code=2)
    line = 1 + bench.matrix.read_text().partition("standard_scalar")[0].count("\n")
    assert f"line {line}," in done.stderr
    assert 'perhaps "standard_scaler"' in done.stderr
    assert not bench.results.exists()


def test_an_unknown_profile(bench: Bench) -> None:
    assert 'perhaps "default"' in bench.run("--profile", "defualt", code=2).stderr


@pytest.mark.parametrize("words", [("--run", "2020"), ("--locks", "2020"), ("--resume",)])
def test_a_run_that_is_not_there(bench: Bench, words: tuple[str, ...]) -> None:
    assert "is stored there" in bench.run(*words, code=2).stderr
    assert not bench.results.exists()


def test_an_environment_that_is_not_in_the_profile(bench: Bench) -> None:
    assert OLD in bench.run("--dump", "sk9", code=2).stderr


def test_an_unknown_option(bench: Bench) -> None:
    assert "--rseume" in bench.run("--rseume", code=2).stderr


def test_a_run_is_not_finished_under_another_matrix(stored: Bench) -> None:
    stored.write(cases="[standard_scaler]")
    before = (stored.newest() / "journal.jsonl").read_bytes()
    done = stored.run("--run", stored.newest().name, code=2)
    assert "have changed since" in done.stderr
    assert (stored.newest() / "journal.jsonl").read_bytes() == before


@pytest.mark.parametrize("tail", [b"", b'{"kind":"cell","cell_i', b"\0" * 600 + b"\n", b"\xff\n", b"7\n"])
def test_a_broken_tail_of_the_journal_is_done_again(stored: Bench, undisturbed: Bench, tail: bytes) -> None:
    journal = stored.newest() / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-100] + tail)
    stored.run("--run", stored.newest().name)
    assert statuses(stored.tables()) == statuses(undisturbed.tables())
    for line in journal.read_bytes().splitlines():
        json.loads(line)


def test_a_run_of_another_schema_version_says_so(stored: Bench) -> None:
    path = stored.newest() / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 99}))
    with pytest.raises(InputError, match=f"schema version 99, and this harness reads up to {SCHEMA_VERSION}"):
        read_run(stored.newest())
    assert "schema version 99" in stored.call("report", "--results", str(stored.results), code=2).stderr
    assert "no unfinished run" in stored.run("--resume", code=2).stderr  # it is passed over, not tripped over


def test_tables_that_are_missing_are_told_with_what_to_do(stored: Bench) -> None:
    (stored.newest() / "cells.parquet").unlink()
    done = stored.call("report", "--results", str(stored.results), code=2)
    assert f"--run {stored.newest().name}" in done.stderr
    stored.run("--run", stored.newest().name)
    assert len(stored.tables().cells)
