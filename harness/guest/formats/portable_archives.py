"""Parameters and fitted state as plain data, built again in the consumer; nothing of a file is run.

The layout is told in harness/guest/portable/__init__.py.
"""

import io
import json
import zipfile

from ..errors import Unsupported, need
from ..portable import archives

FORMATS = {"portable": {"version": 1}}
READERS = {"portable": ("portable",)}
WRITES_WITH = ("sklearn",)
READS_WITH = ("sklearn",)
NAMES_ITS_CODE = True  # it runs none


def dump(model, options, fit):
    need("scipy")
    from ..portable.taking_out import taken_out

    try:
        return archives.written(*taken_out(model))
    except RecursionError as error:
        raise Unsupported("it is nested too deeply") from error


def load(data, path, reader, options):
    from ..portable.building import built

    return built(archives.Archive(data))


def facts(data):
    """What the file says of itself."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = json.loads(archive.read(archives.DOCUMENT).decode("utf-8"))
    classes = sorted({"%s.%s" % (one["module"], one["class"]) for one in document["objects"]})
    return {"version": document["version"], "classes": classes}
