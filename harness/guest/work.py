"""What a child does: fit and dump one case, or load one artifact and call its methods. It reports facts only.

Standard library at its top; scikit-learn and its friends were imported before the fork.
"""

import errno
import hashlib
import importlib
import json
import os
import sys
import time
import warnings

from . import choosing, errors, fitting, given, probes
from .decoding import decode
from .encoding import within_message
from .errors import Unsupported


#: The rows of the cell before, by their digest: the cells of a case mostly have the same.
_DECODED = {}


def load(task, channel):
    """Load one artifact, ask it what its producer was asked, send one ``cell`` event."""
    answer = {"event": "cell", "id": task["id"], "step": "load"}
    channel.begin(task["id"], "load")
    try:
        data = _checked_bytes(task["artifact"], task["sha256"])
        inputs_text = (
            None if task["inputs_sha256"] in _DECODED else _checked_bytes(task["inputs"], task["inputs_sha256"])
        )
    except (OSError, ValueError) as error:
        channel.send(dict(answer, refused=errors.text_of(error)))
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            reader = importlib.import_module(task["module"])
            inputs = _inputs(inputs_text, task["inputs_sha256"])
            given.supply_main(task["main"])
            started = time.perf_counter()
            model = reader.load(data, task["artifact"], task["reader"], task["options"])
            answer["load_seconds"] = time.perf_counter() - started
            model = given.part_of(model, task["at"])
            if hasattr(reader, "observe"):
                answer["observed"] = reader.observe(model, task["reader"])
            methods = probes.offered(reader, model, task["methods"])
            answer.update(step="predict", methods=methods)
            channel.begin(task["id"], "predict")
            first = probes.ask_methods(model, inputs, methods)
            answer["predict_seconds"] = first.seconds
            more = probes.ask(model, inputs, task["probes"])
            answer["outputs"] = within_message({**first.encoded, **more.encoded})
            answer["written"] = first.written + more.written
            answer["unasked"] = more.unasked
            answer["added"] = choosing.added(model, frozenset(task["known"])) if task["known"] else []
        except BaseException as error:  # SystemExit and KeyboardInterrupt of a model are its failures, not our end
            answer.update(errors.failure(error))
    answer["warnings"] = errors.describe_warnings(caught)
    channel.send(answer)


def _inputs(text, digest):
    """The held-out rows. Where pandas or SciPy would be needed to build them and is missing, no artifact is to blame."""
    if text is None:
        return _DECODED[digest]
    try:
        rows = decode(json.loads(text))
    except ImportError as error:
        raise Unsupported("its inputs cannot be built in this environment (%s)" % errors.text_of(error)) from error
    _DECODED.clear()
    # Methods get copies. One of numbers shares nothing with what it was copied from.
    if hasattr(rows, "tobytes") and rows.dtype.kind in "fiubc":
        _DECODED[digest] = rows
    return rows


def dump(task, channel):
    """Fit one case, send ``fitted``; dump it in each format, send one ``artifact`` each."""
    channel.begin(task["id"], "fit")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit = _fit(task)
            event = dict(fit.facts(), event="fitted", id=task["id"])
        except BaseException as error:
            failed = dict(errors.failure(error), event="artifact", id=task["id"], step="fit")
            channel.send(dict(failed, warnings=errors.describe_warnings(caught)))
            return
    channel.send(dict(event, warnings=errors.describe_warnings(caught)))
    for item in task["formats"]:
        _dump_one(fit, item, task["spool"], channel)


def _fit(task):
    if "given" in task["case"]:
        return given.Given(task["case"]["given"])
    return fitting.Fit(task["case"], scored=any(map(_needs_scores, task["formats"])))


def _needs_scores(item):
    # All modules that can be imported were, before the fork.
    return getattr(sys.modules.get(item["module"]), "NEEDS_SCORES", False)


def _dump_one(fit, item, spool, channel):
    channel.begin(item["id"], "dump")
    answer = {"event": "artifact", "id": item["id"], "step": "dump"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            writer = importlib.import_module(item["module"])
            started = time.perf_counter()
            data = fit.dumped(writer, item["options"])
            answer["dump_seconds"] = time.perf_counter() - started
            # Of another program's file they take what wrote it, which is not here.
            own = isinstance(fit, fitting.Fit) or fit.saves(writer, item["options"])
            if hasattr(writer, "facts") and (own or not getattr(writer, "CONVERTS", False)):
                answer["facts"] = writer.facts(data)
            if hasattr(writer, "remark") and own:  # a user's file was written elsewhere
                answer["remark"] = writer.remark(item["options"])
        except BaseException as error:
            answer.update(errors.failure(error), warnings=errors.describe_warnings(caught))
            channel.send(answer)
            return
    answer["warnings"] = errors.describe_warnings(caught)
    _spool(data, spool, answer, channel)


def _spool(data, folder, answer, channel):
    """Write the bytes where the host fetches them. A full disk is our trouble, never the model's: the host looks."""
    digest = hashlib.sha256(data).hexdigest()
    path = os.path.join(folder, digest)
    try:
        with open(path + ".part", "wb") as file:
            file.write(data)
        os.replace(path + ".part", path)
    except OSError as error:
        if error.errno == errno.EFBIG:  # more than the memory that a model may have
            return channel.send(dict(answer, **errors.failure(error)))
        channel.send(dict(answer, unspooled="%s: %s" % (path, errors.text_of(error)), size_bytes=len(data)))
        return
    channel.send(dict(answer, sha256=digest, size_bytes=len(data), spooled=path))


def _checked_bytes(path, digest):
    with open(path, "rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(
            "%s: its bytes are not those that the producer wrote (sha256 differs)" % os.path.basename(path)
        )
    return data
