"""Cold start: a fresh interpreter, from nothing to its first prediction. ``python -I STAGE cold TASK-FILE``.

The task is one of a load. The interpreter reports when it had predicted, by the clock that all processes of a machine
share. It also reports its own peak of memory, and how long its first load took, which imports what a model needs.
Standard library at its top, and little of that: every import counts.
"""

import json
import os
import sys
from time import monotonic  # bound now: a model may have replaced it when we need it

_TASK = "cold.json"


def start(task):
    """The figures of a process that is started for this task. Raises RuntimeError when it fails."""
    with open(_TASK, "w") as file:
        json.dump(task, file)
    reader, writer = os.pipe()
    bytecode = ["-B"] if sys.dont_write_bytecode else []
    argv = [sys.executable, "-I"] + bytecode + [sys.argv[0], "cold", os.path.abspath(_TASK)]
    started = monotonic()
    pid = _spawned(argv, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        message = answers.read()
    status = os.waitpid(pid, 0)[1]
    if status or not message:
        raise RuntimeError("the fresh interpreter ended with status %d; what it said is in the log" % status)
    answer = json.loads(message)
    return {
        "cold_start_seconds": [answer["predicted"] - started],
        "cold_start_peak_bytes": [answer["peak_bytes"]],
        "first_load_seconds": [answer["first_load_seconds"]],
    }


def _spawned(argv, answers):
    """The id of a process that runs a program, its standard output a pipe."""
    if hasattr(os, "posix_spawn"):  # from Python 3.8 on
        return os.posix_spawn(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, answers, 1)])
    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(answers, 1)
        os.execv(argv[0], argv)
    finally:
        os._exit(127)


def main(arguments):
    """Import, load, call the first method, tell."""
    answer = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints goes to the log
    with open(arguments[0]) as file:
        task = json.load(file)
    from .stored_model import StoredModel

    stored = StoredModel(task)
    stored.import_library()
    imported = monotonic()
    model = stored.load()
    loaded = monotonic()
    stored.predict(model, most=1)
    message = {"predicted": monotonic(), "first_load_seconds": loaded - imported}
    from . import memory

    os.write(answer, json.dumps(dict(message, peak_bytes=memory.peak())).encode("ascii"))
    return 0
