# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "nox[uv]>=2025.5.1",
#     "allpairspy>=2.5",
#     "altair>=5.5",
#     "filelock>=3.13",
#     "fsspec>=2024.2",
#     "jinja2>=3.1",
#     "numpy>=1.26",
#     "packaging>=24",
#     "pandas>=2.2",
#     "pyarrow>=15",
#     "pydantic>=2.7",
#     "pytest-benchmark>=5",
#     "rich>=13.7",
#     "ruamel.yaml>=0.18",
#     "ruptures>=1.1.10; python_version < '3.14'",
#     "scipy>=1.11",
#     "typer>=0.16",
#     "vl-convert-python>=1.7",
# ]
# ///
"""The front door. Sessions only: what they do stands in harness/.

matrix                   the main job; `-- --profile NAME` for another profile
dump(NAME), load(NAME)   one environment's share of a run, which is what a CI matrix shards on; `-- --run ID`
reference                makes the runs that the repository keeps in results/
environment-NAME         builds one environment, as its kind has it: see harness/environments/
tests, lint, bench, docs the project's own
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from harness import errors  # noqa: E402
from harness.config import matrix as matrices  # noqa: E402
from harness.environments import availability, kinds  # noqa: E402

if TYPE_CHECKING:
    from harness.environments.kind import Session
    from harness.terms import Environment

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
#: A bare `nox` runs the main job; `nox -l --json` lists what would be run, and a CI matrix wants to see every session.
LISTING = "--json" in sys.argv
if not LISTING:
    nox.options.sessions = ["matrix"]

HARNESS = (sys.executable, "-m", "harness")
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")


def harness(session: nox.Session, *words: str) -> None:
    """The program, in the interpreter that runs nox: it has what the host needs. Its exit codes are kept."""
    patience = {"interrupt_timeout": 60, "terminate_timeout": 10}  # Ctrl-C: the tables are written before it ends
    session.run(*HARNESS, *words, *session.posargs, external=True, **patience)


@nox.session(python=False)
def matrix(session: nox.Session) -> None:
    """Dump in every environment, load in every other: a table and a report."""
    harness(session, "run")


@nox.session(default=False)
def reference(session: nox.Session) -> None:
    """Make the runs that the repository keeps: profiles reference and parameters."""
    harness(session, "run", "--profile", "reference")
    session.run(*HARNESS, "keep", external=True)
    harness(session, "run", "--profile", "parameters")
    session.run(*HARNESS, "keep", "--beside", "parameters", external=True)
    install(session, "tests")
    session.run("python", "-m", "tests.report.picture")


@nox.session
def tests(session: nox.Session) -> None:
    """The project's tests; real environments are among them."""
    install(session, "tests")
    session.run("pytest", *session.posargs)


@nox.session(default=False)
def nightly(session: nox.Session) -> None:
    """The tests that take too long for every change."""
    install(session, "tests")
    session.run("pytest", "--nightly", "-m", "nightly", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and types."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")


@nox.session
def bench(session: nox.Session) -> None:
    """The pytest-benchmark suite: saved under .benchmarks, and compared with what was saved there last."""
    install(session, "bench")
    words = ["--capture=no", f"--benchmark-storage=file://{ROOT / '.benchmarks'}", "--benchmark-autosave"]
    if any(ROOT.glob(".benchmarks/*/*.json")):
        words += ["--benchmark-compare", "--benchmark-group-by=fullname"]
    # Another kernel or clock is worth a warning, and no reason to end.
    words += ["-W", "default::pytest_benchmark.logger.PytestBenchmarkWarning"]
    session.run("pytest", "benchmarks", *words, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build; warnings are errors. `-- --links` checks links to the web, too."""
    install(session, "docs")
    builders = ["html", *(["linkcheck"] if "--links" in session.posargs else [])]
    for builder in builders:
        session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", builder, "docs", f"docs/_build/{builder}")


def install(session: nox.Session, group: str) -> None:
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, group))


def environment_session(environment: Environment, made: Session) -> None:
    """Register the session of one environment, which its kind has made."""
    made.run.__doc__ = made.description
    name = f"environment-{environment.name}"
    nox.session(name=name, python=made.python or False, reuse_venv=True, default=LISTING, tags=["environment"])(
        made.run
    )


def share_sessions(names: list[str]) -> None:
    """Register ``dump(NAME)`` and ``load(NAME)`` for each environment."""

    def dump(session: nox.Session, environment: str) -> None:
        """Dump with one environment, into a run that others share: -- --run ID."""
        harness(session, "run", "--dump", environment)

    def load(session: nox.Session, environment: str) -> None:
        """Load with one environment what a run holds: -- --run ID."""
        harness(session, "run", "--load", environment)

    for share in (dump, load):
        each = nox.parametrize("environment", [nox.param(name, id=name) for name in names])(share)
        nox.session(python=False, default=LISTING, tags=[share.__name__])(each)


def register_environments() -> None:
    path = Path(os.environ.get("HARNESS_MATRIX", ROOT / "matrix.yaml"))
    try:
        found = matrices.load_matrix(path, native=os.environ.get("HARNESS_NATIVE")).environments(
            satisfiable=availability.satisfiable
        )
    except errors.HarnessError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    for environment in found:
        made = kinds.OF[environment.kind].session(environment)
        if made is not None:
            environment_session(environment, made)
    share_sessions([environment.name for environment in found])


register_environments()
