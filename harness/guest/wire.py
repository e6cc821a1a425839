"""The protocol between host and guest: JSON lines, one object a line. The one module that both sides share.

Nothing here is about Python: a guest in another language can speak it. Standard library only, Python 3.6 and newer.

The guest is started with the modules that must be there, then ``--``, then the format modules that will be wanted.

Host to guest, on the guest's standard input::

    {"do": "dump", "batches": [[DUMP TASK, ...], ...], "limits": {...}}
    {"do": "load", "batches": [[LOAD TASK, ...], ...], "limits": {...}}
    {"do": "measure", "batches": [[MEASURE TASK], ...], "limits": {...}}
    end of input                                          stop, and leave nothing behind

The tasks of a batch run one after the other in one forked child; where one of them ends it, the rest go on in another.

DUMP TASK   {"id", "case": {"module", "function", "seed", "estimator": its first argument or null,
            "beside": names of files that it may use, "compare": "methods", or not there for everything},
            "spool": folder,
            "formats": [{"id", "module", "options": {...}}]}
LOAD TASK   {"id", "artifact": file, "sha256", "inputs": file, "inputs_sha256", "methods": [...], "probes": [...],
            "known": names of all that the producer's model has,
            "module", "options": {..., "outputs": layouts by method, "trusted_types": [...]}, "reader"}
MEASURE TASK  as a LOAD TASK, and "kind": what kind of sample is to be taken, with what that needs:
            "speed"    "seconds": how long to go on loading
            "memory"   "imports": modules that a load would import
            "sharing"  "imports", "processes": how many
            "cold"
limits      {"seconds": of one step, "memory": bytes above what the guest already holds}

Guest to host, on a descriptor that was standard output and that no child ever holds::

    {"event": "hello", "protocol": 2, "facts": {...},     ready: everything imports
     "writers": {format: null or INABILITY}, "readers": {reader: null or INABILITY},
     "broken": {module of formats: why it cannot be imported}}
    {"event": "unready", "protocol": 2, "error": ERROR}   and the guest exits
    {"event": "fitted", "id": task, ...}                  a case was fitted: its data, or what tells of it
                                                          where it is large, and its reference outputs
    {"event": "artifact", "id": format's id, ...}         the bytes are in the spool, or "error", "refused" or
                                                          "unsupported": why, or "unspooled": why they are not there;
                                                          "facts" of the format
    {"event": "cell", "id": task, ...}                    "outputs" of methods and probes, each a value or an error (see
                                                          ``probes.py``), or "error", or "refused" or "unsupported": why
                                                          "written": methods that write into their rows; "unasked": why,
                                                          by probe; "added": names that are not known
                                                          "observed": what the reader found in the loaded model
    {"event": "measured", "id": task, ...}                "figures": {name: [values]}, "missing": {name: why}, "imported":
                                                          modules that the load imported, "yardsticks": seconds that
                                                          fixed pieces of work took; or "error" and so on
    {"event": "died", "id": task or format's id, "step", "signal" or "exit", "peak_bytes",
     "memory": true when it had come near its limit, "lost_bytes": of a line of its that was too long, if any was}
    {"event": "overtime", "id": as above, "step", "seconds"}
    {"event": "fault", "id": as above, "what"}            the guest's own trouble, such as that it cannot fork; it ends
    {"event": "done"}                                     the job is finished; every task was answered

Every event but the first says which ``child``, counted from 1, it comes from. ``fresh`` says that this child had answered
for no task before it: then it is worth what an answer of a child with one task is. Its types, and what of it the host checks
before it believes it, are in the host's ``messages.py``.

INABILITY   {"reason": one line, "modules": the names of those that cannot be imported, as Python imports them}
ERROR       {"type", "message", "traceback", "memory": true when it is a MemoryError}
step        "fit", "dump", "load" or "predict"

Values (inputs and outputs) are encoded as ``encoding.py`` says: ``.npy`` bytes, little-endian, in base64.
"""

import json
import os
from typing import Any, Dict

PROTOCOL = 2

#: The last rows of a case's data: nothing is fitted on them, and every method is called with them.
HELD_OUT = 40

#: No answer may be longer; a guest that sends more is stopped. Bytes.
LINE_LIMIT = 256 * 1024 * 1024

#: What is busy, and gets no processor, may take this many times the seconds of a step.
PATIENCE = 10


def encode_line(message: Dict[str, Any]) -> bytes:
    """One message as bytes, newline included. ASCII only, so that lone surrogates survive."""
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


def decode_line(line: bytes) -> Dict[str, Any]:
    """The message of one line. Raises ValueError for anything but one JSON object."""
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError("a message is not nested so deep") from None
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")
    return message


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; a pipe may take fewer at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
