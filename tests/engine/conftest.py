from __future__ import annotations

from pathlib import Path

import pytest

from harness import store

from tests.engine.made import TURNS, base_in, begun, merged, shard


@pytest.fixture(scope="module")
def unsplit(tmp_path_factory) -> store.RunTables:
    folder = tmp_path_factory.mktemp("unsplit")
    base = begun(folder)
    # The same id for all: an unsplit run is a single shard.
    return merged(folder / "whole", shard(base, folder / "one" / base.name, *TURNS))


@pytest.fixture
def base(tmp_path, unsplit) -> Path:
    return base_in(tmp_path, unsplit)
