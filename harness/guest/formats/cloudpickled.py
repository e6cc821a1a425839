"""cloudpickle: functions and classes that cannot be imported travel by value. What it writes, pickle can read."""

import pickle

from ..errors import need
from .pickled import newest_protocol

FORMATS = {"cloudpickle": {"protocol": 5}}
READERS = {"cloudpickle": ("cloudpickle", "pickle")}
WRITES_WITH = ("sklearn", "cloudpickle")
READS_WITH = ("sklearn",)
NAMES_ITS_CODE = True


def dump(model, options, fit):
    import cloudpickle

    return cloudpickle.dumps(model, protocol=min(options["protocol"], pickle.HIGHEST_PROTOCOL))


def remark(options):
    return newest_protocol(options)


def load(data, path, reader, options):
    if reader == "pickle":
        return pickle.loads(data)
    return need("cloudpickle").loads(data)


def load_file(path, reader, options):
    module = pickle if reader == "pickle" else need("cloudpickle")
    with open(path, "rb") as file:
        return module.load(file)
