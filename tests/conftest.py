"""Values that several tests plan and store with; nothing here starts a process."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from harness import terms
from harness.config.plan import Plan

# One browser for all tests: a second one in the same process does not start.
from tests.browser import chromium, reader  # noqa: F401  # fixtures
from tests.buckets import bucket  # noqa: F401

# No test depends on a quiet machine. A test that states health checks of its own states this one too, if it is slow.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also the tests that are marked so")


def pytest_configure(config: pytest.Config) -> None:
    """A test that counts what ran must not find what another has worked out, nor what the user has."""
    os.environ["PERSISTENCE_MATRIX_CACHE"] = "none"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for the night, whatever else is asked for."""
    if not config.getoption("--nightly"):
        left_out = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


#: Who uses the workspace, whose lock one process has from its first test to its last. Two of these at once would starve
#: each other: hostile models take all that a machine has.
IN_THE_WORKSPACE = ("tests/live/", "tests/docs/test_commands.py::test_commands_that_build_environments")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Of two processes one has the workspace, and takes what uses it first; the other does everything else meanwhile.

    Marks of groups would say the same, but xdist 3.8 does not see them under pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "workspace" if nodeid.startswith(IN_THE_WORKSPACE) else nodeid

    return Scheduling(config, log)


FIELDS = {field.name for field in dataclasses.fields(terms.Environment)}


ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    """Where the environments of the live tests are; not the user's own, whose runs would be in the way.

    Here and not beside the live tests, so that one process takes the lock once, whichever folders' tests it runs.
    """
    folder = ROOT / ".nox" / "live-tests"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "tests.lock", timeout=280):  # another pytest's turn
        yield folder


def python_of(workspace: Path, name: str, holding: str = "sklearn") -> Path:
    """The Python of a local environment that holds a package; of several of this name, the one that was built last."""
    stamps = (workspace / ".harness/environments").glob(f"{name}-*/persistence-matrix.json")
    places = [path for path in stamps if any(path.parent.glob(f"lib/python*/site-packages/{holding}"))]
    return max(places, key=lambda path: path.stat().st_mtime).parent / "bin/python"


def environment(name: str, **given: object) -> terms.Environment:
    """An environment with sound values; what is no field of every environment is an option of its kind."""
    own = {key: value for key, value in given.items() if key not in FIELDS and value is not None}
    given = {key: value for key, value in given.items() if key in FIELDS}
    sound = {
        "scikit_learn": "1.5.2",
        "python": "3.12",
        "numpy": "2.1",
        "platform": "linux/amd64",
        "kind": "local",
        "as_of": dt.date(2024, 9, 12),
        "packages": (),
        "origin": "environments.include[0]",
        "options": tuple(sorted(own.items())),
    }
    return terms.Environment(name=name, **{**sound, **given})  # type: ignore[arg-type]


def plan_of(
    *names: str, cases: tuple[str, ...] = ("ridge", "forest"), impossible: dict[str, str] | None = None
) -> Plan:
    profile = terms.Profile(
        name="small",
        seed=0,
        environments=tuple(environment(name) for name in names),
        cases=tuple(
            terms.Case(
                name=name,
                family="linear",
                module="guest.cases.linear",
                function=f"case_{name}",
                file="linear.py",
                digest="0",
            )
            for name in cases
        ),
        formats=(
            terms.Format(name="pickle", module="guest.formats.pickle", options={}, readers=("pickle",)),
            terms.Format(name="joblib", module="guest.formats.joblib", options={}, readers=("joblib", "joblib-mmap")),
        ),
        limits=terms.Limits(),
        tolerances=(),
    )
    return Plan(profile=profile, impossible=impossible or {})


@pytest.fixture
def plan() -> Plan:
    return plan_of("old", "new")
