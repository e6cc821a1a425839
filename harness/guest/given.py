"""A model that a user has in a file, in the place of a case that is fitted here: loaded, asked, and handed on as it is.

The environment is the one that wrote the file, as far as is known: what its model answers is what all others are held
against. Standard library at its top.
"""

import hashlib
import importlib
import re
import sys
import time

from . import as_fitted, choosing, fitting, given_rows, making_rows, parts, training
from .encoding import encode

#: One step of a path within what a file holds: ``.name``, ``[0]`` or ``['name']``.
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(-?\d+)\]|\['((?:[^'\\]|\\.)*)'\]")
#: How compressed bytes begin, and what takes the compression off.
_PACKED = (
    (b"\x1f\x8b", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "lzma"), (b"]\x00\x00", "lzma"),
    (b"x\x01", "zlib"), (b"x\x5e", "zlib"), (b"x\x9c", "zlib"), (b"x\xda", "zlib"),
)  # fmt: skip


class Given:
    """What `harness.guest.fitting.Fit` is for a case.

    Parameters
    ----------
    given : ``{"object", "sha256", "module", "options", "reader", "at", "rows", "example", "main", "again", "carried",
        "carried_sha256"}``: the file, its digest, the format and its reader, the path of the model within what the file
        holds, the file of the user's rows, or null, whether these are an example only, see `supply_main`, whether the
        model is saved again in other formats, and another file that is handed on in the place of this one, or null.

    Raises
    ------
    ValueError : the file is not the one that was looked at, or ``at`` leads nowhere.
    """

    def __init__(self, given):
        self.data_bytes = _looked_at(given["object"], given["sha256"])
        if given["reader"] != "joblib":  # which takes compression off itself
            self.data_bytes = unpacked(self.data_bytes)
        self.given = given
        reader = importlib.import_module(given["module"])
        options = dict(given["options"], outputs={}, trusted_types=["*"])
        supply_main(given["main"])
        started = time.perf_counter()
        loaded = reader.load(self.data_bytes, given["object"], given["reader"], options)
        self.seconds = time.perf_counter() - started
        self.model = part_of(loaded, given["at"])
        self._attributes = as_fitted.attributes(self.model)
        for rows in self._attempts():
            as_fitted.restore(self._attributes)
            self.encoded = encode(rows)
            self.inputs = fitting.received(self.encoded)
            self.choice = choosing.Choice(self.model, self.inputs, None, True)
            if self.choice.methods:  # some of what predicts has answered
                break
        for form in self.choice.unmade:  # of rows as its writer, without pandas, never saw them: nobody is to miss it
            del self.choice.not_compared[form]
        self.methods = self.choice.methods
        self.rows = training.kind_of_rows(self.inputs)
        is_enough = given["rows"] is not None and not given["example"]
        self.reach = None if is_enough else making_rows.reach(self.model, self.inputs)

    def _attempts(self):
        """Rows, the best first: the user's; an example with others made from the model; such others alone."""
        if self.given["rows"] is None:
            return making_rows.attempts(self.model)
        own = given_rows.read(self.model, self.given["rows"])
        return self._beside_example(own) if self.given["example"] else [own]

    def _beside_example(self, example):
        try:
            for made in making_rows.attempts(self.model):
                both = given_rows.with_example(example, made)
                if both is not None:
                    yield both
        except making_rows.NoRowsError:
            pass
        yield example

    def saves(self, writer, options):
        """Whether it is saved in a format, and not handed on as it is."""
        same = (writer.__name__, options) == (self.given["module"], self.given["options"])
        return self.given["again"] and self.given["carried"] is None and not same

    def dumped(self, writer, options):
        """The model, saved in a format; or the file as it is or what is packed in it, or the one in its place."""
        if self.saves(writer, options):
            as_fitted.restore(self._attributes)
            return writer.dump(self.model, options, self)
        if self.given["carried"] is not None:
            return _looked_at(self.given["carried"], self.given["carried_sha256"])
        return self.data_bytes

    def facts(self):
        """The ``fitted`` event."""
        described = {"train": training.describe(self.inputs), "truth": None}
        data = {"stored": False, "told": described, "train": None, "truth": None}
        return dict(
            fitting.told(self.model, self.choice, self.encoded, data),
            fit_seconds=self.seconds,
            truth=None,
            score_kind=None,
            parameters=parts.parameters(self.model),
            input=self.rows,
            reach=self.reach,
            cv_scores=None,
            code={"module": None, "function": None, "seed": None, "files": {}},
        )


def unpacked(held):
    """Bytes without the compression around them. Files of joblib that hold no array are pickles in it, too."""
    for magic, module in _PACKED:
        if held.startswith(magic):
            return unpacked(importlib.import_module(module).decompress(held))
    return held


def _looked_at(path, digest):
    """The bytes of a file. Raises ValueError where they are not those of its digest."""
    with open(path, "rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("the model file is not the one that was looked at (sha256 differs)")
    return data


def supply_main(names):
    """Put names where a file looks for them whose model was written by a script: each with the module that has it."""
    for name, module in sorted(names.items()):
        setattr(sys.modules["__main__"], name, getattr(importlib.import_module(module), name))


def part_of(loaded, path):
    """What lies at a path within what a file holds. Raises ValueError where nothing does."""
    where, found = 0, loaded
    while where < len(path):
        step = _STEP.match(path, where)
        if step is None:
            raise ValueError("the path %r is not made of .name, [0] and ['name']" % path)
        attribute, place, key = step.groups()
        try:
            if attribute is not None:
                found = getattr(found, attribute)
            else:
                found = found[int(place) if place is not None else re.sub(r"\\(.)", r"\1", key)]
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise ValueError("nothing lies at %s" % path[: step.end()]) from error
        where = step.end()
    return found
