"""What a kit carries beside its code: ``bundle/manifest.json``, and objects by their sha256 in ``bundle/objects/``.

The manifest, as `harness.engine.kit` writes it::

    {"kit": 1, "run_id", "profile", "seconds": of one step, "formats": their modules,
     "tasks": [LOAD TASK of `wire`, with digests in the place of files, and "private": whether its outputs are a user's]}
"""

import hashlib
import json
import os

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VERSION = 1


class DamagedError(Exception):
    """What the kit carries is not what was put into it; the text says what."""


class Bundle:
    """The bundle beside this package: in the same archive, or in the same folder where that was unpacked."""

    def __init__(self):
        text = _read("manifest.json")
        self.digest = hashlib.sha256(text).hexdigest()
        self.manifest = json.loads(text.decode("ascii"))
        if self.manifest["kit"] != VERSION:
            raise DamagedError("its manifest is of version %s, its program of %d" % (self.manifest["kit"], VERSION))
        self.tasks = self.manifest["tasks"]

    def placed(self, digest, folder):
        """The path of an object as a file in a folder. Raises DamagedError where its bytes are others."""
        path = os.path.join(folder, digest)
        if not os.path.exists(path):
            data = _read("objects", digest)
            if hashlib.sha256(data).hexdigest() != digest:
                raise DamagedError("object %s: its bytes have changed (sha256 differs)" % digest[:16])
            with open(path + ".part", "wb") as file:
                file.write(data)
            os.replace(path + ".part", path)
        return path

    def check(self):
        """Raises DamagedError unless every object has the bytes that it was put in with."""
        for digest in sorted({task[key] for task in self.tasks for key in ("sha256", "inputs_sha256")}):
            if hashlib.sha256(_read("objects", digest)).hexdigest() != digest:
                raise DamagedError("object %s: its bytes have changed (sha256 differs)" % digest[:16])


def _read(*names):
    try:
        return __loader__.get_data(os.path.join(_ROOT, "bundle", *names))
    except Exception as error:  # a damaged archive gives zlib's errors, and others
        raise DamagedError("%s cannot be read (%s: %s)" % ("/".join(names), type(error).__name__, error))
