"""Exact packages for an environment, found by uv's resolver without installing anything.

A resolution against a past day cannot change, so it is kept; one against today's index is asked for anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.environments import NotReadyError, UnreachableError, UnsatisfiableError, debian, npm
from harness.files import replace_text
from harness.machine import platforms, processes, tools
from harness.terms import AsOf, Environment

RESOLVE_SECONDS = 180.0
#: Wheels of one release are uploaded over some hours, and its dependencies' fixes for it soon after.
RELEASE_MARGIN = dt.timedelta(days=1)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_ABSENT = re.compile(r"^# without ([A-Za-z0-9._-]+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Pinned packages with hashes, as a requirements file; those of npm and of Debian are among its comments."""

    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def packages(self) -> dict[str, str]:
        """Versions by normalized name."""
        wheels = {name.lower().replace("_", "-"): version for name, version in _PIN.findall(self.text)}
        return wheels | npm.versions(self.text)

    @property
    def absent(self) -> dict[str, str]:
        """The tools that do not resolve here, by normalized name, each with the resolver's reason."""
        return dict(_ABSENT.findall(self.text))


def requirements(environment: Environment) -> list[str]:
    """What the environment asks for, as PEP 508 strings."""
    pin = _pin if environment.index is None else _at_least
    releases = (
        ("scikit-learn", environment.scikit_learn),
        ("numpy", environment.numpy),
        (npm.WHEEL, environment.node),
    )
    return [*(name + pin(version) for name, version in releases if version is not None), *environment.packages]


def resolve(environment: Environment) -> Lock:
    """Resolve an environment. Raises UnsatisfiableError or UnreachableError; NotReadyError where a root is its lock."""
    if environment.source == "debian":
        return Lock(text=debian.locked(environment))
    day = environment.as_of
    if day is AsOf.RELEASE:
        day = _release_day(environment)
    if isinstance(day, AsOf):
        return Lock(text=_resolved(environment))
    python = environment.python or ""
    asked = [*requirements(environment), *environment.tools, *environment.npm, *_other_days(environment)]
    kept = _kept("locks", [*asked, python, environment.platform, day.isoformat()])
    if not kept.exists():
        replace_text(kept, _resolved(environment, until=day + dt.timedelta(days=1)))
    return Lock(text=kept.read_text())


def _resolved(environment: Environment, until: dt.date | None = None) -> str:
    day = [] if until is None else ["--exclude-newer", until.isoformat(), *_other_days(environment)]
    text = _with_tools(environment, *day)
    return npm.locked(text, environment.npm, until=until) if environment.npm else text


def _other_days(environment: Environment) -> list[str]:
    days = ((name, day + dt.timedelta(days=1)) for name, day in environment.days)
    return [word for name, day in days for word in ("--exclude-newer-package", f"{name}={day.isoformat()}")]


def _with_tools(environment: Environment, *options: str) -> str:
    """A lock of the requirements and of as many of the tools as resolve beside them; the others are named in it.

    Without the tools there must be an answer; with all of them there mostly is one; else they are tried one by one.
    """
    asked, absent = requirements(environment), []
    try:
        return _compile([*asked, *environment.tools], environment, "--generate-hashes", *options)
    except UnsatisfiableError:
        if not environment.tools:
            raise
    text = _compile(asked, environment, "--generate-hashes", *options)
    for tool in environment.tools:
        try:
            text = _compile([*asked, tool], environment, "--generate-hashes", *options)
            asked.append(tool)
        except UnsatisfiableError as reason:
            absent.append(f"# without {canonicalize_name(Requirement(tool).name)}: {reason}\n")
    return "".join(absent) + text


def satisfiable(environment: Environment) -> bool:
    """Whether a resolver can satisfy it; where the index cannot be asked, we assume so and will see."""
    try:
        resolve(environment)
    except UnsatisfiableError:
        return False
    except NotReadyError:
        return True
    return True


def write(environment: Environment) -> Path:
    """Resolve an environment into a file of the workspace; return the file."""
    return replace_text(wanted(environment), resolve(environment).text)


def wanted(environment: Environment) -> Path:
    """Where the lock lies that an environment is being built from."""
    return tools.workspace() / ".harness" / "wanted" / f"{environment.name}.txt"


def _pin(version: str) -> str:
    return f"=={version}" if len(Version(version).release) > 2 else f"=={version}.*"  # noqa: PLR2004  # X.Y is a minor


def _at_least(version: str) -> str:
    """That version or whatever comes after it: of an index whose wheels go on under other versions."""
    return f">={version}.dev0"


def indexes(environment: Environment) -> dict[str, str]:
    """The variables that give uv an environment's further index. Raises UnreachableError when nobody says which."""
    if environment.index is None:
        return {}
    url = os.environ.get(environment.index)
    if not url:
        raise UnreachableError(f"nobody says which index it is to be had from: set the variable {environment.index}")
    # Of a package that both have, the newer one counts, and development versions do.
    return {"UV_INDEX": url, "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PRERELEASE": "allow"}


def _release_day(environment: Environment) -> dt.date:
    """The day on which the environment's scikit-learn was released, from the index itself."""
    asked = requirements(environment)[:1]
    kept = _kept("releases", [*asked, environment.python or "", environment.platform])
    if not kept.exists():
        lock = tomllib.loads(_compile(asked, environment, "--no-deps", "--format", "pylock.toml"))
        moments = [wheel["upload-time"] for package in lock["packages"] for wheel in package.get("wheels", [])]
        if not moments:
            raise UnreachableError(
                "the package index gives no upload times, so a release's own dependencies cannot be found: "
                "set `as_of` to a date or to newest"
            )
        replace_text(kept, (max(moments) + RELEASE_MARGIN).date().isoformat())
    return dt.date.fromisoformat(kept.read_text())


def _compile(asked: list[str], environment: Environment, *options: str) -> str:
    platform = platforms.OF[environment.platform].wheels
    if platform is None:
        raise UnsatisfiableError(f"no wheels are known for the platform {environment.platform}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "requirements.in")
        source.write_text("\n".join(asked) + "\n")
        # Without --python, uv would walk PATH and stumble over every pyenv shim: six seconds for each resolution.
        command: list[str | Path] = [
            tools.uv(),
            "pip",
            "compile",
            source,
            "--python",
            sys.executable,
            "--quiet",
            "--no-header",
        ]
        command += ["--no-annotate", "--only-binary", ":all:", "--python-platform", platform]
        command += [] if environment.python is None else ["--python-version", environment.python]
        command += options
        variables = {**os.environ, **indexes(environment)}
        done = processes.run(command, seconds=RESOLVE_SECONDS, env=variables, cwd=Path(folder))
    if done.code != 0:
        raise _failure(done)
    return done.stdout


def _failure(done: processes.Completed) -> NotReadyError:
    """Tell an answer of "impossible" from no answer."""
    words = " ".join(done.stderr.replace("cause:", "").split()).removeprefix("error:").strip()
    if done.code is None:
        return UnreachableError(f"the resolver did not answer within {RESOLVE_SECONDS:.0f} s: {words}")
    offline = re.search(
        r"network was disabled|not found in the cache|dns error|\(Connect\)|Failed to fetch|timed out", words
    )
    if "No solution found" in words and not offline:
        reason = words.partition("hint:")[0].strip()
        return UnsatisfiableError(reason.removeprefix("No solution found when resolving dependencies").strip())
    if offline:
        return UnreachableError(f"the package index cannot be reached (is there a network?): {words[:600]}")
    return UnreachableError(f"uv could not resolve it: {words[:600]}")


def _kept(family: str, asked: list[str]) -> Path:
    key = hashlib.sha256(json.dumps([family, *asked]).encode()).hexdigest()[:24]
    return tools.workspace() / ".harness" / family / key
