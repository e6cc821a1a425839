"""The format portable: what it refuses to read, and, where scikit-learn is, that models come back as they were."""

import io
import json
import os
import sys
import tempfile
import unittest
import zipfile

from guest import errors
from guest.formats import portable_archives
from guest.portable import archives, building, names

RELEASES = {"numpy": "1.0", "python": "3.6", "scipy": "1.0", "sklearn": "1.0"}


def optional(name):
    try:
        __import__(name)
    except ImportError:
        raise unittest.SkipTest("no %s here" % name) from None
    return sys.modules[name]


def document(value, objects=()):
    """A document as the format writes it, of any content."""
    return {"format": "portable", "version": 1, "written_with": RELEASES, "value": value, "objects": list(objects)}


def archive(content, members=(), compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        file.writestr("portable.json", content if isinstance(content, str) else json.dumps(content))
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


def refusal(data):
    """Why a file is refused. That anything else comes of it is a failure."""
    before = set(sys.modules)
    try:
        portable_archives.load(data, None, "portable", {})
    except errors.Refused as reason:
        assert "subprocess" in before or "subprocess" not in sys.modules
        return str(reason)
    raise AssertionError("it was not refused")


def test_what_is_no_archive_of_the_format_is_refused():
    good = document(None)
    assert "no zip archive" in refusal(b"")
    assert "no zip archive" in refusal(b"\x80\x04N.")
    assert "no zip archive" in refusal(archive(good)[:-30])
    assert "no JSON" in refusal(archive("{"))
    assert "no JSON" in refusal(archive('{"format": NaN}'))
    assert "says of no format" in refusal(archive([]))
    assert "version 2" in refusal(archive(dict(good, version=2)))
    assert "version True" in refusal(archive(dict(good, version=True)))
    assert "which releases" in refusal(archive(dict(good, written_with={})))


def test_members_that_the_format_never_writes_are_refused():
    for name in ("../outside.npy", "/etc/passwd", "arrays/../portable.json", "arrays/1.npy", "arrays/00.npy", "x.pkl"):
        assert "its members are not" in refusal(archive(document(None), [(name, b"")])), name
    assert "compressed" in refusal(archive(document(["x"] * 10), compression=zipfile.ZIP_DEFLATED))


def test_members_that_lie_over_each_other_are_refused():
    data = archive(document(None), [("arrays/0.npy", b"x" * 1000)])
    entry = data.rindex(b"PK\x01\x02")
    larger = data[: entry + 20] + (10**6).to_bytes(4, "little") * 2 + data[entry + 28 :]
    assert "more bytes than the file has" in refusal(larger)


def test_deep_nesting_is_an_answer():
    node = '{"is": "list", "items": [' * 100000 + "]}" * 100000
    assert "no JSON" in refusal(archive('{"format": "portable", "version": 1, "value": %s}' % node))
    node = '{"is": "list", "items": [' * 300 + "]}" * 300
    assert "deeper" in refusal(archive('{"format": "portable", "version": 1, "value": %s}' % node))


def test_nothing_outside_of_scikit_learn_is_looked_up():
    for module, name in (
        ("os", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("sklearn.utils._testing", "check_output"),
        ("sklearn.externals._arff", "ArffDecoder"),
        ("sklearn.datasets._base", "load_files"),
        ("sklearn.tests.test_base", "MyEstimator"),
        ("sklearn.ensemble.tests.test_forest", "X"),
        ("sklearn.utils", "__import__.x"),
        ("sklearn.utils..os", "system"),
        ("sklearn", "os"),
        ("sklearnx.utils", "Bunch"),
        (None, "x"),
    ):
        try:
            names.find_class(module, name)
        except errors.Refused:
            continue
        raise AssertionError("%s.%s was looked up" % (module, name))


def test_an_object_of_another_class_is_refused_and_its_module_is_not_imported():
    entry = {"module": "subprocess", "class": "Popen", "parameters": [], "state": {"args": "touch x"}}
    assert "outside of scikit-learn" in refusal(archive(document({"is": "object", "number": 0}, [entry])))
    assert "no object" in refusal(archive(document({"is": "object", "number": 1}, [entry])))
    assert "no object" in refusal(archive(document({"is": "object", "number": -1}, [entry])))


def test_nodes_that_are_none_are_refused():
    for node in (
        [1],
        {"is": "pickle", "value": "gASVIQ=="},
        {"is": "list"},
        {"is": "float", "value": "1e999"},
        {"is": "bytes", "value": "zz"},
        {"is": "dict", "items": [[{"is": "list", "items": []}, 1]]},
        {},
    ):
        refusal(archive(document(node)))


def test_functions_and_types_are_of_a_short_list():
    numpy = optional("numpy")
    assert names.find_function("numpy:log1p") is numpy.log1p
    assert names.find_function("numpy:mean") is numpy.mean
    assert names.name_of_function(numpy.log1p) == "numpy:log1p"
    assert names.name_of_function(print) is None and names.name_of_function(os.system) is None
    for name in (
        "os:system", "builtins:eval", "numpy:load", "numpy:fromfile", "numpy:memmap", "numpy:save", "numpy:__import__",
        "sklearn.datasets:load_files", "sklearn.utils.validation:check_memory", "joblib:load", "numpy:vectorize",
        "sklearn.utils._testing:check_output", "", None, 5,
    ):  # fmt: skip
        try:
            names.find_function(name)
        except errors.Refused:
            continue
        raise AssertionError("%s was found" % name)
    for name in ("os.system", "numpy.memmap", "numpy.ndarray", "builtins.type", "subprocess.Popen", None):
        try:
            names.find_type(name)
        except errors.Refused:
            continue
        raise AssertionError("%s was found" % name)


def npy(header, content=b""):
    text = (header + " " * (-(len(header) + 11) % 64) + "\n").encode("latin-1")
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content


def test_arrays_that_are_no_numbers_or_claim_more_than_they_hold_are_refused():
    optional("numpy")
    node = {"is": "array", "number": 0}
    for member in (
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80\x04N."),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", b"12345678"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", b"12345678"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", b"12345678"),
        npy("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2,), }"),
        npy("(" * 9000),
        b"\x80\x04N.",
        b"",
    ):
        assert "no array" in refusal(archive(document(node), [("arrays/0.npy", member)])), member
    assert "no array 1" in refusal(archive(document({"is": "array", "number": 1}), [("arrays/0.npy", b"")]))


def test_arrays_go_round():
    numpy = optional("numpy")
    arrays = [numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), numpy.array(["a", "bc"]), numpy.array(5)]
    read = archives.Archive(archives.written(document(None), arrays))
    for number, array in enumerate(arrays):
        got = read.array(number)
        assert got.dtype == array.dtype and got.tolist() == array.tolist() and got.flags.f_contiguous
        assert read.array(number) is got


def taken_and_built(model):
    return portable_archives.load(portable_archives.dump(model, {}, None), None, "portable", {})


def test_models_come_back_as_they_were():
    numpy = optional("numpy")
    optional("sklearn")
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    X = numpy.random.RandomState(0).normal(size=(60, 4))
    y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
    for last in (RandomForestClassifier(5, random_state=0), KNeighborsClassifier(algorithm="kd_tree")):
        model = make_pipeline(FunctionTransformer(numpy.abs), StandardScaler(), last).fit(X, y)
        again = taken_and_built(model)
        assert type(again) is type(model) and [name for name, _ in again.steps] == [name for name, _ in model.steps]
        assert again.predict_proba(X).tolist() == model.predict_proba(X).tolist()
    assert taken_and_built({"model": model, "at": 0.5})["model"].predict(X).tolist() == model.predict(X).tolist()


def test_what_is_shared_stays_shared():
    optional("numpy")
    optional("sklearn")
    from sklearn.dummy import DummyClassifier

    one = DummyClassifier().fit([[0], [1]], [0, 1])
    again = taken_and_built([one, one])
    assert again[0] is again[1]


def test_code_of_ones_own_is_told_and_not_written():
    optional("numpy")
    optional("sklearn")
    from sklearn.preprocessing import FunctionTransformer

    for what, word in ((lambda X: X, "function"), (os.system, "function"), (io.BytesIO(), "BytesIO")):
        try:
            portable_archives.dump(FunctionTransformer(what), {}, None)
        except errors.Unsupported as reason:
            assert "FunctionTransformer.func" in str(reason) and word in str(reason)
        else:
            raise AssertionError("it was written")


def test_a_tree_that_leads_out_of_itself_is_refused():
    numpy = optional("numpy")
    optional("sklearn")
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier().fit(numpy.arange(20.0).reshape(10, 2), [0, 1] * 5)
    for name, place, wrong in (
        ("left_child", 0, 10**6),
        ("left_child", 0, 0),
        ("feature", 0, 7),
        ("right_child", 0, -5),
    ):
        from guest.portable.taking_out import taken_out

        content, arrays = taken_out(model)
        parts = dict(json_pairs(content["objects"][0]["state"]["tree_"]))
        number = dict(map(tuple, parts["nodes"]["items"]))[name]["number"]
        arrays[number] = arrays[number].copy()
        arrays[number][place] = wrong
        assert "leads out" in refusal(archives.written(content, arrays)), (name, wrong)


def json_pairs(node):
    return [(name, one) for name, one in node["parts"]]


def test_a_hostile_file_writes_nothing():
    """A folder for a cache, as a parameter, stays a word until the model's user fits it again."""
    optional("sklearn")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "cache")
        model = make_pipeline(StandardScaler(), memory=place).fit([[0.0], [1.0]])
        data = portable_archives.dump(model, {}, None)
        for found, _, files in os.walk(place, topdown=False):
            for file in files:
                os.remove(os.path.join(found, file))
            os.rmdir(found)
        content = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("portable.json").decode())
        content["written_with"]["sklearn"] = "0.1"
        arrays = [
            archives.Archive(data).array(number)
            for number in range(len(zipfile.ZipFile(io.BytesIO(data)).namelist()) - 1)
        ]
        portable_archives.load(archives.written(content, arrays), None, "portable", {})
        assert not os.path.exists(place)


def test_a_value_that_was_lost_is_told_by_its_class():
    assert building.Lost("x").what == "x"


def test_the_indicator_of_an_imputer_of_older_releases_tells_its_columns():
    np = optional("sklearn") and optional("numpy")
    from sklearn.impute import SimpleImputer

    holes = np.array([[1.0, np.nan], [2.0, 3.0], [4.0, 5.0]])
    model = SimpleImputer(add_indicator=True).fit(holes)
    if "n_features_in_" not in vars(model.indicator_):
        raise unittest.SkipTest("this release keeps no such attribute")
    expected = list(model.get_feature_names_out())
    del model.indicator_.n_features_in_  # as 1.2 left it
    data = portable_archives.dump(model, {}, None)
    loaded = portable_archives.load(data, None, "portable", {})
    assert list(loaded.get_feature_names_out()) == expected
