# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "packaging>=24",
#     "platformdirs>=4.2",
#     "pydantic>=2.7",
#     "rich>=13.7",
#     "typer>=0.16",
#     "nox[uv]>=2025.5.1",
#     "allpairspy>=2.5",
#     "filelock>=3.13",
#     "fsspec>=2024.2",
#     "jinja2>=3.1",
#     "numpy>=1.26",
#     "pandas>=2.2",
#     "pyarrow>=15",
#     "pytest-benchmark>=5",
#     "ruamel.yaml>=0.18",
#     "ruptures>=1.1.10; python_version < '3.14'",
#     "scipy>=1.11",
#     "altair>=5.5",
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

import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from harness import noxfile as sessions  # noqa: E402  # it registers those that build environments

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
#: A bare `nox` runs the main job; `nox -l --json` lists what would be run, and a CI matrix wants to see every session.
if not sessions.LISTING:
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
    """Make the runs that the repository keeps: profiles reference, parameters, patches and rescue."""
    harness(session, "run", "--profile", "reference")
    session.run(*HARNESS, "keep", external=True)
    for profile in ("parameters", "patches", "rescue"):
        harness(session, "run", "--profile", profile)
        session.run(*HARNESS, "keep", "--beside", profile, external=True)
    install(session, "tests")
    session.run("python", "-m", "tests.report.picture")


@nox.session
def tests(session: nox.Session) -> None:
    """The project's tests; real environments are among them."""
    install(session, "tests")
    # Two processes: see pytest_xdist_make_scheduler in tests/conftest.py.
    session.run("pytest", "--numprocesses", "2", "--dist", "loadscope", *session.posargs)


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
    session.install("-e", ".[all]", *nox.project.dependency_groups(PROJECT, group))


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
        nox.session(python=False, default=sessions.LISTING, tags=[share.__name__])(each)


share_sessions([environment.name for environment in sessions.ENVIRONMENTS])
