"""joblib.dump and joblib.load, uncompressed."""

import io

FORMATS = {"joblib": {"compress": 0}}
READERS = ("joblib",)
REQUIRES = ("joblib",)


def dump(model, options):
    import joblib

    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=options["compress"])
    return buffer.getvalue()


def load(data, path, reader, options):
    import joblib

    return joblib.load(io.BytesIO(data))
