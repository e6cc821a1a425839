"""Files that real environments wrote: each is read to its last byte, with the right versions."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import InputError
from harness.inspection import inspect

FILES = sorted((Path(__file__).parent / "files").glob("sk*"))
RELEASES = {"sk0.24": "0.24.2", "sk1.2": "1.2.2", "sk1.5": "1.5.2", "sk1.9": "1.9.1"}
CLASSES = {
    "standard_scaler": {"StandardScaler"},
    "column_transformer": {"ColumnTransformer", "Pipeline", "OneHotEncoder", "StandardScaler"},
    "function_transformer_lambda": {"Pipeline", "FunctionTransformer"},
}


def parts(path: Path) -> tuple[str, str, str, str]:
    """scikit-learn, NumPy's major release, case and format of a file, by its name."""
    found = re.match(r"(sk[\d.]+)-py[\d.]+-np(\d)\.\d+\.(\w+)\.([\w-]+)$", path.name)
    return RELEASES[found[1]], found[2], found[3], found[4]


def test_there_are_files_of_every_kind() -> None:
    formats = {parts(path)[3] for path in FILES}
    assert formats == {"pickle", "pickle-4", "joblib", "joblib-zlib", "cloudpickle", "skops"}
    assert {parts(path)[0] for path in FILES} == set(RELEASES.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_is_read_to_its_end_with_the_right_versions(path) -> None:
    release, numpy, case, format_name = parts(path)
    found = inspect(path)
    assert found.trouble is None
    assert found.sklearn_versions == (release,)
    assert CLASSES[case] <= {one.class_name for one in found.estimators}
    told = {one.version for one in found.evidence if one.package == "numpy"}
    assert told <= {f"{numpy}.x", "not told"}
    if "skops" not in format_name and "joblib" not in format_name and case != "function_transformer_lambda":
        assert told == {f"{numpy}.x"}
    assert not found.calls.outside
    assert found.calls.compared == (release,)
    if format_name != "skops":
        assert found.unpacked >= found.size or found.wrapping
        assert found.format == {"joblib-zlib": "joblib", "pickle-4": "pickle"}.get(format_name, format_name) or (
            found.format == "pickle"  # cloudpickle writes what pickle does where nothing is by value
        )


def test_python_is_told_by_the_bytecode_that_cloudpickle_writes() -> None:
    for path in (one for one in FILES if one.name.endswith("lambda.cloudpickle")):
        version = next(one.version for one in inspect(path).evidence if one.package == "python")
        minor = re.search(r"-py([\d.]+)-", path.name)[1]
        assert minor in version.split(" "), (path.name, version)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bz2", "xz"])
def test_compression_around_a_file_changes_nothing_but_its_wrapping(pack, tmp_path) -> None:
    for path in (one for one in FILES if "column_transformer" in one.name):
        plain = inspect(path)
        packed = tmp_path / "renamed.txt"
        packed.write_bytes(pack(path.read_bytes()))
        found = inspect(packed)
        assert found.wrapping[: len(found.wrapping) - len(plain.wrapping)]
        assert (found.content, found.evidence, found.format) == (plain.content, plain.evidence, plain.format)


def test_what_an_inspection_says_is_data() -> None:
    found = inspect(FILES[0])
    assert json.loads(json.dumps(found.as_data()))["format"] == found.format
    frame = found.to_frame()
    assert len(frame) == len(found.estimators)
    assert {*frame["version"]} == {*found.sklearn_versions}


def test_a_truncated_file_is_damaged_where_it_ends_and_what_was_read_is_told(tmp_path) -> None:
    path = next(one for one in FILES if one.name == "sk1.2-py3.11-np1.24.column_transformer.joblib")
    content = path.read_bytes()
    short = tmp_path / "short"
    short.write_bytes(content[:-40])
    found = inspect(short)
    assert str(found.trouble.kind) == "damaged"
    assert 0 < found.trouble.offset <= len(content)
    assert found.sklearn_versions == ("1.2.2",)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_no_change_of_a_file_raises_anything_but_an_input_error(data, tmp_path) -> None:
    content = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        how = data.draw(st.sampled_from(["change", "remove", "repeat", "insert"]))
        if how == "change":
            content[place] = data.draw(st.integers(0, 255))
        elif how == "remove":
            del content[place : place + data.draw(st.integers(1, 20))]
        elif how == "repeat":
            content[place:place] = content[place : place + data.draw(st.integers(1, 200))]
        else:
            content[place:place] = data.draw(st.binary(min_size=1, max_size=9))
        content = content or bytearray(b".")
    path = tmp_path / "changed"
    path.write_bytes(content)
    try:
        found = inspect(path)
    except InputError as error:
        assert str(path) in str(error)
    else:
        json.dumps(found.as_data())
