"""A run has one writer at a time, and what a user asks for is written where they said."""

from __future__ import annotations

import contextlib
import os
import stat
import threading

import pytest

from harness import files, store
from harness.errors import MachineError
from harness.store.journal import Journal


def test_a_second_writer_of_a_run_is_refused_and_harms_nothing(tmp_path) -> None:
    first = store.RunFolder.create(tmp_path, "small", {})
    first.journal.add("environment", {"environment": "old", "status": "ok", "reason": None})
    before = (first.path / "journal.jsonl").read_bytes()
    with pytest.raises(MachineError, match="another process is working on this run: wait until it has ended"):
        store.RunFolder.reopen(first.path)
    assert (first.path / "journal.jsonl").read_bytes() == before
    with contextlib.closing(Journal(first.path / "journal.jsonl", reading=True)) as read:  # that is free
        assert list(read.environments) == ["old"]
    first.close()
    store.RunFolder.reopen(first.path).close()


def test_a_file_is_replaced_whole_and_a_link_stays_a_link(tmp_path) -> None:
    there, link = tmp_path / "there", tmp_path / "link"
    link.symlink_to(there)
    for text in ("one", "two"):  # the first time it leads nowhere yet
        files.write_output(link, text)
        assert (link.is_symlink(), there.read_text()) == (True, text)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "there"]


def test_a_pipe_or_device_is_written_into(tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    files.write_output(pipe, "one")
    reader.join(20)
    assert read == ["one"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    (tmp_path / "null").symlink_to(os.devnull)
    files.write_output(tmp_path / "null", "none")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
