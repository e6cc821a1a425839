"""What a child notices about itself, and how it seals its lines."""

import builtins
import importlib
import os
import signal
import sys
import types

from guest import child


def test_a_seal_depends_on_key_number_and_line():
    key = b"k" * 16
    seals = {
        child.seal(key, 0, b"line"),
        child.seal(key, 1, b"line"),
        child.seal(b"l" * 16, 0, b"line"),
        child.seal(key, 0, b"lime"),
    }
    assert len(seals) == 4
    assert child.seal(key, 0, b"line") in seals
    assert {len(seal) for seal in seals} == {32}


def test_surroundings_stay_as_they_are():
    assert child.surroundings() == child.surroundings()


def noticed(change, undo):
    clean = child.surroundings()
    change()
    try:
        return child.surroundings() != clean
    finally:
        undo()
        assert child.surroundings() == clean


def test_surroundings_see_what_changed():
    here, limit = os.getcwd(), sys.getrecursionlimit()
    opened = []
    handler = signal.getsignal(signal.SIGALRM)
    timer, mask = signal.ITIMER_VIRTUAL, {signal.SIGUSR1}  # ITIMER_REAL is pytest-timeout's
    assert noticed(lambda: os.chdir("/"), lambda: os.chdir(here))
    assert noticed(lambda: os.environ.update(NEW="1"), lambda: os.environ.pop("NEW"))
    assert noticed(lambda: sys.path.append("new"), lambda: sys.path.remove("new"))
    assert noticed(lambda: sys.setrecursionlimit(limit + 1), lambda: sys.setrecursionlimit(limit))
    assert noticed(lambda: opened.append(os.open("/", os.O_RDONLY)), lambda: os.close(opened.pop()))
    assert noticed(
        lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN), lambda: signal.signal(signal.SIGALRM, handler)
    )
    assert noticed(lambda: signal.setitimer(timer, 600), lambda: signal.setitimer(timer, 0))
    assert noticed(
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, mask), lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, mask)
    )


def test_names_stay_after_an_import():
    for name in [name for name in sys.modules if name.split(".")[0] == "wave"]:
        del sys.modules[name]
    names = child.Names()
    importlib.import_module("wave")
    assert "wave" in sys.modules
    assert not names.changed()


def test_names_see_an_alias():
    names = child.Names()
    sys.modules["another_name"] = os
    try:
        assert names.changed()
    finally:
        del sys.modules["another_name"]
    assert not names.changed()


def test_names_see_a_module_made_up_replaced_or_removed():
    for name, module in [("made_up", types.ModuleType("made_up")), ("json", types.ModuleType("json"))]:
        names, before = child.Names(), sys.modules.get(name)
        sys.modules[name] = module
        try:
            assert names.changed(), name
        finally:
            sys.modules.pop(name)
            assert before is None or names.changed()
            if before is not None:
                sys.modules[name] = before


def test_names_see_a_function_replaced():
    names = child.Names()
    original = builtins.len
    builtins.len = lambda thing: original(thing)
    try:
        assert names.changed()
    finally:
        builtins.len = original
    assert not names.changed()
