"""The JSON of sklearn-migrator, as a format of benchmarks/rescued.yaml: the other migrator that is public."""

import json

from guest.errors import Unsupported

FORMATS = {"sklearn-migrator": {}}
READERS = {"sklearn-migrator": ("sklearn-migrator",)}
WRITES_WITH = ("sklearn", "sklearn_migrator")
READS_WITH = ("sklearn", "sklearn_migrator")


def dump(model, options, fit):
    import sklearn_migrator

    if type(model).__name__ not in sklearn_migrator.supported_models():
        raise Unsupported("sklearn-migrator knows no %s" % type(model).__name__)
    return json.dumps(sklearn_migrator.serialize(model)).encode("ascii")


def load(data, path, reader, options):
    import sklearn_migrator

    return sklearn_migrator.deserialize(json.loads(data.decode("ascii")))
