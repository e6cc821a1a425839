"""What is recorded of the machine, and which machines count as the same."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from harness.machine import hardware, tools


def test_the_facts_of_this_machine() -> None:
    known = hardware.facts()
    assert set(known) == {"python", "platform", "machine", "processors", "cpu", "memory_bytes", "fingerprint"}
    assert known["processors"] == len(os.sched_getaffinity(0))
    kib = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    assert kib is not None
    assert known["memory_bytes"] == pytest.approx(int(kib.group(1)) * 1024, rel=0.05)
    assert re.fullmatch("[0-9a-f]{16}", known["fingerprint"])
    assert json.loads(json.dumps(known)) == known == hardware.facts()


@pytest.fixture
def machine(monkeypatch):
    """One whose every part can be another."""
    known = {
        "cpu": "model name\t: Fast 1",
        "memory": 16 * 1024**3,
        "processors": 2,
        "machine": "x86_64",
        "python": "3.11",
    }

    def fingerprint(**other) -> dict:
        now = {**known, **other}
        monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"processor\t: 0\n{now['cpu']}\n")
        monkeypatch.setattr(hardware, "_memory_bytes", lambda: now["memory"])
        monkeypatch.setattr(tools, "processors", lambda: now["processors"])
        monkeypatch.setattr("platform.machine", lambda: now["machine"])
        monkeypatch.setattr("platform.python_version", lambda: now["python"])
        return hardware.facts()

    return fingerprint


def test_what_decides_how_fast_a_machine_is_makes_it_another(machine) -> None:
    fingerprints = [
        machine()["fingerprint"],
        machine(cpu="model name\t: Fast 2")["fingerprint"],
        machine(memory=32 * 1024**3)["fingerprint"],
        machine(processors=4)["fingerprint"],
        machine(machine="aarch64")["fingerprint"],
    ]
    assert len(set(fingerprints)) == len(fingerprints)


def test_what_changes_from_day_to_day_does_not(machine) -> None:
    same = {
        machine()["fingerprint"],
        machine(python="3.12")["fingerprint"],
        machine(memory=16 * 1024**3 - 10**8)["fingerprint"],
    }
    assert len(same) == 1


def test_a_processor_has_a_name_wherever_there_is_one(machine, monkeypatch) -> None:
    assert machine()["cpu"] == "Fast 1"
    assert machine(cpu="CPU part\t: 0xd0c")["cpu"] == "0xd0c"

    def refuse(*_, **__):
        raise OSError

    monkeypatch.setattr(Path, "read_text", refuse)
    assert hardware.facts()["cpu"] is None
