"""What a file is, by its content; what other kinds of files tell."""

from __future__ import annotations

import pickle
import struct

import pytest

from harness.errors import InputError
from harness.inspection import inspect, known_names, streams
from harness.inspection.lz4 import Lz4

from .made import PROTO, archive, call, dtype, global_, state, text, wrapped_array


@pytest.fixture
def written(tmp_path):
    def write(content: bytes, name: str = "model"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def estimator(version: str | None = "1.2.2", **more: bytes) -> bytes:
    kept = {} if version is None else {"_sklearn_version": text(version)}
    kept = {"C": b"G" + struct.pack(">d", 0.5), "coef_": b"N", **more, **{k: v for k, v in kept.items()}}
    return global_("sklearn.svm._classes", "LinearSVC") + b")\x81" + state(kept) + b"b"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"PAR1", "Parquet"),
        (b'{"a": 1}', "JSON"),
        (b"<!doctype html><p>404", "web page"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"Hello, this is a text.", "first bytes"),
        (b"\xff\xd8\xff", "first bytes"),
    ],
)
def test_what_is_no_model_is_an_input_error_that_says_what_it_is(content, words, written) -> None:
    with pytest.raises(InputError, match=words):
        inspect(written(content, "model.pkl"))


def test_what_is_not_there_is_an_input_error(tmp_path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(InputError, match=str(path)):
            inspect(path)


def test_a_tree_has_paths_parameters_and_every_version(written) -> None:
    both = b"}(" + text("model") + estimator() + text("more") + b"](" + estimator("0.24.2") + b"K\x07eu"
    found = inspect(written(PROTO + both + b"."))
    assert [(one.path, one.version) for one in found.estimators] == [("['model']", "1.2.2"), ("['more'][0]", "0.24.2")]
    assert found.estimators[0].parameters == (("C", "0.5"),)
    assert {one.version: one.where for one in found.evidence if one.package == "scikit-learn"} == {
        "1.2.2": ("['model']",),
        "0.24.2": ("['more'][0]",),
    }


def test_what_set_output_was_told_is_told(written) -> None:
    """Models that give frames break where others of their class do not."""
    told = estimator(_sklearn_output_config=state({"transform": text("pandas")}))
    for kept, output in ((told, "pandas"), (estimator(), ""), (estimator(_sklearn_output_config=b"N"), "")):
        found = inspect(written(PROTO + kept + b"."))
        assert found.content is not None
        assert found.content.output == output


def test_where_no_version_is_kept_modules_date_it(written) -> None:
    found = inspect(written(PROTO + estimator(None) + b"."))
    assert next(one.version for one in found.evidence if one.package == "scikit-learn") == ">=0.22"
    old = global_("sklearn.ensemble.forest", "RandomForestClassifier") + b")\x81" + state({"classes_": b"N"}) + b"b."
    found = inspect(written(b"\x80\x02" + old))
    assert next(one.version for one in found.evidence if one.package == "scikit-learn") == "<0.18"


def test_python_2_is_told_by_its_texts(written) -> None:
    found = inspect(written(b"\x80\x02}U\x01aK\x01s."))
    assert [(one.package, one.version) for one in found.evidence] == [("python", "2")]


def test_names_of_python_2_are_those_of_python_3(written) -> None:
    assert inspect(written(b"\x80\x02c__builtin__\nset\n]\x85R.")).calls.outside == ()


def test_own_classes_and_unknown_modules_are_told_apart_from_known_packages(written) -> None:
    names = global_("__main__", "Mine") + global_("churn.models", "Model") + global_("imblearn.pipeline", "Pipeline")
    found = inspect(written(PROTO + b"](" + names + b"e."))
    assert found.own == ("__main__.Mine", "churn.models.Model")
    assert {need.module: need.package for need in found.needs} == {
        "__main__": None,
        "churn": None,
        "imblearn": "imbalanced-learn",
    }


def test_the_short_name_of_its_compiled_losses_is_scikit_learns_own(written) -> None:
    found = inspect(written(PROTO + estimator("1.8.0") + global_("_loss", "CyHalfBinomialLoss") + b"\x86."))
    assert found.own == ()
    assert {need.module: need.package for need in found.needs} == {"sklearn": "scikit-learn"}


def test_arrays_tell_their_sizes_and_whether_they_can_be_mapped(written) -> None:
    array = wrapped_array(b"\0" * 80_000, "f8", (100, 100), padding=b"\x03\xff\xff\xff")
    found = inspect(written(PROTO + b"}" + text("X") + array + b"s."))
    assert found.can_map is True
    assert (found.large[0].path, found.large[0].size, found.large[0].detail) == ("['X']", 80_000, "float64 (100, 100)")
    assert next(one.version for one in found.evidence if one.package == "joblib") == ">=1.2"
    found = inspect(written(PROTO + wrapped_array(b"\0" * 8, "f8", (1,), padding=None) + b"."))
    assert found.can_map is False
    assert next(one.version for one in found.evidence if one.package == "joblib") == ">=0.10,<1.2"


def test_arrays_in_files_beside_it_are_looked_for(written, tmp_path) -> None:
    stand_in = (
        global_("joblib.numpy_pickle", "NDArrayWrapper") + b")\x81}" + text("filename") + text("m_01.npy") + b"sb."
    )
    path = written(PROTO + stand_in)
    assert any("not there" in note for note in inspect(path).notes)
    written(b"\x93NUMPY", "m_01.npy")
    found = inspect(path)
    assert not any("not there" in note for note in found.notes)
    assert next(one.version for one in found.evidence if one.package == "joblib") == "<0.10"


def test_joblib_s_own_compression_of_old_is_read(written) -> None:
    import zlib

    content = PROTO + estimator() + b"."
    found = inspect(written(b"ZF" + hex(len(content)).ljust(19).encode() + zlib.compress(content)))
    assert (found.wrapping, found.sklearn_versions) == (("joblib's zlib",), ("1.2.2",))


def test_lz4_frames_are_read() -> None:
    block = b"\x3fabc\x03\x00\x05" + b"\x50defgh"  # abc, then 24 bytes that repeat it, then five more
    frame = b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", len(block)) + block + b"\0\0\0\0"
    reader = Lz4()
    assert reader.decompress(frame) == b"abc" * 9 + b"defgh"
    reader.decompress(b"")
    assert reader.eof
    plain = struct.pack("<I", 9 | 1 << 31) + b"123456789"
    reader, found = Lz4(), b""
    found += reader.decompress(b"\x04\x22\x4d\x18\x60\x40\x82" + 3 * plain + b"\0\0\0\0", 4)
    while not reader.eof and not reader.needs_input:  # it took all in at once, and gives it piece by piece
        found += reader.decompress(b"", 4)
    assert reader.eof and found == 3 * b"123456789"
    with pytest.raises(ValueError, match="before its beginning"):
        Lz4().decompress(b"\x04\x22\x4d\x18\x60\x40\x82\x05\0\0\0\x10a\xff\x00\0")
    with pytest.raises(ValueError, match="too early"):
        Lz4().decompress(b"\x04\x22\x4d\x18\x60\x40\x82\x02\0\0\0\xf0\xff")


def test_onnx_tells_producer_opsets_inputs_and_operators(written) -> None:
    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    tensor = field(1, b"\x08\x01")
    graph = field(1, field(1, b"X") + field(4, b"Scaler")) + field(11, field(1, b"X") + field(2, tensor))
    model = (
        b"\x08\x08"
        + field(2, b"skl2onnx")
        + field(3, b"1.16.0")
        + field(7, graph)
        + field(8, field(1, b"ai.onnx.ml") + b"\x10\x03")
    )
    found = inspect(written(model))
    assert (found.format, found.trouble) == ("onnx", None)
    assert (found.evidence[0].package, found.evidence[0].version) == ("skl2onnx", "1.16.0")
    told = dict(found.content.parameters)
    assert (told["inputs"], told["operators"], told["opsets"]) == ("X float", "Scaler 1", "ai.onnx.ml 3")
    assert inspect(written(model[:30])).trouble is not None


def test_pmml_tells_what_stands_before_its_model(written) -> None:
    header = '<Header><Application name="SkLearn2PMML package" version="0.111.1"/></Header>'
    fields = '<DataDictionary><DataField name="x1"/><DataField name="x2"/></DataDictionary>'
    found = inspect(written(f'<?xml version="1.0"?><PMML version="4.4">{header}{fields}<TreeModel><'.encode()))
    assert (found.format, found.trouble, found.content.name) == ("pmml", None, "PMML.TreeModel")
    assert (found.evidence[0].package, found.evidence[0].version) == ("sklearn2pmml", "0.111.1")
    assert found.content.feature_names == ("x1", "x2")


def test_boosters_tell_what_their_own_files_keep(written) -> None:
    json = b'{"learner":{"feature_names":["a","b"],"objective":{"name":"reg:squarederror"}},"version":[2,1,3]}'
    found = inspect(written(json, "model.json"))
    assert (found.format, found.evidence[0].version, found.content.feature_names) == ("xgboost", "2.1.3", ("a", "b"))
    binary = b"{L\0\0\0\0\0\0\0\x07learner{}L\0\0\0\0\0\0\0\x07version[#L\0\0\0\0\0\0\0\x03i\x03i\x04i\x01}"
    assert inspect(written(binary)).evidence[0].version == "3.4.1"
    found = inspect(
        written(b"tree\nversion=v4\nnum_class=1\nobjective=binary sigmoid:1\nfeature_names=a b c\n\nTree=0\n")
    )
    assert (found.format, found.content.features) == ("lightgbm", 3)
    found = inspect(written(b"CBM1" + b"\0" * 60 + b"Summary: CatBoost release 1.2.10. commit"))
    assert (found.format, found.evidence[0].version) == ("catboost", "1.2.10")


def test_an_mlflow_folder_tells_its_pins_and_the_model_within(written, tmp_path) -> None:
    written(PROTO + estimator() + b".", "model.pkl")
    said = "flavors:\n  sklearn:\n    pickled_model: model.pkl\n    sklearn_version: 1.2.2\nmlflow_version: 2.9.0\n"
    written(said.encode(), "MLmodel")
    written(b"numpy==1.24.4\nscipy>=1\n--index-url http://x\nq @ http://x\n", "requirements.txt")
    found = inspect(tmp_path)
    assert (found.format, found.sklearn_versions) == ("mlflow", ("1.2.2",))
    told = {one.package: one.version for one in found.evidence}
    assert (told["numpy"], told["mlflow"]) == ("1.24.4", "2.9.0")
    assert not {"scipy", "q"} & told.keys()


def test_an_archive_without_a_model_is_told_what_it_holds(written) -> None:
    assert "'notes.txt'" in inspect(written(archive({"notes.txt": b"hello"}))).trouble.what


def test_an_archive_that_lost_bytes_before_its_directory_is_damaged(written) -> None:
    content = archive({"schema.json": b"{}" * 50, "a.npy": bytes(range(200))})
    for start in range(4, 200, 7):
        for length in (1, 20, 60):
            assert inspect(written(content[:start] + content[start + length :])).trouble is not None


def test_a_frame_that_is_longer_than_the_file_is_damage_as_pickle_says(written) -> None:
    whole = pickle.dumps({"a": 1}, 4)
    longer = whole[:3] + struct.pack("<Q", len(whole) + 500) + whole[11:]
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(longer)
    assert inspect(written(whole)).trouble is None
    assert "a frame is longer than what follows it" in inspect(written(longer)).trouble.what


def test_the_list_of_known_names_is_small_and_says_which_releases_it_knows(written) -> None:
    assert {"0.24.2", "1.2.2", "1.5.2", "1.9.1"} <= set(known_names.releases())
    assert "numpy.core.multiarray._reconstruct" in known_names.known()["1.2.2"]["pickle"]
    assert "numpy._core.multiarray._reconstruct" not in known_names.known()["1.2.2"]["pickle"]
    assert not any(
        name.startswith(("posix", "os.", "subprocess"))
        for one in known_names.known().values()
        for names in one.values()
        for name in names
    )
    path = known_names.resources.files("harness.inspection").joinpath(known_names.FILE)
    assert len(path.read_bytes()) <= 200_000
    found = inspect(written(PROTO + estimator("0.20.3") + b"."))
    assert not found.calls.is_of_writer
    assert found.calls.compared == known_names.releases()


def test_a_dtype_of_several_fields_has_their_size(written) -> None:
    fields = b"(K\x03" + text("|") + b"N" + b"(" + text("a") + text("b") + b"t" + b"}" + b"K\x10K\x01K\x10t"
    code = dtype("V16") + fields + b"b"
    stand_in = global_("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81"
    whole = stand_in + state({"shape": b"K\x03\x85", "dtype": code, "order": text("C"), "allow_mmap": b"\x88"}) + b"b"
    found = inspect(written(PROTO + whole + b"\1" * 48 + b"."))
    assert found.trouble is None
    assert found.large[0].size == 48


def test_a_window_reads_across_its_edges(tmp_path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(256)) * 4_000)
    with path.open("rb") as file:
        window = streams.Window(streams.FileSource(file))
        window.skip(255)
        assert window.take(2) == b"\xff\0"
        window.skip(600_000)
        assert window.offset == 600_257
        assert window.take(1) == bytes([600_257 % 256])


def test_calls_are_named_before_what_is_only_named(written) -> None:
    found = inspect(written(PROTO + b"](" + global_("shutil", "rmtree") + call("os", "remove") + b"e."))
    assert [(one.name, one.called) for one in found.calls.outside] == [("os.remove", True), ("shutil.rmtree", False)]


@pytest.mark.parametrize(
    ("version", "is_one"),
    [("1.2.2", True), ("1.10.dev0", True), ("1.6.0rc1", True), ("1.2.2 --index-url=x", False), ("https://x", False)],
)
def test_what_is_no_version_is_none(version, is_one, written) -> None:
    found = inspect(written(PROTO + estimator(version) + b"."))
    assert [one.class_name for one in found.estimators] == ["LinearSVC"]
    assert found.sklearn_versions == ((version,) if is_one else ())
