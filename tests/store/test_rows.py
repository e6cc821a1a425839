"""A line of the journal is a row, or the end of what can be believed."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.store import rows
from harness.store.journal import Journal

GOOD = {
    "environment": {"environment": "new", "status": "ok", "reason": None},
    "fit": {"fitted_sha256": "f", "inputs_sha256": "i", "methods": [], "outputs": {}},
    "artifact": {"artifact_id": "new/a/pickle", "status": "dump-error", "reason": "no"},
    "cell": {"cell_id": "new/a/pickle>new/pickle", "status": "drift", "reason": "other"},
    "measurement": {"cell_id": "new/a/pickle>new/pickle", "samples": [], "missing": {}},
}


def line(kind: object, **row: object) -> bytes:
    return json.dumps({"kind": kind, **row}).encode() + b"\n"


@pytest.mark.parametrize("kind", GOOD)
def test_a_row_of_each_kind(kind) -> None:
    row = GOOD[kind]
    assert rows.parse(line(kind, **row)) == (kind, row)
    assert rows.row_key(kind, row) in row.values()


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[1]\n",
        b'{"kind": "cell"',
        line("cell", **GOOD["cell"])[:-1],
        line("cell", **{**GOOD["cell"], "status": "dump-error"}),
        line("cell", **{**GOOD["cell"], "status": ["ok"]}),
        line("cell", **{**GOOD["cell"], "cell_id": 7}),
        line("artifact", **GOOD["cell"]),
        line("artifact", **{**GOOD["artifact"], "status": "drift"}),
        line("environment", environment="new", status="crash"),
        line("environment", environment="new"),
        line("fits", **GOOD["fit"]),
        line(["fit"], **GOOD["fit"]),
        line(None, **GOOD["fit"]),
        b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_row(wrong) -> None:
    assert rows.parse(wrong) is None


def test_what_was_written_is_what_is_ok(tmp_path) -> None:
    row = {**GOOD["artifact"], "status": "ok", "sha256": "a", "size_bytes": 1, "fitted_sha256": "f"}
    with contextlib.closing(Journal(tmp_path / "journal.jsonl")) as journal:
        assert journal.written("new/a/pickle") is None
        journal.add("artifact", GOOD["artifact"])
        assert journal.written("new/a/pickle") is None
        journal.add("artifact", row)
        assert journal.written("new/a/pickle") == row


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["ok", *GOOD]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "status", "cell_id", "artifact_id", "environment"]), inner, max_size=5
        )
    ),
)


@given(st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode())))
def test_a_line_of_anything_is_a_row_or_none(content) -> None:
    entry = rows.parse(content + b"\n")
    assert entry is None or rows.row_key(*entry) is not None
