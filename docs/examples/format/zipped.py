"""A pickle in a zip archive."""

import io
import pickle
import zipfile

from guest.errors import Refused

FORMATS = {"zipped": {"level": 6}}
READERS = {"zipped": ("zipfile",)}
WRITES_WITH = ("sklearn",)
READS_WITH = ("sklearn",)

_MEMBER = "model.pickle"


def dump(model, options, fit):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        pickled = pickle.dumps(model, protocol=4)
        # ZipInfo has a fixed date: the same model gives the same bytes.
        archive.writestr(zipfile.ZipInfo(_MEMBER), pickled, zipfile.ZIP_DEFLATED, options["level"])
    return buffer.getvalue()


def load(data, path, reader, options):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.namelist() != [_MEMBER]:
            raise Refused("the archive holds more than %s" % _MEMBER)
        return pickle.loads(archive.read(_MEMBER))
