"""The zip archive: written stored, read with distrust. Standard library at its top."""

import io
import json
import zipfile

from ..errors import Refused

DOCUMENT = "portable.json"
FORMAT, VERSION = "portable", 1
HEADER = 10000  # bytes of an array's own header; NumPy's newer releases refuse more as well
LEVELS = 400  # of nesting in the document


def written(document, arrays):
    """The bytes of an archive; the same for the same content."""
    import numpy as np

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        # ZipInfo has a fixed date.
        archive.writestr(zipfile.ZipInfo(DOCUMENT), json.dumps(document, allow_nan=False, sort_keys=True))
        for number, array in enumerate(arrays):
            held = io.BytesIO()
            np.save(held, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(member(number)), held.getvalue())
    return buffer.getvalue()


def member(number):
    return "arrays/%d.npy" % number


class Archive:
    """A file that was written by anybody. Raises Refused where it is not what this format writes.

    ``document`` is its JSON; `array` gives an array, the same one each time.
    """

    def __init__(self, data):
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Refused("it is no zip archive: %s" % error) from error
        members = self._zip.infolist()
        names = [one.filename for one in members]
        allowed = {DOCUMENT} | {member(number) for number in range(len(names) - 1)}
        if set(names) != allowed or len(names) != len(allowed):
            raise Refused("its members are not %s and arrays that are numbered from 0 on" % DOCUMENT)
        if any(one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 1 for one in members):
            raise Refused("a member is compressed or encrypted, which this format never writes")
        # Stored members that lie over each other would be more than the file.
        if sum(one.file_size for one in members) > len(data):
            raise Refused("its members claim more bytes than the file has")
        self._arrays = {}
        self.document = self._document()

    def _document(self):
        try:
            document = json.loads(self._read(DOCUMENT).decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Refused("%s is no JSON that this format writes: %s" % (DOCUMENT, error)) from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise Refused("%s says of no format that it is %s" % (DOCUMENT, FORMAT))
        if type(document.get("version")) is not int or document["version"] != VERSION:
            raise Refused(
                "it has version %.40r of the format, and version %d is read" % (document.get("version"), VERSION)
            )
        _check_depth(document)
        return document

    def _read(self, name):
        try:
            return self._zip.read(name)
        except Exception as error:  # a damaged archive raises many things
            raise Refused("its member %s cannot be read: %s" % (name, error)) from error

    def array(self, number):
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(self._zip.namelist()) - 1:
            raise Refused("it has no array %.40r" % (number,))
        if number not in self._arrays:
            self._arrays[number] = _array(self._read(member(number)), member(number))
        return self._arrays[number]


def _array(data, name):
    """An array of an ``.npy`` file, whose header must fit what follows it: NumPy makes room for what a header claims."""
    import numpy as np
    from numpy.lib import format as npy

    held = io.BytesIO(data)
    try:
        if npy.read_magic(held) not in ((1, 0), (2, 0)) or int.from_bytes(data[8:10], "little") > HEADER:
            raise ValueError("its header is of an unknown version, or long")
        read = npy.read_array_header_1_0 if data[6] == 1 else npy.read_array_header_2_0
        shape, _, dtype = read(held)
        count = 1
        for length in shape:
            count *= int(length)
        if dtype.hasobject or min(shape or (0,)) < 0 or count * dtype.itemsize != len(data) - held.tell():
            raise ValueError("its header does not fit its content")
        return np.load(io.BytesIO(data), allow_pickle=False)
    except Exception as error:
        raise Refused("%s is no array that this format writes: %s" % (name, error)) from error


def _no_constant(word):
    raise ValueError("%s is no number of this format" % word)


def _check_depth(document):
    """What is nested deeper than models are is refused before anything walks through it."""
    level = [document]
    for _ in range(LEVELS):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one)
            if isinstance(part, (dict, list))
        ]
        if not level:
            return
    raise Refused("it is nested deeper than %d levels" % LEVELS)
