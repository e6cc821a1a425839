"""joblib.dump and joblib.load; uncompressed, where its arrays can be mapped into memory, and compressed."""

import gc
import importlib
import importlib.util
import io
import types

from ..errors import Unsupported, need

FORMATS = {
    "joblib": {"method": "none", "level": 0},
    "joblib-zlib": {"method": "zlib", "level": 3},
    "joblib-gzip": {"method": "gzip", "level": 3},
    "joblib-lz4": {"method": "lz4", "level": 3},
    "joblib-lzma": {"method": "lzma", "level": 3},
}
READERS = {
    "joblib": ("joblib", "joblib-mmap"),
    "joblib-zlib": ("joblib",),
    "joblib-gzip": ("joblib",),
    "joblib-lz4": ("joblib",),
    "joblib-lzma": ("joblib",),
}
WRITES_WITH = ("sklearn",)  # before 0.21 it had a joblib of its own, and asked for no other
READS_WITH = ("sklearn",)
NAMES_ITS_CODE = True


def dump(model, options, fit):
    joblib = _joblib()

    _need_lz4(options)
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=(options["method"], options["level"]) if options["level"] else 0)
    return buffer.getvalue()


def load(data, path, reader, options):
    joblib = _joblib()

    _need_lz4(options)
    return load_file(path, reader, options) if reader == "joblib-mmap" else joblib.load(io.BytesIO(data))


def load_file(path, reader, options):
    joblib = _joblib()

    return joblib.load(path, mmap_mode="r" if reader == "joblib-mmap" else None)


def _joblib():
    """joblib; where it is not installed, what scikit-learn of before 0.21 had in its place."""
    try:
        return need("joblib")
    except Unsupported:
        if importlib.util.find_spec("sklearn.externals.joblib") is None:
            raise
        return importlib.import_module("sklearn.externals.joblib")


def _need_lz4(options):
    if options["method"] == "lz4":
        need("lz4.frame")


def observe(model, reader):
    """How many of the arrays, and of their bytes, really are mapped; joblib falls back to reading without a word."""
    if reader != "joblib-mmap":
        return {}
    import numpy as np

    mapped = [array for array in _arrays(model, np.ndarray) if _is_mapped(array, np.memmap)]
    return {"mapped_arrays": len(mapped), "mapped_bytes": sum(array.nbytes for array in mapped)}


def _is_mapped(array, memmap):
    while array is not None and not isinstance(array, memmap):
        array = getattr(array, "base", None)
    return array is not None


def _arrays(model, kind):
    """The arrays that a model is made of."""
    seen, todo, found = {id(model)}, [model], []
    while todo:
        for thing in gc.get_referents(todo.pop()):
            if id(thing) in seen or isinstance(thing, (type, types.ModuleType, types.FunctionType)):
                continue
            seen.add(id(thing))
            if isinstance(thing, kind):
                found.append(thing)
            todo.append(thing)
    return found
