"""Loads cells one after the other in this process, and writes down what they answer.

No process is forked. A cell that takes too long ends the process, as a crash does. A model that changes what its
neighbours rely on is the last of its process, see `harness.guest.neighbours`.
"""

import hashlib
import importlib
import json
import os
import signal
import sys
from os import _exit, getpid  # bound now: a model may have replaced them when we need them
from time import sleep

from .. import facts, neighbours, work
from ..named_code import NamedCode, names_its_code


def header(bundle, include_data):
    """The first line of the progress: what is here, once everything that is needed is imported."""
    for name in _USED:
        try:
            importlib.import_module(name)
        except Exception:  # the cells that need it say so
            continue
    formats, broken = facts.formats(bundle.manifest["formats"])
    facts.import_everything([], formats)
    able = facts.abilities(formats, broken)
    return {
        "kit": bundle.digest,
        "environment": dict(facts.gather(), system=sys.platform),
        "readers": able["readers"],
        "broken": broken,
        "include_data": include_data,
    }


def work_off(bundle, progress, *, include_data, seconds, alone):
    """Do what is left, or as much as one process may; return the cell that the others need a fresh one after, or None.

    Parameters
    ----------
    alone : whether this is the only process there can be. Then what it runs unseen is let pass: each load of a format
        that does not name its code, and each load before Python 3.8.

    Raises
    ------
    KeyboardInterrupt : its user wants it to end; the cell at hand is done again by the next start.
    """
    if not os.path.isdir(progress.folder):
        os.mkdir(progress.folder)
    held = header(bundle, include_data)
    if progress.header is None:
        progress.add(held)
    channel = Channel(progress, include_data, _Clock(progress.overtime, seconds))
    names = neighbours.Names()
    heard = NamedCode(told=channel.disturb, watch=names.watch).listen()
    clean = neighbours.surroundings()
    for task in bundle.tasks:
        if task["id"] in progress.answers:
            continue
        if channel.disturbed:
            return channel.task["id"]
        why_not = _why_not(task, held)
        if why_not is not None:
            progress.add({"event": "cell", "id": task["id"], "step": "load", "unsupported": why_not})
            continue
        channel.task = task
        placed = {key: bundle.placed(task[digest], progress.folder) for key, digest in _FILES}
        work.load(dict(task, **placed), channel)
        channel.clock.stop()
        unseen = not (alone or (heard and names_its_code(task)))
        if unseen or not _settles_to(clean) or names.changed():
            channel.disturb()
    return None


def _settles_to(clean):
    """Whether the surroundings are what they were; the clock's thread may need a moment to be gone."""
    for _ in range(_LOOKS):
        if neighbours.surroundings() == clean:
            return True
        sleep(0.005)
    return False


_LOOKS = 20
#: What asking a model imports anyway. Imported before, so that no model seems to have put it there.
_USED = ("numpy", "numpy.random", "scipy.sparse")
_FILES = (("artifact", "sha256"), ("inputs", "inputs_sha256"))


def _why_not(task, held):
    """Why a cell cannot be tried here, or None."""
    broken = held["broken"].get(task["module"])
    if broken is not None:
        return "%s.py cannot be imported in this environment (%s)" % (task["module"], broken)
    inability = held["readers"].get(task["reader"], {"reason": "this environment has no such reader"})
    return None if inability is None else inability["reason"]


class Channel:
    """What `work.load` reports to: `harness.guest.child` has another, to another process."""

    def __init__(self, progress, include_data, clock):
        self.task = None
        self.clock = clock
        self.disturbed = False
        self._progress = progress
        self._include_data = include_data
        self._owner = getpid()
        self._interrupted = False
        try:
            signal.signal(signal.SIGINT, self._interrupt)
        except ValueError:  # not the main thread
            pass

    def _interrupt(self, number, frame):
        self._interrupted = True
        raise KeyboardInterrupt

    def disturb(self):
        """A model has changed what others rely on, or runs code of which nobody knows whether it does."""
        self.disturbed = True

    def begin(self, identifier, step):
        self._ours()
        self._progress.add({"begin": identifier, "step": step})
        self.clock.start()

    def send(self, message):
        self._ours()
        if not self._include_data and self.task["private"]:
            message = withheld(message)
        self._progress.add(message)

    def _ours(self):
        if getpid() != self._owner:
            _exit(0)  # a copy that the model forked
        if self._interrupted:  # which the model's own failure looked like
            self._progress.add({"interrupted": self.task["id"]})
            raise KeyboardInterrupt


def withheld(message):
    """An answer without data: of outputs only their digests, of errors no traceback, which tells of folders."""
    kept = dict(message)
    if "error" in kept:
        kept["error"] = dict(kept["error"], traceback=None)
    if "outputs" in kept:
        kept["outputs"] = {name: _digest(value) for name, value in kept["outputs"].items()}
    return kept


def _digest(value):
    if value["kind"] in ("error", "absent"):
        return {key: part for key, part in value.items() if key != "traceback"}
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    return {"kind": "digest", "sha256": hashlib.sha256(text.encode("ascii")).hexdigest()}


class _Clock:
    """Ends the process where a step takes too long, and leaves word of it in a file: no signal, no other process."""

    def __init__(self, path, seconds):
        self._file = open(path, "w")
        self._seconds = seconds
        try:
            import faulthandler

            self._faults = faulthandler if hasattr(faulthandler, "dump_traceback_later") else None
        except ImportError:
            self._faults = None

    def start(self):
        if self._faults is not None:
            self._faults.dump_traceback_later(self._seconds, exit=True, file=self._file)

    def stop(self):
        if self._faults is not None:
            self._faults.cancel_dump_traceback_later()
