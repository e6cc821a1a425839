"""The store of artifacts: whole or not there, and checked when it is read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.engine.cluster.objects import DamagedError, ObjectStore
from harness.errors import MachineError

from tests import buckets

DATA = b"a model"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    made = ObjectStore(str(tmp_path / "store"))
    (tmp_path / "own").write_bytes(DATA)
    made.ensure(DIGEST, tmp_path / "own")
    return made


def test_what_is_stored_comes_back(store: ObjectStore, tmp_path: Path) -> None:
    store.fetch(DIGEST, tmp_path / "cache" / "one")
    assert (tmp_path / "cache" / "one").read_bytes() == DATA
    # Nothing is left beside it, here or there.
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["one"]
    assert [path.name for path in (tmp_path / "store").glob("*/*")] == [DIGEST]


def test_a_bucket_gives_back_what_it_was_given(bucket: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "own").write_bytes(DATA)
    made = ObjectStore(f"s3://{buckets.NAME}/{tmp_path.name}")
    with pytest.raises(DamagedError, match="is not in s3://"):
        made.fetch(DIGEST, tmp_path / "one")
    made.ensure(DIGEST, tmp_path / "own")
    made.fetch(DIGEST, tmp_path / "one")
    assert (tmp_path / "one").read_bytes() == DATA
    (tmp_path / "own").write_bytes(b"another")
    made.put(DIGEST, tmp_path / "own")
    with pytest.raises(DamagedError, match="sha256 differs"):
        ObjectStore(made.url).fetch(DIGEST, tmp_path / "two")


def test_damage_is_noticed_and_not_kept(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "store" / DIGEST[:2] / DIGEST).write_bytes(b"another")
    with pytest.raises(DamagedError, match="sha256 differs"):
        store.fetch(DIGEST, tmp_path / "one")
    assert not (tmp_path / "one").exists()
    store.fetch(DIGEST, tmp_path / "one", checked=False)  # for a guest that is to refuse it
    assert (tmp_path / "one").read_bytes() == b"another"


def test_what_is_not_there_is_damaged(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="is not in"):
        store.fetch("0" * 64, tmp_path / "one")


def test_it_is_stored_once_and_again_where_it_must_be(store: ObjectStore, tmp_path: Path) -> None:
    place = tmp_path / "store" / DIGEST[:2] / DIGEST
    place.write_bytes(b"another")
    store.ensure(DIGEST, tmp_path / "own")
    assert place.read_bytes() == b"another"
    store.put(DIGEST, tmp_path / "own")
    assert place.read_bytes() == DATA


def test_an_address_that_nothing_serves_is_told() -> None:
    with pytest.raises(MachineError, match="give --store a folder or an fsspec URL"):
        ObjectStore("nowhere://bucket/run")
