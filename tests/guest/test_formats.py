"""The formats that need no package but the standard library, and the rules of those that do, with stand-ins."""

import io
import json
import pickle
import sys
import types
import unittest
import zipfile

from guest import errors, facts, formats
from guest.formats import pickled, skops_archives


class Buffer(bytearray):
    """What an array does: with protocol 5 its contents may stay outside of the pickle."""

    def __reduce_ex__(self, protocol):
        return (Buffer, (pickle.PickleBuffer(bytes(self)),)) if protocol >= 5 else (Buffer, (bytes(self),))


def test_every_format_says_what_it_must():
    for module in formats.modules():
        assert set(module.READERS) == set(module.FORMATS), module.__name__
        assert all(isinstance(readers, tuple) and readers for readers in module.READERS.values())
        assert isinstance(module.WRITES_WITH, tuple) and isinstance(module.READS_WITH, tuple)
        assert callable(module.dump) and callable(module.load)


def test_pickles_go_round():
    for name, options in pickled.FORMATS.items():
        if options["buffers"] == "out" and pickle.HIGHEST_PROTOCOL < 5:
            continue
        model = {"coefficients": Buffer(b"12345"), "name": name}
        data = pickled.dump(model, options, None)
        assert pickled.load(data, None, "pickle", options) == model


def test_an_older_protocol_than_is_asked_for_is_told():
    highest = pickle.HIGHEST_PROTOCOL
    data = pickled.dump([1], pickled.FORMATS["pickle"], None)
    assert data[1] == min(5, highest)
    try:
        pickle.HIGHEST_PROTOCOL = 4
        assert pickled.dump([1], pickled.FORMATS["pickle"], None)[1] == 4
        assert "written with protocol 4, the newest that Python" in pickled.remark(pickled.FORMATS["pickle"])
        assert pickled.remark(pickled.FORMATS["pickle-4"]) is None
        for call in (pickled.dump, lambda *_: pickled.load(b"", None, "pickle", pickled.FORMATS["pickle-oob"])):
            try:
                call([1], pickled.FORMATS["pickle-oob"], None)
            except errors.Unsupported as error:
                assert "Python 3.8" in str(error)
            else:
                raise AssertionError("it went well")
    finally:
        pickle.HIGHEST_PROTOCOL = highest
    assert (pickled.remark(pickled.FORMATS["pickle"]) is None) == (highest >= 5)


def test_out_of_band_buffers_lie_beside_the_pickle_and_aligned():
    if pickle.HIGHEST_PROTOCOL < 5:
        raise unittest.SkipTest("before Python 3.8 no pickle has buffers beside it")
    options = pickled.FORMATS["pickle-oob"]
    parts = [Buffer(b"x" * 1000), Buffer(b""), Buffer(b"y" * 64)]
    data = pickled.dump(parts, options, None)
    lengths = json.loads(data.partition(b"\n")[0])["lengths"]
    assert lengths[1:] == [1000, 0, 64]
    assert data.index(b"x" * 1000) % 64 == 0 and len(data) % 64 == 0
    assert pickled.load(data, None, "pickle", options) == parts


def archive(types_):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("schema.json", json.dumps({"protocol": 2, "types": types_}))
    return buffer.getvalue()


class Skops:
    """Stands in for skops.io within a test."""

    def __init__(self, booleans):
        self.module = types.ModuleType("skops.io")
        self.module.get_untrusted_types = lambda data: json.loads(
            zipfile.ZipFile(io.BytesIO(data)).read("schema.json")
        )["types"]
        self.module.loads = self.loads
        self.booleans = booleans
        self.trusted = []

    def loads(self, data, trusted):
        if trusted is True and not self.booleans:
            raise TypeError("trusted must be a list of strings")
        self.trusted.append(trusted)
        return "model"

    def __enter__(self):
        parent = types.ModuleType("skops")
        parent.io = self.module
        sys.modules.update({"skops": parent, "skops.io": self.module})
        return self

    def __exit__(self, *_):
        del sys.modules["skops"], sys.modules["skops.io"]


def read(data, trusted_types, reader="skops"):
    return skops_archives.load(data, None, reader, {"trusted_types": trusted_types})


def refused(*given):
    try:
        read(*given)
    except errors.Refused as reason:
        return str(reason)
    raise AssertionError("nothing was refused")


def test_types_that_nobody_lists_are_refused_by_name_and_nothing_is_loaded():
    data = archive(["sklearn.a.B", "os.system", "mine.Model"])
    with Skops(booleans=True) as skops:
        message = refused(data, ["sklearn.*"])
        assert "os.system, mine.Model" in message or "mine.Model, os.system" in message
        assert "sklearn.a.B" not in message
        refused(data, ["sklearn.*"], "skops-trusted-true")
        assert skops.trusted == []


def test_types_that_are_listed_are_named_to_skops_and_no_more():
    with Skops(booleans=True) as skops:
        assert read(archive(["sklearn.a.B"]), ["sklearn.*", "mine.*"]) == "model"
        assert skops.trusted == [["sklearn.a.B"]]


def test_a_boolean_is_what_current_skops_refuses():
    with Skops(booleans=False):
        assert refused(archive([]), [], "skops-trusted-true").startswith("trusted=True: trusted must be a list")
    with Skops(booleans=True) as skops:
        assert read(archive([]), [], "skops-trusted-true") == "model"
        assert skops.trusted == [True]


def test_the_types_are_recorded():
    with Skops(booleans=True):
        facts = skops_archives.facts(archive(["b", "a"]))
    assert facts == {"untrusted_types": ["a", "b"], "skops_protocol": 2}


def test_a_pattern_means_classes_that_are_really_of_that_name():
    with Skops(booleans=True) as skops:
        assert read(archive(["json.decoder.JSONDecoder"]), ["json.*"]) == "model"
        for name in ("json.loads", "json.JSONDecoder", "json.decoder.scanner"):  # a function, another's class, a module
            assert name in refused(archive([name]), ["json.*"])
        assert read(archive(["json.loads"]), ["json.loads"]) == "model"
        assert read(archive(["json.gone.Class"]), ["json.*"]) == "model"  # skops will say that it is not there
        assert skops.trusted == [["json.decoder.JSONDecoder"], ["json.loads"], ["json.gone.Class"]]


def test_a_format_that_cannot_be_imported_is_named_with_its_reason_and_the_others_are_there():
    modules, broken = facts.formats(["guest.formats.pickled", "no_such_format"])
    assert [module.__name__ for module in modules] == ["guest.formats.pickled"]
    assert broken == {"no_such_format": "ModuleNotFoundError: No module named 'no_such_format'"}
    assert facts.abilities(modules, broken)["broken"] == broken
    assert facts.formats([]) == (formats.modules(), {})
