"""Write every estimator of an environment in every form that pickles have, each file with what is in it.

    PYTHONPATH=harness PYTHON write.py FOLDER

It runs in the environment, from Python 3.6 on. ``truth.json`` says of each file which estimators are in it, as a pickler met
them; and which releases wrote it.
"""

import io
import json
import pickle
import sys
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.base import BaseEstimator

try:
    import joblib
except ImportError:  # before 0.21
    from sklearn.externals import joblib

from guest.cases import estimators

PROTOCOLS = (2, 4, 5)
COMPRESSIONS = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")


class Meeting(pickle.Pickler):
    """It remembers the class of each estimator that it meets."""

    def __init__(self, file):
        pickle.Pickler.__init__(self, file, 4)
        self.met = set()

    def persistent_id(self, found):
        if isinstance(found, BaseEstimator):
            self.met.add(type(found).__name__)


def forms():
    """By name: what writes a model to a path."""
    found = {"pickle-%d" % one: _pickled(pickle, one) for one in PROTOCOLS if one <= pickle.HIGHEST_PROTOCOL}
    found["joblib"] = joblib.dump
    for one in COMPRESSIONS:
        found["joblib-" + one] = _compressed(one)
    try:
        import cloudpickle

        found["cloudpickle"] = _pickled(cloudpickle, None)
    except ImportError:
        pass
    try:
        import skops.io

        found["skops"] = skops.io.dump
    except ImportError:
        pass
    return found


def _pickled(library, protocol):
    def write(model, path):
        with open(path, "wb") as file:
            library.dump(model, file, protocol)

    return write


def _compressed(name):
    return lambda model, path: joblib.dump(model, path, compress=(name, 3))


def fitted(name):
    """A fitted estimator of a name; None where there is none here."""
    try:
        model, rows, truth = estimators.build(name, 0)
        rows = rows[0] if isinstance(rows, tuple) else rows
        return model.fit(rows) if truth is None else model.fit(rows, truth)
    except Exception:  # what a release lacks or cannot fit is of no interest here
        return None


def main(folder):
    truth = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "files": {}}
    for name in estimators.BUILT:
        model = fitted(name)
        if model is None:
            continue
        meeting = Meeting(io.BytesIO())
        try:
            meeting.dump(model)
        except Exception:  # it cannot be pickled, such as one with a lambda
            continue
        for form, write in forms().items():
            file = folder / (name + "." + form)
            try:
                write(model, str(file))
            except Exception:  # lz4 is not installed, or skops refuses
                file.unlink() if file.exists() else None
                continue
            truth["files"][file.name] = sorted(meeting.met)
    (folder / "truth.json").write_text(json.dumps(truth))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]))
