"""The supervisor and its children, over pipes, under whatever interpreter this is; supervised.py has the deeds."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

#: Whether Python tells of what a pickle names: else nobody knows what a load runs, and each has a process of its own.
TELLS = hasattr(sys, "addaudithook")
START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "supervised.py")
LIMITS = {"seconds": 1.5, "memory": 64 << 20}


def need_shared_children():
    if not TELLS:
        raise unittest.SkipTest("before Python 3.8 every task has a child of its own")


def test_without_news_of_names_no_task_shares_a_child():
    if TELLS:
        raise unittest.SkipTest("this Python tells of names")
    found = answers(batch("good", "good", "good"))
    assert [found[name]["child"] for name in "abc"] == [1, 2, 3]


class Guest:
    """A running supervisor."""

    def __init__(self, *words):
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o777)
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-I", START, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=self.folder,
            env=dict(os.environ, TMPDIR=self.folder),
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self.log.close()
            shutil.rmtree(self.folder)

    def send(self, batches, do="load"):
        job = {"do": do, "batches": batches, "limits": LIMITS}
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()

    def events(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "done":
                return
            yield event

    def logged(self):
        with open(self.log.name, "rb") as log:
            return log.read()


def batch(*deeds):
    return [{"id": "abcdefgh"[i], "deed": deed, "module": "known"} for i, deed in enumerate(deeds)]


def answers(*batches):
    """Events by id; each id is answered for once."""
    with Guest() as guest:
        guest.send(list(batches))
        events = list(guest.events())
        assert os.listdir(guest.folder) == ["log"]  # each child's folder went with it
    found = {event["id"]: event for event in events}
    assert len(found) == len(events), events
    assert set(found) == {task["id"] for tasks in batches for task in tasks}, events
    return found


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_child_takes_a_batch():
    need_shared_children()
    found = answers(batch("good", "good", "good"))
    assert len({event["answer"] for event in found.values()}) == 1
    assert {event["child"] for event in found.values()} == {1}


def test_each_batch_has_its_child():
    with Guest() as guest:
        guest.send([batch("good")] * 2)
        first, second = guest.events()
    assert (first["child"], second["child"]) == (1, 2)
    assert first["answer"] != second["answer"]


def test_a_death_is_blamed_on_its_task_and_the_rest_goes_on():
    need_shared_children()
    for deed, how in [("leave_without_a_word", {"exit": 0}), ("segfault", {"signal": signal.SIGSEGV})]:
        found = answers(batch("good", deed, "good"))
        assert found["b"]["event"] == "died" and found["b"]["step"] == "load"
        assert how.items() <= found["b"].items(), found["b"]
        assert not found["b"]["memory"]
        assert found["c"]["child"] == 2 and found["c"]["event"] == "cell"


def test_a_child_alone_dies_in_the_same_way():
    for deed, how in [("leave_without_a_word", {"exit": 0}), ("segfault", {"signal": signal.SIGSEGV})]:
        found = answers(batch(deed))
        assert how.items() <= found["a"].items(), found["a"]


def test_what_takes_too_long_is_ended():
    for deed in ("hang", "stop", "flood"):
        for tasks in (batch(deed), batch(deed, "good")):
            started = time.monotonic()
            found = answers(tasks)
            assert found["a"]["event"] == "overtime", found
            assert found["a"]["seconds"] == LIMITS["seconds"]
            assert time.monotonic() - started < 20
            assert len(tasks) == 1 or found["b"]["event"] == "cell"


def test_a_model_alone_that_kills_its_parent_ends_only_itself():
    for deed in ("kill_parent", "kill_parents_group"):
        with Guest() as guest:
            guest.send([batch(deed)])
            (event,) = guest.events()
            assert (event["event"], event["signal"]) == ("died", signal.SIGKILL)
            guest.send([batch("good")])
            assert [event["event"] for event in guest.events()] == ["cell"]


def test_in_company_it_ends_the_guest_and_no_answer_is_made_up():
    with Guest() as guest:
        guest.send([batch("kill_parents_group", "good")])
        assert list(guest.events()) == []
        assert guest.process.wait(10) == -signal.SIGKILL


def test_memory_has_a_limit():
    found = answers(batch("eat"))
    assert found["a"]["event"] == "died" and found["a"]["memory"], found
    found = answers(batch("map_and_die"))
    assert not found["a"]["memory"], found


def test_descriptors_may_be_closed_and_taken():
    for deed in ("close_everything", "reopen_everything"):
        for tasks in (batch(deed), batch(deed, "good")):
            assert {event["event"] for event in answers(tasks).values()} == {"cell"}


def test_what_others_write_to_the_pipe_is_not_heard():
    found = answers(batch("litter", "good"))
    assert {event["event"] for event in found.values()} == {"cell"}
    assert found["b"]["answer"] != "forged"


def test_a_child_is_heard_for_the_task_it_is_at_only():
    found = answers(batch("forge", "good"))
    assert found["b"]["answer"] != "forged"
    assert found["a"]["event"] == "cell"


def test_what_only_the_supervisor_says_is_not_heard_of_a_child():
    found = answers(batch("end_the_job", "good"))
    assert found["a"]["event"] == "died" and found["a"]["exit"] == 0, found
    assert found["b"]["event"] == "cell"


def test_a_torn_line_is_silence():
    found = answers(batch("tear", "good"))
    assert found["a"]["event"] == "died", found
    assert found["b"]["event"] == "cell" and found["b"]["child"] == 2


def test_a_copy_of_the_process_does_not_answer():
    for _ in range(5):
        assert answers(batch("fork_and_lie"))["a"]["answer"] == "truth"


def test_grandchildren_end_with_their_task():
    for tasks in (batch("leave_a_sleeper"), batch("leave_a_sleeper", "good")):
        assert not is_alive(answers(tasks)["a"]["answer"])


def test_the_rest_of_a_batch_leaves_a_process_that_was_changed():
    need_shared_children()
    for deed in ("thread", "alias", "move", "leave_a_sleeper"):
        found = answers(batch(deed, "good", "good"))
        assert [found[name]["child"] for name in "abc"] == [1, 2, 2], deed


def test_nothing_comes_after_code_that_is_not_known():
    need_shared_children()
    found = answers(batch("good", "unpickle", "good", "good"))
    assert [found[name]["child"] for name in "abcd"] == [1, 1, 2, 2]
    assert [found[name]["fresh"] for name in "abcd"] == [True, False, True, False]


def test_nor_does_what_such_code_says_of_others():
    with Guest() as guest:
        guest.send([batch("unpickle_and_forge", "good")])
        found = {event["id"]: event for event in guest.events()}
    assert found["a"]["answer"] == "first"
    assert found["b"]["answer"] != "forged" and found["b"]["fresh"]


def test_a_format_that_does_not_name_its_code_has_a_child_for_each_task():
    tasks = [dict(task, module="unheard_of") for task in batch("good", "good")]
    found = answers(tasks)
    assert [found[name]["child"] for name in "ab"] == [1, 2]


def test_memory_has_a_limit_for_all_together():
    for deed in ("share_memory", "fork_eight"):
        found = answers(batch(deed))["a"]
        assert found["event"] == "died" and found["memory"], (deed, found)


def test_a_guest_that_cannot_fork_says_so_and_blames_nobody():
    with Guest("cannot_fork") as guest:
        guest.send([batch("good")])
        event = json.loads(guest.process.stdout.readline())
        assert (event["event"], event["id"]) == ("fault", "a"), event
        assert "no process can be started" in event["what"]
        assert guest.process.wait(10) == 0


def test_a_processor_hog_beside_it_costs_no_answer():
    here = os.sched_getaffinity(0)
    one = {min(here)}
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
    try:
        for hog in hogs:
            os.sched_setaffinity(hog.pid, one)
        with Guest() as guest:
            os.sched_setaffinity(guest.process.pid, one)
            guest.send([batch("spin")])
            (event,) = guest.events()
        assert event["event"] == "cell", event
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def test_a_child_holds_the_log_and_its_pipe_and_nothing_else():
    for tasks in (batch("descriptors"), batch("descriptors", "good")):
        open_files = answers(tasks)["a"]["answer"]
        assert len(open_files) == 4 and open_files.count("pipe") == 1 and "/dev/null" in open_files, open_files


def test_a_child_has_a_folder_of_its_own():
    with Guest() as guest:
        guest.send([batch("folder")] * 2)
        first, second = (event["answer"] for event in guest.events())
        assert first[0] != second[0]
        assert first[1] == second[1] == ["litter"]
        assert os.path.dirname(first[0]) == os.path.realpath(guest.folder)


def test_the_log_keeps_the_ends():
    with Guest() as guest:
        guest.send([batch("shout")])
        assert [event["event"] for event in guest.events()] == ["cell"]
        logged = guest.logged()
    assert b"first words" in logged and b"last words" in logged
    assert len(logged) < 1 << 20


def test_a_dump_goes_on_after_a_format_that_died():
    formats = [{"id": name, "deed": deed} for name, deed in [("p", "good"), ("q", "segfault"), ("r", "good")]]
    with Guest() as guest:
        guest.send([[{"id": "d", "formats": formats}]], do="dump")
        found = [(event["event"], event["id"], event["child"]) for event in guest.events()]
    assert found == [
        ("fitted", "d", 1),
        ("artifact", "p", 1),
        ("died", "q", 1),
        ("fitted", "d", 2),
        ("artifact", "r", 2),
    ]


def test_it_ends_with_its_input_and_leaves_nothing():
    with Guest() as guest:
        guest.send([batch("leave_a_sleeper", "good")])
        events = guest.events()
        sleeper = next(events)["answer"]
        guest.send([batch("hang")] * 10)  # far longer than the wait below
        guest.process.stdin.close()
        guest.process.wait(10)
        assert not is_alive(sleeper)
        guest.process.stdin = open(os.devnull, "wb")


def test_an_answer_that_is_too_long_says_so():
    need_shared_children()
    found = answers(batch("answer_at_length", "good"))
    assert "over the limit of" in found["a"]["unsupported"] and found["a"]["event"] == "cell", found["a"]
    assert found["b"]["child"] == 1


def test_a_line_that_is_too_long_is_no_exit_without_a_word():
    found = answers(batch("write_at_length", "good"))
    assert found["a"]["event"] == "died" and found["a"]["lost_bytes"] > 1 << 20, found["a"]
