"""What a child notices about itself that its neighbours would feel."""

import builtins
import importlib
import os
import signal
import sys
import types

from guest import neighbours


def test_surroundings_stay_as_they_are():
    assert neighbours.surroundings() == neighbours.surroundings()


def noticed(change, undo):
    clean = neighbours.surroundings()
    change()
    try:
        return neighbours.surroundings() != clean
    finally:
        undo()
        assert neighbours.surroundings() == clean


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
    names = neighbours.Names()
    importlib.import_module("wave")
    assert "wave" in sys.modules
    assert not names.changed()


def test_names_see_an_alias():
    names = neighbours.Names()
    sys.modules["another_name"] = os
    try:
        assert names.changed()
    finally:
        del sys.modules["another_name"]
    assert not names.changed()


def test_names_see_a_module_made_up_replaced_or_removed():
    for name, module in [("made_up", types.ModuleType("made_up")), ("json", types.ModuleType("json"))]:
        names, before = neighbours.Names(), sys.modules.get(name)
        sys.modules[name] = module
        try:
            assert names.changed(), name
        finally:
            sys.modules.pop(name)
            assert before is None or names.changed()
            if before is not None:
                sys.modules[name] = before


def test_names_see_a_function_replaced():
    names = neighbours.Names()
    original = builtins.len
    builtins.len = lambda thing: original(thing)
    try:
        assert names.changed()
    finally:
        builtins.len = original
    assert not names.changed()


def changed_by(owner, change, undo):
    names = neighbours.Names()
    names.watch(owner)
    assert not names.changed()
    change()
    try:
        return names.changed()
    finally:
        undo()


class Owner:
    table = {"a": 1}
    rows = [1]


def test_names_see_what_is_put_on_a_class_or_into_what_it_holds():
    assert changed_by(Owner, lambda: setattr(Owner, "new", 1), lambda: delattr(Owner, "new"))
    assert changed_by(Owner, lambda: Owner.table.update(b=1), lambda: Owner.table.pop("b"))
    assert changed_by(Owner, lambda: Owner.table.update(a=2), lambda: Owner.table.update(a=1))
    assert changed_by(Owner, lambda: Owner.rows.append(2), lambda: Owner.rows.pop())
    assert not changed_by(Owner, lambda: Owner.table.get("a"), lambda: None)


def test_names_see_what_is_added_to_a_module_but_not_its_parts_nor_what_was_warned_of():
    module = types.ModuleType("a_parent")
    part = types.ModuleType("a_parent.part")
    assert changed_by(module, lambda: setattr(module, "new", 1), lambda: delattr(module, "new"))
    sys.modules["a_parent.part"] = part
    try:
        assert not neighbours.Contents(module).changed()
        contents = neighbours.Contents(module)
        module.part = part
        module.__warningregistry__ = {"version": 1}
        assert not contents.changed()
    finally:
        del sys.modules["a_parent.part"]


def test_names_see_another_package_but_not_one_of_python():
    spec = types.SimpleNamespace(name="strange", origin="/usr/lib/site-packages/strange.py")
    strange = types.ModuleType("strange")
    strange.__spec__ = spec
    names = neighbours.Names()
    sys.modules["strange"] = strange
    try:
        assert names.changed()
    finally:
        del sys.modules["strange"]
