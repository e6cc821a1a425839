"""The command line of a kit: says what is here and what it will do, asks, works, writes the facts file."""

import argparse
import os
import sys
import time

from .. import facts
from .bundle import VERSION, Bundle, DamagedError
from .progress import Progress
from .working import work_off

DONE, UNFINISHED, WRONG, INTERRUPTED = 0, 1, 2, 130
_SHOWN = ("scikit-learn", "numpy", "scipy", "joblib", "cloudpickle", "skops", "pandas", "onnxruntime")


def main(words=None):
    """Returns the exit code: 0 the facts are written, 1 some are left, 2 something is wrong, 130 interrupted."""
    asked = _parsed(words)
    output = os.path.abspath(asked.output)  # a model may change the folder
    try:
        sys.argv[0] = os.path.abspath(sys.argv[0])
        bundle = Bundle()
        seconds = asked.seconds or bundle.manifest["seconds"]
        if asked.work:
            return UNFINISHED if _work_here(bundle, output, asked, seconds) else DONE  # for the process that started it
        bundle.check()
        if os.path.exists(output):
            return _wrong("%s is there already: move it away, or give another --output" % output)
        progress = Progress(output)
        here = facts.gather()
        why_not = _of_another(progress.header, bundle, here, asked.include_data)
        if why_not is not None:
            return _wrong("%s: %s: remove it, or give another --output" % (progress.path, why_not))
        _tell(bundle, here, output, asked.include_data)
        if not asked.yes and not _may():
            return WRONG
        return _work(bundle, output, asked, seconds)
    except DamagedError as error:
        return _wrong("this kit is damaged: %s: take another copy of it" % error)
    except OSError as error:
        return _wrong("%s: give an --output in a folder that can be written" % error)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on")
        return INTERRUPTED


def _parsed(words):
    parser = argparse.ArgumentParser(
        prog="kit", description="Load stored models here, and write down what they answer."
    )
    parser.add_argument("--output", metavar="FILE", default="facts.json", help="Where to write. Default: facts.json.")
    parser.add_argument("--yes", action="store_true", help="Don't ask: run the models, without a sandbox.")
    parser.add_argument(
        "--include-data", action="store_true", help="Write what models of yours answer, not only digests of it."
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="How long one step of one model may take.")
    parser.add_argument(
        "--one-process", action="store_true", help="Start no other process. After a crash, start the kit again."
    )
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _of_another(header, bundle, here, include_data):
    """Why what was begun cannot be continued here, or None."""
    if header is None:
        return None
    if header["kit"] != bundle.digest:
        return "it was begun by another kit"
    if any(header["environment"][key] != here[key] for key in ("python", "packages")):
        return "it was begun with other packages"
    return "it was begun with another --include-data" if header["include_data"] != include_data else None


def _tell(bundle, here, output, include_data):
    held = ["%s %s" % (name, here["packages"][name]) for name in _SHOWN if name in here["packages"]]
    private = any(task["private"] for task in bundle.tasks)
    print("kit        of run %s, with %s" % (bundle.manifest["run_id"], _cells(len(bundle.tasks))))
    print("here       Python %s on %s, %s" % (here["python"], sys.platform, ", ".join(held) or "none of the packages"))
    print("runs       the models, in this process and WITHOUT A SANDBOX: they may do whatever you may do")
    print("writes     %s: answers, errors, and the names of all packages here" % output)
    if private and not include_data:
        print(
            "no data    of answers only digests are written, which tell what is identical; --include-data writes them"
        )
    sys.stdout.flush()


def _may():
    """Whether the user agrees."""
    if sys.stdin is None or not sys.stdin.isatty():
        _wrong("nobody is here to be asked: give --yes if the models may run")
        return False
    if input("Run them? [y/N] ").strip().lower() in ("y", "yes"):
        return True
    print("nothing was run")
    return False


def _work(bundle, output, asked, seconds):
    """Work in fresh processes, where this Python can start them; else in this one. Then write the facts."""
    while True:
        before = _settled(Progress(output), seconds)
        if len(before) == len(bundle.tasks):
            return _finish(bundle, output)
        code = None if asked.one_process else _in_another_process(output, asked, seconds)
        if code is None:
            stopped = _work_here(bundle, output, asked, seconds)
            if stopped is not None:
                print("stopped    %s may have changed this process for others" % stopped)
                print("next       the same command: it goes on with the others in a fresh one")
                return UNFINISHED
            continue
        if code in (WRONG, INTERRUPTED):
            return code
        if len(_settled(Progress(output), seconds)) == len(before):
            print("no model was loaded: what this Python printed says why", file=sys.stderr)
            return UNFINISHED


def _settled(progress, seconds):
    """What is answered, the cell included that ended the last process."""
    ended = progress.settle(seconds)
    if ended is not None:
        print("ended      its process: %s" % ended)
    return progress.answers


def _in_another_process(output, asked, seconds):
    """Its exit code; None where none can be started."""
    try:
        import subprocess
    except ImportError:
        return None
    flags = ["-I"] if sys.flags.isolated else []
    words = ["--work", "--output", output, "--seconds", repr(seconds)] + ["--include-data"] * asked.include_data
    try:
        return subprocess.call([sys.executable] + flags + [sys.argv[0]] + words)
    except (OSError, ValueError, TypeError):
        return None


def _work_here(bundle, output, asked, seconds):
    return work_off(bundle, Progress(output), include_data=asked.include_data, seconds=seconds, alone=not asked.work)


def _finish(bundle, output):
    progress = Progress(output)
    header = progress.header
    written = {
        "kit_facts": VERSION,
        "kit": bundle.digest,
        "run_id": bundle.manifest["run_id"],
        "environment": header["environment"],
        "include_data": header["include_data"],
        "wanted": {task["id"]: task["sha256"] for task in bundle.tasks},
        "cells": [progress.answers[task["id"]] for task in bundle.tasks],
        "finished": time.time(),
    }
    progress.finish(output, written)
    ended = sum(one["event"] != "cell" for one in written["cells"])
    print("written    %s, with %s, of which %d ended the process" % (output, _cells(len(written["cells"])), ended))
    print("next       where the run is: persistence-matrix merge %s %s" % (written["run_id"], os.path.basename(output)))
    return DONE


def _cells(number):
    return "%d cell%s" % (number, "" if number == 1 else "s")


def _wrong(what):
    print(what, file=sys.stderr)
    return WRONG
