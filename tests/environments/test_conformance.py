"""Whether an environment is what was planned, locked and recorded."""

from __future__ import annotations

import platform
import sys

import pytest

from harness.environments import conformance
from harness.guest import facts as guest_facts
from harness.machine import platforms

from tests.conftest import environment

FACTS = {
    "python": "3.12.1", "implementation": "CPython", "machine": "x86_64", "bits": 64,
    "packages": {"scikit-learn": "1.5.2", "numpy": "2.1.3", "ruamel.yaml": "0.18.6", "pytz": "2024.01"},
}  # fmt: skip
LOCKED = {"scikit-learn": "1.5.2", "numpy": "2.1.3", "ruamel-yaml": "0.18.6", "pytz": "2024.1"}
ASKED = ("scikit-learn==1.5.2", "numpy==2.1.*", "pytz", 'pandas>=2; python_version < "3.9"')


def other(asked=ASKED, locked=LOCKED, packages=None, planned=None, **facts) -> list[str]:
    held = {**FACTS, **facts, "packages": {**FACTS["packages"], **(packages or {})}}
    return conformance.differences(environment("a", **(planned or {})), asked, locked, held)


def test_what_was_planned_and_locked_does_not_differ() -> None:
    assert other() == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"python": "3.11.9"}, "Python 3.11.9 instead of 3.12"),
        ({"python": "3.1.2"}, "Python 3.1.2 instead of 3.12"),
        ({"python": None}, "Python absent instead of 3.12"),
        ({"implementation": "PyPy"}, "PyPy instead of CPython"),
        ({"machine": "aarch64"}, "aarch64 with 64 bits instead of linux/amd64"),
        ({"bits": 32}, "x86_64 with 32 bits instead of linux/amd64"),
        ({"packages": {"numpy": "2.1.4"}}, "numpy 2.1.4 instead of 2.1.3"),
        ({"locked": {**LOCKED, "joblib": "1.4"}}, "joblib absent instead of 1.4"),
        ({"asked": ("scikit-learn==1.4.*",)}, "scikit-learn 1.5.2 instead of ==1.4.*"),
        ({"asked": ("pandas",)}, "pandas absent instead of any"),
    ],
)
def test_what_differs_is_named(given, told) -> None:
    assert other(**given) == [told]


def test_a_package_from_source_is_of_the_archive_of_its_lock() -> None:
    origins, built = {"pytz": "aa"}, {**FACTS, "origins": {"pytz": "aa", "numpy": None}}
    assert conformance.differences(environment("a"), ASKED, LOCKED, built, origins) == []
    for origin in ("bb", None):
        told = conformance.differences(environment("a"), ASKED, LOCKED, {**built, "origins": {"pytz": origin}}, origins)
        assert told == [f"pytz from {origin or 'absent'} instead of the archive aa"]
    assert conformance.differences(environment("a"), ASKED, LOCKED, FACTS, origins) != []


def test_programs_of_32_bits_may_see_a_kernel_of_64() -> None:
    assert other(planned={"platform": "linux/386"}, bits=32) == []
    assert other(planned={"platform": "linux/386"}) != []


def test_a_runtime_without_python_has_none_to_differ() -> None:
    assert other(planned={"python": None}, asked=(), locked={}, python=None, implementation="node") == []


def test_what_a_guest_tells_is_enough_and_true() -> None:
    told = guest_facts.gather()
    native = platforms.tools.native_platform()
    minor = "{}.{}".format(*sys.version_info)
    assert conformance.differences(environment("a", python=minor, platform=native), (), {}, told) == []
    assert (told["build"], told["implementation"]) == (" ".join(sys.version.split()), "CPython")
    if platform.machine() == "x86_64":
        assert "sse2" in told["cpu_features"]


ROW = {
    "python": "3.12.1", "implementation": "CPython", "packages": "{}", "lock_sha256": "0", "cpu": "A", "libc": "glibc 2",
    "status": "ok",
}  # fmt: skip


def test_within_a_run_an_environment_stays_what_it_was() -> None:
    assert conformance.changed(ROW, {**ROW, "cpu": "B", "libc": "glibc 3"}) == []
    assert conformance.changed({"status": "not-run"}, ROW) == []
    assert conformance.changed(ROW, {**ROW, "python": "3.12.3"}) == ["python 3.12.3 instead of 3.12.1"]
    assert conformance.changed(ROW, {**ROW, "packages": '{"a": "1"}'}) == ["packages"]


def test_what_differs_between_two_machines_is_not_said_of_the_environment() -> None:
    assert conformance.common(ROW, {**ROW, "cpu": "B"}) == {**ROW, "cpu": None}
    assert conformance.common({"status": "not-run"}, ROW) == ROW
