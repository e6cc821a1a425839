"""Processes that the supervisor keeps beside its children; served.py has one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "served.py")


class Guest:
    """A running supervisor; ``did`` gives what each deed told, None where its child died."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        self.process = subprocess.Popen(
            [sys.executable, "-I", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.folder
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.folder)

    def did(self, *deeds, module="guest.formats.served"):
        tasks = [{"id": "abcdefgh"[i], "deed": deed, "module": module} for i, deed in enumerate(deeds)]
        job = {"do": "load", "batches": [tasks], "limits": {"seconds": 1.5, "memory": 64 << 20}}
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        found = {}
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "done":
                return [found[task["id"]] for task in tasks]
            found[event["id"]] = event.get("answer")


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ends(pid):
    for _ in range(200):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_it_is_there_before_a_child_that_needs_it_and_outlives_it():
    with Guest() as guest:
        first, second = guest.did("serving", "serving")
        assert first is not None and is_alive(first)
        assert second == first
        assert guest.did("serving") == [first]
    assert ends(first)  # with the guest


def test_a_child_that_needs_none_gets_none():
    with Guest() as guest:
        assert guest.did("good", module="guest.formats.pickled") != [None]
        with open("/proc/%d/task/%d/children" % (guest.process.pid, guest.process.pid)) as children:
            assert children.read().split() == []


def test_a_child_that_dies_or_hangs_takes_it_along():
    with Guest() as guest:
        (before,) = guest.did("serving")
        for deed in ("segfault", "hang"):
            answers = guest.did(deed, "serving")
            assert answers[0] is None and answers[1] not in (None, before)
            assert not is_alive(before)
            before = answers[1]


def test_what_a_model_leaves_behind_ends_all_the_same():
    with Guest() as guest:
        sleeper, service = guest.did("leave_a_sleeper", "serving")
        assert not is_alive(sleeper)
        assert is_alive(service)


def test_each_format_has_its_own():
    with Guest() as guest:
        (one,) = guest.did("serving")
        (other,) = guest.did("serving", module="guest.formats.other")
        assert one != other and is_alive(one) and is_alive(other)
