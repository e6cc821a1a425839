"""What this environment really holds: interpreter, packages, BLAS, processor. Standard library at its top."""

import email
import importlib
import importlib.util
import json
import os
import pickle
import pkgutil
import platform
import sys
import warnings

from . import errors, sources


def formats(names):
    """The format modules ``names``, all of the guest's when there are none; and why others cannot be imported, by name."""
    from . import formats as every

    modules, broken = [], {}
    for name in names:
        try:
            modules.append(importlib.import_module(name))
        except Exception as error:  # of a user's file: it may be too new for this Python
            broken[name] = errors.qualified_name(type(error)) + ": " + errors.text_of(error, 200)
    return (modules if names else every.modules()), broken


def import_everything(modules, formats):
    """Import what the host names, what the formats need, and every public part of scikit-learn: children forked later
    import nothing.

    This is also the proof that the environment is ready: resolvable is not importable.
    """
    for name in modules:
        if name.startswith("guest.cases."):
            _read_cases(name)
        else:
            importlib.import_module(name)
    for name in _optional(formats):
        try:
            importlib.import_module(name)
        except Exception:  # the formats that need it say so in `abilities`
            continue
    _import_stand_ins()
    sklearn = sys.modules.get("sklearn")  # absent where a runtime serves models without it
    for part in getattr(sklearn, "__all__", ()):
        try:
            importlib.import_module("sklearn." + part)
        except ImportError:  # a function such as clone, or a part with its own missing dependency
            continue
    if sklearn is not None:
        _use_once()


def _use_once():
    """Let scikit-learn take a data frame, and be saved: what is imported and looked up for the first time then, children
    have from here."""
    try:
        import pandas
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = pandas.DataFrame({"a": [0.0, 1.0]})
            model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, [0, 1])
            pickle.loads(pickle.dumps(model)).predict_proba(rows)
    except Exception:  # what does not work here will say so, cell by cell
        pass


def _read_cases(name):
    try:
        importlib.import_module(name)
    except Exception:  # the children that need it say so, case by case
        return
    sources.collect({"module": name})


def _import_stand_ins():
    """NumPy 1.26 has ``numpy._core`` for pickles of NumPy 2 alone, as other names of modules that are there already.
    Imported here, so that a child can tell them from what a model puts among its modules."""
    numpy = sys.modules.get("numpy")
    if numpy is None or numpy.__version__.split(".")[0] != "1" or importlib.util.find_spec("numpy._core") is None:
        return
    for module in pkgutil.iter_modules(importlib.import_module("numpy._core").__path__):
        importlib.import_module("numpy._core." + module.name)


def _optional(formats):
    names = {"pandas"}  # data frames travel as data, and need it to be built again
    for module in formats:
        names.update(module.WRITES_WITH + module.READS_WITH)
    return sorted(names)


def abilities(formats, broken):
    """``{"writers": {format: None or INABILITY}, "readers": {reader: None or INABILITY}, "broken": {module: why}}``.

    ``wire`` says what an INABILITY is.
    """
    writers, readers = {}, {}
    for module in formats:
        why_not = _missing(module.WRITES_WITH)
        if why_not is None and hasattr(module, "warm_up"):
            _warm_up(module)
        writers.update(dict.fromkeys(module.FORMATS, why_not))
        for names in module.READERS.values():
            for name in names:
                if readers.get(name, "") is not None:  # one format that it can read is enough
                    readers[name] = _missing(module.READS_WITH)
    return {"writers": writers, "readers": readers, "broken": broken}


def _warm_up(module):
    try:
        module.warm_up()
    except Exception:  # whatever it is, the tasks of this format will say so
        pass


def _missing(names):
    """What of the modules ``names`` cannot be imported, as ``wire`` describes an INABILITY; None if all can."""
    from .errors import Unsupported, need

    reasons, modules = [], []
    for name in names:
        try:
            need(name)
        except Unsupported as reason:
            reasons.append(str(reason))
            # The module itself may be there, and lack another that it imports.
            for absent in (name, getattr(reason.__cause__, "name", None)):
                if absent and absent not in modules:
                    modules.append(absent)
    return {"reason": "; ".join(reasons), "modules": modules} if reasons else None


def gather():
    """Facts as JSON-able data."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "build": " ".join(sys.version.split()),
        "machine": platform.machine(),
        "bits": 64 if sys.maxsize > 2**32 else 32,
        "byteorder": sys.byteorder,
        "platform": platform.platform(),
        "libc": " ".join(platform.libc_ver()),
        "cpu": _cpu("model name"),
        "cpu_features": (_cpu("flags") or _cpu("Features") or "").split(),
        "packages": _packages(),
        "origins": _origins(),
        "blas": _blas(),
        "estimators": _estimators(),
        "variables": {k: v for k, v in os.environ.items() if k.endswith(("_NUM_THREADS", "_CORETYPE"))},
    }


def _estimators():
    """The public estimators here, and which of them the catalogue does not know; None where it is not asked for."""
    catalogue = sys.modules.get(__package__ + ".cases.estimators")
    if catalogue is None:
        return None
    return {"public": sorted(catalogue.public()), "unlisted": sorted(catalogue.unlisted())}


def _packages():
    try:
        from importlib import metadata
    except ImportError:  # before Python 3.8
        installed = _installed()
    else:
        installed = ((one.metadata["Name"], one.version) for one in metadata.distributions())
    found = {}
    for name, version in installed:
        if name:
            found.setdefault(name.lower().replace("_", "-"), version)
    return dict(sorted(found.items()))


def _origins():
    """By name, the sha256 of the archives of packages that came from no index, as their installers recorded it (PEP 610)."""
    found = {}
    try:
        from importlib import metadata
    except ImportError:  # before Python 3.8
        return found
    for distribution in metadata.distributions():
        text, name = distribution.read_text("direct_url.json"), distribution.metadata["Name"]
        if text and name:
            hashes = json.loads(text).get("archive_info", {}).get("hashes", {})
            found.setdefault(name.lower().replace("_", "-"), hashes.get("sha256"))
    return found


def _installed():
    """Name and version of each distribution on the path, as its own file of metadata says."""
    files = (
        os.path.join(folder, name, file)
        for folder in filter(os.path.isdir, sys.path)
        for name in sorted(os.listdir(folder))
        for ending, file in ((".dist-info", "METADATA"), (".egg-info", "PKG-INFO"))
        if name.endswith(ending)
    )
    for path in filter(os.path.isfile, files):
        with open(path, encoding="utf-8", errors="replace") as file:
            head = email.message_from_file(file)
        yield head["Name"], head["Version"]


def _blas():
    try:
        from threadpoolctl import threadpool_info

        return [
            {key: pool.get(key) for key in ("user_api", "internal_api", "version", "num_threads", "architecture")}
            for pool in threadpool_info()
        ]
    except Exception:  # an old threadpoolctl beside a new BLAS: a missing fact, not a reason to stop
        return None


def _cpu(what):
    """What the kernel says of the first processor; for its name, what the platform says where the kernel gives none."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            for line in lines:
                name, _, value = line.partition(":")
                if name.strip() == what:
                    return value.strip()
    except OSError:
        pass
    return (platform.processor() or None) if what == "model name" else None
