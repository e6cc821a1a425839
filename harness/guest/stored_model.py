"""An artifact as a measuring process has it: loaded from its file, as people do it, and called on the held-out rows.

It is used by a child (`harness.guest.measure`) and by a fresh interpreter (`harness.guest.cold`), in which every import
counts. Standard library at its top.
"""

import hashlib
import importlib
import json
import os
from os import _exit, getpid  # bound now: a model may have replaced them when we need them

from . import probes
from .decoding import decode
from .errors import Refused

#: Bytes of a file that are read at once. The allocator keeps memory that was freed. So a whole artifact, read to be
#: checked, would change what models take that are loaded later.
_PIECE = 64 * 1024


class StoredModel:
    """An artifact, ready to be loaded and called."""

    def __init__(self, task):
        self.path = task["artifact"]
        self._task = task
        self._format = importlib.import_module(task["module"])
        check_digest(task["inputs"], task["inputs_sha256"])
        with open(task["inputs"], "rb") as file:
            rows = decode(json.load(file))
        # Copied before any clock is started. Nothing predicts twice with one of these.
        self._rows = [probes.fresh(rows) for _ in task["methods"]]

    def import_library(self):
        """What a user of the format imports before anything is loaded."""
        for name in self._format.READS_WITH:
            importlib.import_module(name)

    def load(self):
        return _without_copies(self._load)

    def _load(self):
        if hasattr(self._format, "load_file"):
            return self._format.load_file(self.path, self._task["reader"], self._task["options"])
        with open(self.path, "rb") as file:
            return self._format.load(file.read(), self.path, self._task["reader"], self._task["options"])

    def predict(self, model, most=None):
        """Call the methods once, each on fresh rows: all that are timed, or ``most`` of them."""
        wanted = probes.offered(self._format, model, self._task["methods"])[:most]

        def call():
            for name, rows in zip(wanted, self._rows):
                probes.call(model, name, rows)

        _without_copies(call)


def _without_copies(act):
    """What ``act()`` returns, in this process: a copy that the model has forked ends here, and measures nothing."""
    here = getpid()
    result = act()
    if getpid() != here:
        _exit(0)
    return result


def check_digest(path, digest):
    """Raises Refused when a file's bytes are not those of ``digest``, its sha256."""
    found, piece = hashlib.sha256(), bytearray(_PIECE)
    with open(path, "rb", buffering=0) as file:
        while True:
            size = file.readinto(piece)
            if not size:
                break
            found.update(memoryview(piece)[:size])
    if found.hexdigest() != digest:
        raise Refused("%s: its bytes are not those that were stored (sha256 differs)" % os.path.basename(path))
