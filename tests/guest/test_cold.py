"""A fresh interpreter for each cold start, started by a guest that holds 300 MB."""

import importlib.util
import json
import os
import subprocess
import sys

from guest import cold

_spec = importlib.util.spec_from_file_location(
    "apart", os.path.join(os.path.dirname(os.path.abspath(__file__)), "apart.py")
)
apart = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(apart)
MB = apart.MB


def start(guest, deed, **more):
    """As `cold.start` is called in a child: in a folder of its own, with the stage as its program."""
    task = dict(guest.task("cold", deed), **more)
    before, argv, folder = os.getcwd(), sys.argv, os.path.join(guest.folder, "own")
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    sys.argv = [guest.stage]
    try:
        return cold.start(task)
    finally:
        os.chdir(before)
        sys.argv = argv


def test_the_peak_is_its_own_whatever_its_parents_hold():
    with apart.Guest(hold=300 * MB) as guest:
        event = guest.measured("cold", "20")
        (peak,) = event["figures"]["cold_start_peak_bytes"]
        assert 20 * MB < peak < 100 * MB, peak
        assert guest.left() == []


def test_it_is_a_fresh_interpreter_each_time():
    with apart.Guest() as guest:
        found = {start(guest, "tells_its_process")["cold_start_peak_bytes"][0] > 0 for _ in range(3)}
        assert found == {True}
        with open(os.path.join(guest.folder, "own", "processes")) as lines:
            processes = [line.split() for line in lines]
        assert len({pid for pid, _ in processes}) == 3 and str(os.getpid()) not in {pid for pid, _ in processes}
        assert {loaded for _, loaded in processes} == {"first"}


def test_its_seconds_are_those_of_all_that_it_did():
    with apart.Guest() as guest:
        quick, slow = start(guest, "good"), start(guest, "takes_its_time")
    assert set(quick) == {"cold_start_seconds", "cold_start_peak_bytes", "first_load_seconds"}
    assert slow["first_load_seconds"][0] >= 0.2 > quick["first_load_seconds"][0] > 0
    for one in (quick, slow):
        assert one["cold_start_seconds"][0] > one["first_load_seconds"][0]


def test_what_it_does_is_in_the_peak():
    with apart.Guest() as guest:
        (without,), (along,) = (start(guest, deed)["cold_start_peak_bytes"] for deed in ("good", "20_after_40"))
    assert apart.about(along - without, 40 * MB, 0.1), (without, along)


def test_a_load_that_fails_is_an_error():
    with apart.Guest() as guest:
        for deed in ("raises", "raises_strangely", "dies", "is_killed", "closes_everything"):
            try:
                found = start(guest, deed)
            except RuntimeError as error:
                assert "the fresh interpreter ended with status" in str(error)
            else:
                raise AssertionError((deed, found))


def test_what_it_tells_comes_on_its_standard_output_alone():
    with apart.Guest() as guest:
        path = os.path.join(guest.folder, "task.json")
        with open(path, "w") as file:
            json.dump(guest.task("cold", "prints"), file)
        done = subprocess.run(
            [sys.executable, "-I", guest.stage, "cold", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=60,
        )
        assert set(json.loads(done.stdout)) == {"predicted", "first_load_seconds", "peak_bytes"}, done
        assert b"on standard output" in done.stderr


def test_only_the_first_method_is_called():
    with apart.Guest() as guest:
        start(guest, "rest_is_not_called")
        event = guest.measured("speed", "rest_is_not_called")
        assert event["error"]["message"] == "not this one"
