"""What the kernel tells of this process's memory: each look at it in a fresh interpreter."""

import ctypes
import importlib.util
import mmap
import os

from guest import errors, memory

_spec = importlib.util.spec_from_file_location(
    "apart", os.path.join(os.path.dirname(os.path.abspath(__file__)), "apart.py")
)
apart = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(apart)
MB, about, full = apart.MB, apart.about, apart.full


def growth(act):
    """(peak, kept) bytes of ``act()``, as a measuring child has it."""
    memory.make_own()
    held = memory.private()
    memory.reset_peak()
    base = memory.peak()
    kept = act()
    found = memory.peak() - base, memory.private() - held
    del kept
    return found


def in_a_fork(act):
    """What ``act()`` returns in a child of this process."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(writer, "w") as answer:
            answer.write(repr(act()))
            answer.flush()
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    assert os.waitpid(pid, 0)[1] == 0
    return eval(text)


def of_20():
    return growth(lambda: full(20 * MB))


def of_20_after_40():
    def act():
        kept = full(20 * MB)
        full(20 * MB)
        return kept

    return growth(act)


def of_what_was_there_before():
    before = full(40 * MB)
    del before
    return growth(lambda: full(5 * MB))


def of_pages_that_nobody_touched():
    return growth(lambda: mmap.mmap(-1, 64 * MB))


def of_a_child():
    held = full(50 * MB)
    return in_a_fork(lambda: growth(lambda: full(5 * MB))), len(held)


def of_a_child_that_writes_to_what_it_got():
    held = full(50 * MB)

    def act():
        for place in range(0, len(held), 4096):
            held[place] = 1

    return in_a_fork(lambda: growth(act))


def what_making_own_changes():
    held = bytearray(os.urandom(5 * MB))
    before = bytes(held)

    def act():
        shared = memory.private()
        memory.make_own()
        return shared, memory.private(), bytes(held) == before

    return in_a_fork(act)


def shares():
    held = full(50 * MB)

    def act():
        return memory.proportional(), memory.private(), len(held)

    return in_a_fork(act)


def test_what_is_kept_is_peak_and_kept():
    peak, kept = apart.apart(of_20)
    assert about(peak, 20 * MB) and about(kept, 20 * MB), (peak, kept)


def test_what_was_let_go_is_in_the_peak_alone():
    peak, kept = apart.apart(of_20_after_40)
    assert about(peak, 40 * MB) and about(kept, 20 * MB), (peak, kept)


def test_a_higher_peak_from_before_is_forgotten():
    peak, kept = apart.apart(of_what_was_there_before)
    assert about(peak, 5 * MB, 0.2) and about(kept, 5 * MB, 0.2), (peak, kept)


def test_memory_that_nobody_touched_is_none():
    assert max(apart.apart(of_pages_that_nobody_touched)) < 1 * MB


def test_what_the_parent_holds_is_none_of_the_childs():
    (peak, kept), _ = apart.apart(of_a_child)
    assert about(peak, 5 * MB, 0.2) and about(kept, 5 * MB, 0.2), (peak, kept)


def test_writing_to_what_the_parent_holds_is_none_of_the_childs():
    """Which Python does by itself: it counts references in every object that it looks at."""
    peak, kept = apart.apart(of_a_child_that_writes_to_what_it_got)
    assert max(peak, kept) < 1 * MB, (peak, kept)


def test_making_it_own_changes_no_byte_and_leaves_nothing_shared():
    shared, own, same = apart.apart(what_making_own_changes)
    assert own - shared > 4.9 * MB and same, (shared, own)


def test_what_two_processes_hold_is_half_of_each_and_private_to_none():
    proportional, private, _ = apart.apart(shares)
    assert 25 * MB < proportional < 45 * MB and private < 15 * MB, (proportional, private)


def test_a_kernel_that_cannot_is_told_of():
    class Library:
        def madvise(self, *_):
            ctypes.set_errno(22)
            return -1

    real, ctypes.CDLL = ctypes.CDLL, lambda *_, **__: Library()
    try:
        memory.make_own()
    except errors.Unsupported as reason:
        assert "error 22" in str(reason)
    else:
        raise AssertionError("it should have been unsupported")
    finally:
        ctypes.CDLL = real
