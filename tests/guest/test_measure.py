"""One sample of each kind, by a real guest with a stub format; stub_format.py has what a load does."""

import atexit
import importlib.util
import os
import shutil
import tempfile
import unittest

_spec = importlib.util.spec_from_file_location(
    "apart", os.path.join(os.path.dirname(os.path.abspath(__file__)), "apart.py")
)
apart = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(apart)
MB, about = apart.MB, apart.about

KINDS = ("speed", "memory", "sharing", "cold")
FIGURES = {
    "speed": {"load_seconds", "evicted_load_seconds", "predict_seconds"},
    "memory": {"load_peak_bytes", "load_private_bytes"},
    "sharing": {"mmap_pss_bytes", "mmap_private_bytes"},
    "cold": {"cold_start_seconds", "cold_start_peak_bytes", "first_load_seconds"},
}


GUESTS = []


def measured(*arguments, **more):
    """Of a guest whose process, from which children are forked, holds 50 MB; nothing of which may count."""
    if not GUESTS:
        GUESTS.append(apart.Guest(hold=50 * MB).__enter__())
        atexit.register(GUESTS[0].close)
    (guest,) = GUESTS
    before = guest.logged()
    event = guest.measured(*arguments, **more)
    assert guest.left() == [], event
    event["log"] = guest.logged()[len(before) :]
    return event


def figures(*arguments, **more):
    event = measured(*arguments, **more)
    assert "figures" in event, event
    return {name: value for name, (value,) in event["figures"].items() if name != "load_seconds"}


def test_each_kind_has_its_figures_and_every_value_is_positive_or_nothing():
    for kind in KINDS:
        event = measured(kind, "good")
        assert (event["event"], event["id"]) == ("measured", "a")
        there, missing = event["figures"], event.get("missing", {})
        assert set(there) | set(missing) == FIGURES[kind] and not set(there) & set(missing), event
        for name, values in there.items():
            assert values and all(value > 0 if "seconds" in name else value >= 0 for value in values), event
    assert set(missing) == set()  # of cold


def test_speed_has_several_loads_and_what_the_machine_was_worth():
    event = measured("speed", "good")
    assert 1 < len(event["figures"]["load_seconds"]) <= 100
    assert len(event["figures"]["predict_seconds"]) == 1
    assert all(0 < event["yardsticks"][name] < 1 for name in ("processor", "memory"))
    assert event["imported"] == []


def test_a_load_that_takes_long_is_done_once_more_and_no_oftener():
    assert len(measured("speed", "takes_its_time")["figures"]["load_seconds"]) == 1


def test_what_the_first_load_imported_is_told():
    assert "stub_part" in measured("speed", "with_a_part")["imported"]


def test_what_is_kept_is_kept_and_the_peak_is_at_least_that():
    found = figures("memory", "20")
    assert about(found["load_private_bytes"], 20 * MB) and about(found["load_peak_bytes"], 20 * MB), found


def test_what_is_held_on_the_way_is_in_the_peak_alone():
    found = figures("memory", "20_after_40")
    assert about(found["load_private_bytes"], 20 * MB) and about(found["load_peak_bytes"], 40 * MB), found


def test_what_the_parent_of_the_child_holds_does_not_count():
    found = figures("memory", "5")
    assert about(found["load_private_bytes"], 5 * MB, 0.2) and about(found["load_peak_bytes"], 5 * MB, 0.2), found


def test_how_large_the_file_is_does_not_count():
    """An allocator that has given back 30 MB once keeps what it is given back from then on, up to twice of that."""
    found = figures("memory", "5_after_10", artifact=b"x" * (30 * MB))
    assert about(found["load_private_bytes"], 5 * MB, 0.2) and about(found["load_peak_bytes"], 10 * MB, 0.2), found


def test_modules_that_a_load_imports_do_not_count_where_they_are_known():
    assert figures("memory", "with_a_part")["load_private_bytes"] > 9 * MB
    assert figures("memory", "with_a_part", imports=["stub_part", "no such module"])["load_private_bytes"] < 1 * MB


def test_processes_that_map_a_file_share_it_and_processes_that_read_it_do_not():
    artifact = bytes(apart.full(20 * MB))
    mapped = figures("sharing", "mapped", artifact=artifact)
    assert about(mapped["mmap_pss_bytes"], 20 * MB, 0.1) and mapped["mmap_private_bytes"] < 2 * MB, mapped
    read = figures("sharing", "read", artifact=artifact)
    assert about(read["mmap_pss_bytes"], 80 * MB) and about(read["mmap_private_bytes"], 80 * MB), read


def test_a_cold_start_takes_longer_than_its_load_and_holds_nothing_of_ours():
    found = figures("cold", "20")
    assert found["cold_start_seconds"] > found["first_load_seconds"] > 0
    assert 20 * MB < found["cold_start_peak_bytes"] < 60 * MB, found  # with the 50 it would be 80 and more


def test_bytes_that_were_changed_are_refused_by_each_kind():
    for kind in KINDS:
        for changed in ("sha256", "inputs_sha256"):
            event = measured(kind, "raises", **{changed: "0" * 64})
            assert "sha256 differs" in event["refused"] and "figures" not in event and "error" not in event, event


def test_a_file_that_is_not_there_is_an_error_of_each_kind():
    for kind in KINDS:
        event = measured(kind, "good", artifact=b"", inputs="/nowhere")
        assert "figures" not in event and event["error"]["type"] == "FileNotFoundError", event


def test_what_a_load_raises_is_an_error_and_no_figure():
    for kind in ("speed", "memory"):
        for deed, name in (("raises", "ValueError"), ("raises_strangely", "SystemExit")):
            event = measured(kind, deed)
            assert event["error"]["type"] == name and "figures" not in event, event
    for kind, words in (("sharing", "has ended"), ("cold", "ended with status")):
        event = measured(kind, "raises")
        assert words in event["error"]["message"] and "figures" not in event, event
        assert "ValueError: not today" in event["log"]


def test_what_a_later_load_raises_leaves_no_figure():
    event = measured("speed", "second_time_raises")
    assert event["error"]["message"] == "once is enough" and "figures" not in event


def test_what_a_reader_cannot_do_or_will_not_do_has_its_name():
    for kind in ("speed", "memory"):
        assert measured(kind, "unsupported")["unsupported"] == "not here"
        assert measured(kind, "refused")["refused"] == "not this"


def test_a_model_that_has_none_of_the_methods_predicts_nothing_and_has_no_time_for_it():
    event = measured("speed", "without_methods")
    assert "none of predict, rest" in event["unsupported"] and "figures" not in event, event


def test_a_model_that_ends_its_process_is_told_of():
    for kind in ("speed", "memory"):
        assert measured(kind, "dies")["event"] == "died"
        assert measured(kind, "is_killed")["signal"] == 11
        assert measured(kind, "kills_its_parent")["event"] == "died"
    for kind in ("sharing", "cold"):
        assert "figures" not in measured(kind, "dies")
        assert "error" in measured(kind, "is_killed")
        assert measured(kind, "kills_its_parent")["event"] == "died"


def test_a_model_that_hangs_is_stopped_with_all_its_processes():
    for kind in KINDS:
        event = measured(kind, "hangs", limit=1)
        assert event["event"] == "overtime", event


def test_a_model_that_forks_is_measured_once():
    """Else the copy goes on loading as well, and answers in the place of the one that is asked."""
    assert set(measured("speed", "forks")["figures"]) | {"evicted_load_seconds"} == FIGURES["speed"]
    assert about(figures("memory", "forks")["load_peak_bytes"], 5 * MB, 0.2)
    shared = figures("sharing", "forks")
    assert about(shared["mmap_pss_bytes"], 20 * MB, 0.2), shared
    assert figures("cold", "forks")["cold_start_peak_bytes"] < 100 * MB


def test_a_model_that_starts_processes_has_no_memory_of_its_own():
    assert "has started processes" in measured("memory", "leaves_a_process")["unsupported"]
    event = measured("sharing", "leaves_a_process")
    assert "figures" not in event and "has started processes" in event["log"], event


def test_a_model_that_replaces_the_clocks_changes_no_figure():
    event = measured("speed", "replaces_the_clocks")
    assert min(event["figures"]["load_seconds"]) > 0, event
    found = figures("cold", "replaces_the_clocks")
    assert found["cold_start_seconds"] > found["first_load_seconds"] > 0


def test_what_a_model_prints_is_no_answer():
    for kind in KINDS:
        event = measured(kind, "prints")
        assert "figures" in event, event
        assert "on descriptor 1" in event["log"]


def test_a_model_that_closes_everything_makes_no_false_figure():
    for kind in ("speed", "memory"):
        assert "figures" in measured(kind, "closes_everything")
    for kind in ("sharing", "cold"):
        event = measured(kind, "closes_everything")
        assert "figures" not in event and "error" in event, event


def test_a_model_in_another_process_has_no_memory_of_its_own():
    for kind in ("memory", "sharing"):
        event = measured(kind, "good", module="stub_service")
        assert "another process" in event["unsupported"] and "figures" not in event
    event = measured("cold", "good", module="stub_service")
    assert set(event["figures"]) == {"cold_start_seconds", "first_load_seconds"}
    assert "another process" in event["missing"]["cold_start_peak_bytes"]
    assert "load_seconds" in measured("speed", "good", module="stub_service")["figures"]


def test_a_file_that_cannot_be_evicted_has_every_other_figure():
    if not os.path.isdir("/dev/shm"):
        raise unittest.SkipTest("no /dev/shm here")
    folder = tempfile.mkdtemp(dir="/dev/shm")
    try:
        path = os.path.join(folder, "artifact")
        with open(path, "wb") as file:
            file.write(b"bytes")
        event = measured("speed", "good", place=path)
        assert "stays in the page cache" in event["missing"]["evicted_load_seconds"]
        assert set(event["figures"]) == {"load_seconds", "predict_seconds"}
    finally:
        shutil.rmtree(folder)
