"""What a measuring child does: load one artifact again and again, or once and look at its memory. It judges nothing.

Each kind of sample has a fresh child of its own. A process that has loaded a model once is another process: libraries
have imported their parts, the allocator has kept what was freed. What is loaded is the artifact's file, the way people
load it (``load_file`` of its format); its digest is checked before any clock is started.

Standard library at its top.
"""

import gc
import importlib
import pickle
import statistics
import sys
import warnings
from time import perf_counter  # bound now: a model may have replaced it when we need it

from . import cold, errors, memory, page_cache, sharing
from .errors import Unsupported
from .stored_model import StoredModel, check_digest

#: A fixed piece of work that a machine does as fast as it does everything: unpickling some 2,000 small objects.
_YARDSTICK = pickle.dumps([{"name": str(i), "value": (i, float(i))} for i in range(500)], protocol=4)
_YARDSTICK_ROUNDS = 5
#: Bytes that are asked for and written to: what a machine does with memory need not go along with what it computes.
_YARDSTICK_BYTES = 8 * 1024 * 1024
#: Of one child. More of them say little more: they come from one process, and are not independent.
_MOST_LOADS = 100
_ELSEWHERE = "the model is held by another process than the one that is measured"


def measure(task, channel):
    """Take one sample of a task's ``kind``; send one ``measured`` event."""
    answer = {"event": "measured", "id": task["id"], "step": "load"}
    channel.begin(task["id"], "load")
    warnings.simplefilter("ignore")  # the correctness pass has them; to show one takes its time
    try:
        answer.update(_KINDS[task["kind"]](task))
    except BaseException as error:
        answer.update(errors.failure(error))
    channel.send(answer)


def _speed(task):
    """The first prediction, warm loads, and a load from the disk."""
    check_digest(task["artifact"], task["sha256"])
    stored = StoredModel(task)
    before = set(sys.modules)
    gc.collect()
    gc.disable()  # as timeit does: whether a collection falls into a load is chance
    model = stored.load()
    imported = sorted(name for name in set(sys.modules) - before if isinstance(name, str))
    figures = {"predict_seconds": [_timed(lambda: stored.predict(model))[0]]}
    del model
    before_and_after = [_yardsticks()]
    figures["load_seconds"] = _warm(stored, task["seconds"])
    before_and_after.append(_yardsticks())
    yardsticks = {name: statistics.mean(one[name] for one in before_and_after) for name in before_and_after[0]}
    answer = {"figures": figures, "imported": imported, "yardsticks": yardsticks}
    try:
        page_cache.evict(stored.path)
    except (Unsupported, OSError) as reason:
        answer["missing"] = {"evicted_load_seconds": str(reason)}
    else:
        figures["evicted_load_seconds"] = [_timed(stored.load)[0]]
    return answer


def _yardsticks():
    """Seconds that fixed pieces of work take now, by what they ask of a machine."""
    acts = {"processor": lambda: pickle.loads(_YARDSTICK), "memory": lambda: b"\1" * _YARDSTICK_BYTES}
    return {name: statistics.median(_timed(act)[0] for _ in range(_YARDSTICK_ROUNDS)) for name, act in acts.items()}


def _warm(stored, seconds):
    """Seconds of single loads, one after the other for so long; what was loaded is let go before the next."""
    found, until = [], perf_counter() + seconds
    while not found or len(found) < _MOST_LOADS and perf_counter() < until:
        found.append(_timed(stored.load)[0])
    return found


def _timed(act):
    started = perf_counter()
    result = act()
    return perf_counter() - started, result


def _memory(task):
    """What loading takes at most, and what it keeps; above what this process held before."""
    stored = _without_imports(task)
    memory.make_own()
    held = memory.private()
    memory.reset_peak()
    base = memory.peak()
    model = stored.load()
    peak = memory.peak()
    memory.need_no_children()
    kept = memory.private()
    del model
    return {"figures": {"load_peak_bytes": [max(peak - base, 0)], "load_private_bytes": [max(kept - held, 0)]}}


def _without_imports(task):
    """A stored model whose load imports nothing any more: modules are no part of a model's memory."""
    if _is_held_elsewhere(task):
        raise Unsupported(_ELSEWHERE)
    check_digest(task["artifact"], task["sha256"])
    page_cache.write_back(task["artifact"])
    for name in task["imports"]:
        try:
            importlib.import_module(name)
        except Exception:  # a name that some library put there by itself
            continue
    return StoredModel(task)


def _sharing(task):
    """Several processes that hold the same artifact and have predicted with it: what they hold together."""
    stored = _without_imports(task)

    def hold():
        model = stored.load()
        stored.predict(model)
        memory.need_no_children()
        return model

    proportional, private = sharing.held_by(task["processes"], hold)
    return {"figures": {"mmap_pss_bytes": [max(proportional, 0)], "mmap_private_bytes": [max(private, 0)]}}


def _cold(task):
    """A fresh interpreter, from nothing to its first prediction; its first load is the first there, too."""
    check_digest(task["artifact"], task["sha256"])
    check_digest(task["inputs"], task["inputs_sha256"])
    figures = cold.start(task)
    if not _is_held_elsewhere(task):
        return {"figures": figures}
    del figures["cold_start_peak_bytes"]
    return {"figures": figures, "missing": {"cold_start_peak_bytes": _ELSEWHERE}}


def _is_held_elsewhere(task):
    return hasattr(importlib.import_module(task["module"]), "SERVICE")


_KINDS = {"speed": _speed, "memory": _memory, "sharing": _sharing, "cold": _cold}
