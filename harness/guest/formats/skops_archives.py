"""skops.io: no code is run to load it, only types that are named as trusted are built.

What skops itself does not trust is looked up in matrix.yaml's ``trusted_types``; any other type is refused, by name.
"""

import fnmatch
import importlib
import inspect
import io
import json
import sys
import zipfile

from ..errors import Refused, Unsupported

FORMATS = {"skops": {"compression": "stored", "level": 0}, "skops-deflate": {"compression": "deflated", "level": 6}}
# The second reader says trusted=True, as people's code does: current versions refuse that, older ones trust everything.
READERS = {"skops": ("skops", "skops-trusted-true"), "skops-deflate": ("skops",)}
WRITES_WITH = ("sklearn", "skops.io")
READS_WITH = ("sklearn", "skops.io")
NAMES_ITS_CODE = True


def warm_up():
    """skops looks through all of scikit-learn when it is first asked what it trusts, which takes a fifth of a second."""
    import skops.io
    from sklearn.dummy import DummyClassifier

    untrusted_types(skops.io.dumps(DummyClassifier()))


def dump(model, options, fit):
    import skops.io

    if options["compression"] == "stored":
        return skops.io.dumps(model)
    if "compression" not in inspect.signature(skops.io.dumps).parameters:
        raise Unsupported("skops %s cannot compress" % skops.__version__)
    return skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED, compresslevel=options["level"])


def load(data, path, reader, options):
    import skops.io

    return _loaded(skops.io.loads, untrusted_types(data), data, reader, options)


def load_file(path, reader, options):
    import skops.io

    return _loaded(skops.io.load, sorted(skops.io.get_untrusted_types(file=path)), path, reader, options)


def _loaded(read, untrusted, source, reader, options):
    """What ``read`` makes of ``source`` when it trusts what matrix.yaml trusts."""
    unlisted = [name for name in untrusted if not _is_trusted(name, options["trusted_types"])]
    if unlisted:
        raise Refused("untrusted types that trusted_types in matrix.yaml does not list: %s" % ", ".join(unlisted))
    for name in untrusted if hasattr(sys, "audit") else ():  # as pickle does; what skops trusts is the libraries'
        sys.audit("pickle.find_class", *name.rpartition(".")[::2])
    if reader == "skops":
        return read(source, trusted=untrusted)
    try:
        return read(source, trusted=True)
    except TypeError as error:
        if "trusted" in str(error):  # skops' own refusal, in its own words
            raise Refused("trusted=True: %s" % error) from error
        raise


def _is_trusted(name, patterns):
    """Listed as it is, or fitting a pattern and really a class of that name.

    A module has more in it than its own: ``sklearn.utils._testing.check_output`` is the one of ``subprocess``.
    """
    return name in patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns) and _is_class(name)


def _is_class(name):
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception:  # it is not there, so nothing can be built of it: skops will say so in its own words
        return True
    return isinstance(found, type) and found.__module__ == module and found.__qualname__ == attribute


def facts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = json.loads(archive.read("schema.json"))
    return {"untrusted_types": untrusted_types(data), "skops_protocol": schema.get("protocol")}


def untrusted_types(data):
    """What the installed skops would not build unasked: qualified names, sorted."""
    import skops.io

    return sorted(skops.io.get_untrusted_types(data=data))
