"""The standard library's pickle.

``pickle-oob`` writes protocol 5 with out-of-band buffers: the arrays lie beside the pickle, not in it, so that neither
dumping nor loading copies them. Its file is our own, as there is no common one: a line of JSON with the lengths of the
pickle and of each buffer, then those, each at a multiple of 64 bytes.
"""

import json
import pickle
import sys

from ..errors import Unsupported

# Every Python from 3.8 on reads protocol 5; protocol 4 is for consumers older than that, and the newest that they write.
FORMATS = {
    "pickle": {"protocol": 5, "buffers": "in"},
    "pickle-4": {"protocol": 4, "buffers": "in"},
    "pickle-oob": {"protocol": 5, "buffers": "out"},
}
READERS = {"pickle": ("pickle",), "pickle-4": ("pickle",), "pickle-oob": ("pickle",)}
WRITES_WITH = ("sklearn",)
READS_WITH = ("sklearn",)
NAMES_ITS_CODE = True

_ALIGNMENT = 64


def dump(model, options, fit):
    if options["buffers"] == "in":
        return pickle.dumps(model, protocol=min(options["protocol"], pickle.HIGHEST_PROTOCOL))
    _need_buffers()
    buffers = []
    pickled = pickle.dumps(model, protocol=options["protocol"], buffer_callback=buffers.append)
    parts = [pickled] + [buffer.raw() for buffer in buffers]
    head = json.dumps({"lengths": [len(part) for part in parts]}).encode("ascii") + b"\n"
    return b"".join(_padded(part) for part in [head] + parts)


def remark(options):
    return newest_protocol(options)


def newest_protocol(options):
    """What is to be said of an artifact that has an older protocol than its format; None for others."""
    if options["protocol"] <= pickle.HIGHEST_PROTOCOL:
        return None
    known = (pickle.HIGHEST_PROTOCOL, "%d.%d" % sys.version_info[:2])
    return "written with protocol %d, the newest that Python %s has" % known


def _need_buffers():
    if pickle.HIGHEST_PROTOCOL < 5:
        raise Unsupported("buffers beside a pickle need its protocol 5, and so Python 3.8")


def load(data, path, reader, options):
    if options["buffers"] == "in":
        return pickle.loads(data)
    _need_buffers()
    head, _, _ = data.partition(b"\n")
    parts, start = [], _end(len(head) + 1)
    for length in json.loads(head)["lengths"]:
        parts.append(memoryview(data)[start : start + length])
        start = _end(start + length)
    return pickle.loads(parts[0], buffers=parts[1:])


def load_file(path, reader, options):
    with open(path, "rb") as file:
        return pickle.load(file) if options["buffers"] == "in" else load(file.read(), path, reader, options)


def _end(position):
    return -(-position // _ALIGNMENT) * _ALIGNMENT


def _padded(part):
    return bytes(part) + b"\0" * (_end(len(part)) - len(part))
