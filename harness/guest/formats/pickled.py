"""The standard library's pickle."""

import pickle

# Every Python from 3.8 on reads protocol 5; protocol 4 is for consumers older than that.
FORMATS = {"pickle": {"protocol": 5}, "pickle-4": {"protocol": 4}}
READERS = ("pickle",)
REQUIRES = ()


def dump(model, options):
    return pickle.dumps(model, protocol=options["protocol"])


def load(data, path, reader, options):
    return pickle.loads(data)
