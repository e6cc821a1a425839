"""The index of a journal's lines: what a dictionary would say, from little memory."""

from __future__ import annotations

import tracemalloc

from harness.store import line_index
from harness.store.line_index import LineIndex


def test_the_newest_line_counts_and_they_come_in_order() -> None:
    index = LineIndex()
    for name, place in (("a", 0), ("b\ud800", 10), ("c", 20), ("a", 30)):
        index.put(name, place)
    assert (index.get("a"), index.get("b\ud800"), index.get("none")) == (30, 10, None)
    assert len(index) == 3 and list(index.places()) == [10, 20, 30]


def test_it_outgrows_its_memory(monkeypatch) -> None:
    monkeypatch.setattr(line_index, "_MEMORY_KIB", 64)
    index = LineIndex()
    tracemalloc.start()
    for number in range(20_000):
        index.put(f"cell {number}", number)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(index.get(f"cell {number}") == number for number in range(0, 20_000, 37)) and len(index) == 20_000
    assert held < 500_000  # a dictionary of these takes two megabytes
