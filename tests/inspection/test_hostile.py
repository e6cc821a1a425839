"""Files that would do harm: each call is named, or the file is damaged or too large. Nothing of them is run."""

from __future__ import annotations

import gzip
import json
import lzma
import pickle
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.inspection import Limits, inspect
from harness.inspection.result import Damage

from .made import PROTO, archive, call, deflated, gadget, global_, text, wrapped_array

ROOT = Path(__file__).resolve().parents[2]
MOST_MEMORY = 200 << 20
MOST_SECONDS = 20  # of processor time, on any machine; on an idle one none takes two


def nested(inner: bytes) -> bytes:
    """A joblib file with an array of objects whose own pickle is this."""
    return PROTO + wrapped_array(inner, "O8", (1,), padding=None) + b"."


CALLING = {
    "plain": gadget(),
    "protocol 0": b"cposix\nsystem\n(S'touch touched'\ntR.",
    "INST": b"(S'touch touched'\niposix\nsystem\n.",
    "OBJ": b"(cposix\nsystem\nS'touch touched'\no.",
    "zlib": zlib.compress(gadget()),
    "gzip in gzip": gzip.compress(gzip.compress(gadget())),
    "lzma": lzma.compress(gadget(), format=lzma.FORMAT_ALONE),
    "joblib": PROTO + wrapped_array(b"\0" * 16, "f8", (2,)) + b"0" + gadget()[2:],
    "an array of objects": nested(gadget()),
    "an array of objects in zlib": zlib.compress(nested(gadget())),
    "a member of an archive": archive({"data.pkl": gadget()}),
    "a second pickle": PROTO + b"N." + gadget(),
    "STOP too early": PROTO + call("posix", "system", "x")[:-1] + b"R\xff",
    "damaged after the call": gadget()[:-1],
    "through the memo": PROTO + text("system") + b"\x940" + text("posix") + b"h\0\x93" + text("x") + b"\x85R.",
    "BUILD of a class": PROTO + call("posix", "system", "x") + b"}b.",
}


@pytest.mark.parametrize("content", CALLING.values(), ids=CALLING.keys())
def test_a_call_is_named_wherever_it_is(content, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model"
    path.write_bytes(content)
    found = inspect(path)
    assert [(one.name, one.called) for one in found.calls.outside if one.name.startswith(("posix", "os"))] == [
        ("posix.system", True)
    ]
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"], "something was run"


def test_what_a_call_returned_and_is_called_again_is_named(tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes(PROTO + global_("builtins", "getattr") + global_("os", "path") + text("join") + b"\x86R)R.")
    names = [one.name for one in inspect(path).calls.outside]
    assert "builtins.getattr(os.path, 'join')" in names
    assert "builtins.getattr(os.path, 'join')(...)" in names


def test_what_copyreg_keeps_is_named_by_its_code(tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes(PROTO + b"\x82\x05)R.")
    assert [one.name for one in inspect(path).calls.outside] == ["copyreg.extension 5"]


class Canary:
    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("touched", "w"))


def test_a_real_pickle_that_opens_a_file_opens_none(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.pkl").write_bytes(pickle.dumps({"model": [Canary()]}))
    found = inspect("model.pkl")
    assert [one.name for one in found.calls.outside] == [f"{open.__module__}.open"]
    assert not Path("touched").exists()


LAUGHS = PROTO + b"]\x94" + b"".join(b"](h%ch%ce\x94" % (i, i) for i in range(100)) + b"."
BOMBS = {
    "opcodes": deflated([b"N" * 1_000_000] * 6),
    "dicts": deflated([b"}" * 1_000_000] * 3),
    "marks": deflated([b"(" * 1_000_000] * 2),
    "tuples in tuples": deflated([PROTO + b")"] + [b"\x85" * 1_000_000] * 2),
    "memo": deflated([PROTO + b")"] + [b"\x94" * 1_000_000] * 6),
    "short texts": deflated([PROTO] + [(b"\x8c\xff" + b"a" * 255) * 4000] * 80),
    "long texts": deflated([PROTO] + [b"X" + struct.pack("<I", 1 << 19) + b"a" * (1 << 19)] * 120),
    "bytes": deflated([PROTO] + [b"B" + struct.pack("<I", 5_000) + b"a" * 5_000] * 40_000),
    "names": deflated([PROTO] + [b"cm%d\nn\n" % i for i in range(1_000_000)]),
    "calls": deflated([PROTO + b"ca\nb\n"] + [b")R" * 500_000] * 3),
    "items": deflated([PROTO + b"}("] + [b"NN" * 500_000] * 5),
    "a huge integer": PROTO + b"\x8b" + struct.pack("<I", 1 << 30) + b"\xff" * 100,
    "many digits": b"L" + b"9" * 1_000_000 + b"L\n.",
    "zeros": deflated([PROTO + b"B" + struct.pack("<I", 600_000_000)] + [b"\0" * 1_000_000] * 600),
    "zeros in zlib": zlib.compress(deflated([PROTO + b"B\xff\xff\xff\x7f"] + [b"\0" * 1_000_000] * 600)),
    "nested arrays": PROTO + b"".join(wrapped_array(b"", "O8", (1,), padding=None) + PROTO for _ in range(400)),
    "lists in JSON": archive({"schema.json": b"[" * 3_000_000}),
    "dicts in JSON": archive({"schema.json": b'{"a":[' + b"{}," * 3_000_000 + b"{}]}"}),
    "many members": archive({f"{number}.pkl": b"\x80\x04N." for number in range(12_000)}),
    "elements in elements": b'<PMML version="4">' + b"<a>" * 1_000_000,
    "an attribute": b'<PMML version="' + b"a" * 30_000_000 + b'">',
}
DAMAGED = {"entities": b'<?xml version="1.0"?><!DOCTYPE PMML [<!ENTITY a "b">]><PMML version="4.3">&a;</PMML>'}
PROGRAM = r"""
import json, re, sys, time
from harness.inspection import inspect
start = time.process_time()
found = inspect(sys.argv[1])
# Not ru_maxrss: that is at least what the process held that started this one.
peak = int(re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1]) * 1024
trouble = found.trouble and str(found.trouble.kind)
print(json.dumps({"trouble": trouble, "seconds": time.process_time() - start, "peak": peak}))
"""


def measured(path: Path) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", [*BOMBS, *DAMAGED])
def test_a_bomb_is_an_answer_in_little_memory(name, tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes({**BOMBS, **DAMAGED}[name])
    facts = measured(path)
    assert facts["trouble"] in ({"damaged"} if name in DAMAGED else {"too large", "damaged"})
    assert facts["peak"] < MOST_MEMORY
    assert facts["seconds"] < MOST_SECONDS


def test_lists_that_hold_each_other_twice_are_told_once(tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes(LAUGHS)
    assert inspect(path).trouble is None
    path.write_bytes(PROTO + b"]\x94h\0a.")  # a list that holds itself
    assert inspect(path).content.detail == "1 items"


def test_over_a_limit_is_too_large_and_a_higher_limit_reads_it(tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes(PROTO + b"(" + b"K\x01" * 5_000 + b"l.")
    small = inspect(path, Limits(opcodes=1_000))
    assert (small.trouble.kind, small.trouble.limit) == (Damage.TOO_LARGE, "opcodes")
    assert inspect(path, Limits().having(("opcodes=10k",))).trouble is None


@pytest.mark.parametrize("words", ["opcode=5", "opcodes=", "opcodes=-1", "opcodes=many", "=", "opcodes"])
def test_a_wrong_limit_is_refused(words) -> None:
    with pytest.raises(InputError, match="--limit"):
        Limits().having((words,))


def test_an_array_where_joblib_would_not_look_is_damage(tmp_path) -> None:
    path = tmp_path / "model"
    inside = wrapped_array(b"\0" * 8, "f8", (1,))
    path.write_bytes(PROTO + b"\x95" + struct.pack("<Q", len(inside)) + inside + b".")
    assert "frame" in inspect(path).trouble.what
    path.write_bytes(PROTO + wrapped_array(b"\0" * 8, "f8", (1,), padding=b"c") + b".")
    assert "padding" in inspect(path).trouble.what


def test_files_in_other_folders_are_not_looked_at(tmp_path) -> None:
    (tmp_path / "folder").mkdir()
    stand_in = (
        global_("joblib.numpy_pickle", "NDArrayWrapper") + b")\x81}" + text("filename") + text("../secret") + b"sb."
    )
    path = tmp_path / "folder/model"
    path.write_bytes(PROTO + stand_in)
    assert any("another folder" in note for note in inspect(path).notes)
    (tmp_path / "folder/MLmodel").write_text("flavors:\n  sklearn:\n    pickled_model: ../model\n")
    with pytest.raises(InputError, match="outside its folder"):
        inspect(tmp_path / "folder")
