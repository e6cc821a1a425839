"""What a worker has at hand: no more than its limit, but all that a share needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.engine.cluster.brought import Brought


@pytest.fixture
def brought(tmp_path: Path) -> Brought:
    return Brought(
        place=lambda digest: tmp_path / digest, fetch=lambda digest, path, checked: path.write_bytes(b"x" * 10) and None,
        most_bytes=25,
    )  # fmt: skip


def here(brought: Brought) -> list[str]:
    return sorted(path.name for path in brought.place("a").parent.iterdir())


def test_what_was_used_longest_ago_goes_when_a_share_has_ended(brought: Brought) -> None:
    with brought.share() as bring:
        for name in "abcd":
            assert bring(name).read_bytes() == b"x" * 10
        assert here(brought) == ["a", "b", "c", "d"]  # it needs them all
    assert here(brought) == ["c", "d"]
    with brought.share() as bring:
        bring("c")
        bring("e")
    assert here(brought) == ["c", "e"]


def test_what_another_share_needs_stays(brought: Brought) -> None:
    with brought.share() as other:
        other("a")
        with brought.share() as bring:
            for name in "bcd":
                bring(name)
        assert here(brought) == ["a", "d"]


def test_what_a_guest_wrote_counts(brought: Brought) -> None:
    for name in "abc":
        brought.place(name).write_bytes(b"x" * 10)
        brought.note(name)
    with brought.share():
        pass
    assert here(brought) == ["b", "c"]


def test_what_cannot_be_brought_is_not_held(brought: Brought) -> None:
    def fails(digest: str, path: Path, checked: bool) -> None:
        raise OSError

    brought.fetch = fails
    with pytest.raises(OSError), brought.share() as bring:
        bring("a")
    assert not brought._sizes and not +brought._needed
