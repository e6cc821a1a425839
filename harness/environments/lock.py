"""Exact packages for an environment, found by uv's resolver without installing anything.

A resolution against a past day cannot change, so it is kept; one against today's index is asked for anew.
"""

from __future__ import annotations

import contextlib
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
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.environments import (
    LackingError,
    NotReadyError,
    UnreachableError,
    UnsatisfiableError,
    UnusableError,
    from_source,
    own_wheels,
)
from harness.errors import InputError, shown
from harness.files import regular, replace_text
from harness.machine import platforms, processes, tools
from harness.terms import AsOf, Environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harness.environments.from_source import Archive

RESOLVE_SECONDS = 180.0
#: Wheels of one release are uploaded over some hours, and its dependencies' fixes for it soon after.
RELEASE_MARGIN = dt.timedelta(days=1)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
#: A line of a lock: blank, a comment, a pin or a hash; what goes on ends with a backslash.
_LINE = re.compile(
    r"\s*(#.*)?|[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+_-]+(\s*;(?:(?!--)[^#\\])*)?(\s*\\)?|\s+--hash=sha256:[0-9a-f]{64}(\s*\\)?"
)
_ABSENT = re.compile(r"^# without ([A-Za-z0-9._-]+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Pinned packages with hashes, as a requirements file; what is no wheel is among its comments."""

    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def packages(self) -> dict[str, str]:
        """Versions by normalized name."""
        return {name.lower().replace("_", "-"): version for name, version in _PIN.findall(self.text)}

    @property
    def absent(self) -> dict[str, str]:
        """The tools that do not resolve here, by normalized name, each with the resolver's reason."""
        return dict(_ABSENT.findall(self.text))

    @property
    def archives(self) -> tuple[Archive, ...]:
        """Those of its packages whose wheels are built here."""
        return from_source.archives(self.text)

    @property
    def origins(self) -> dict[str, str]:
        """By normalized name, the sha256 of the archives of those."""
        return {archive.name: archive.sha256 for archive in self.archives}


def read(path: Path) -> Lock:
    """A stored lock, which may be another's: pins and hashes, and no option that tells uv where to look.

    Raises InputError with the line that is anything else.
    """
    try:
        text = regular(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: this is no lock: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if not _LINE.fullmatch(line):
            raise InputError(f"{path}, line {number}: {shown(line)} is neither a pinned package nor its hash")
    return Lock(text=text)


@dataclass(frozen=True, kw_only=True)
class More:
    """What a kind of environment adds to a lock of wheels."""

    packages: tuple[str, ...]  # in its own words: another lock for others
    add: Callable[[str, dt.date | None], str]  # to the text, as of before a day


def requirements(environment: Environment, pin: Callable[[str], str] | None = None) -> list[str]:
    """What an environment asks the index for, as PEP 508 strings.

    ``pin`` makes a specifier of a version; if not given: that release, or the newest of that minor.
    """
    releases = (("scikit-learn", environment.scikit_learn), ("numpy", environment.numpy))
    pins = [name + (pin or pinned)(version) for name, version in releases if version is not None]
    return [*pins, *environment.packages, *(wheel.requirement for wheel in environment.wheels)]


def resolve(
    environment: Environment,
    *,
    asked: Sequence[str] | None = None,
    more: More | None = None,
    variables: Mapping[str, str] | None = None,
) -> Lock:
    """Resolve an environment from the package index.

    Parameters
    ----------
    asked : PEP 508 strings; `requirements` of it if not given.
    more : what is no wheel.
    variables : for uv, such as those that name a further index.

    Raises
    ------
    UnsatisfiableError, UnreachableError
    """
    question = _Question(
        environment, tuple(requirements(environment) if asked is None else asked), more, variables or {}
    )
    day = environment.as_of
    if day is AsOf.RELEASE:
        try:
            day = _release_day(question)
        except UnsatisfiableError as reason:
            raise UnsatisfiableError(f"{reason}{_nearest(question)}") from reason
    if isinstance(day, AsOf):
        return Lock(text=_resolved(question))
    words = [*question.asked, "tools:", *environment.tools, *(more.packages if more else ()), *_other_days(question)]
    words += [*environment.from_source, str(from_source.missing())] if environment.from_source else []
    words += [wheel.digest for wheel in environment.wheels]
    kept = _kept("locks", [*words, environment.python or "", environment.platform, day.isoformat()])
    if not kept.exists():
        replace_text(kept, _resolved(question, until=day + dt.timedelta(days=1)))
    return Lock(text=kept.read_text())


class _Question(NamedTuple):
    """What the resolver is asked."""

    environment: Environment
    asked: tuple[str, ...]
    more: More | None
    variables: Mapping[str, str]


def _resolved(question: _Question, until: dt.date | None = None) -> str:
    day = [] if until is None else ["--exclude-newer", until.isoformat()]
    day += _other_days(question)
    built, failed = _built(question, *day)
    text = _with_tools(question, failed, *day, *(word for path in built.values() for word in _links(path)))
    for archive in built:
        if Lock(text=text).packages.get(archive.name) == archive.version:
            text = archive.line + from_source.with_hash(text, archive, archive.sha256)
    return question.more.add(text, until) if question.more and question.more.packages else text


def _links(wheel: Path) -> tuple[str, str]:
    return "--find-links", str(wheel.parent)


def _built(question: _Question, *options: str) -> tuple[dict[Archive, Path], dict[str, NotReadyError]]:
    """The wheels of what is to come from source and has no wheel in the index, and why others could not be built."""
    built: dict[Archive, Path] = {}
    failed: dict[str, NotReadyError] = {}
    for word in (*question.asked, *question.environment.tools):
        name = canonicalize_name(Requirement(word).name)
        if name not in question.environment.from_source:
            continue
        try:
            found = _archive(word, question, *options)
            if found is not None:
                built[found[0]] = from_source.wheel(*found)
        except UnsatisfiableError:
            continue  # the resolver will say so of all that is asked for
        except (LackingError, UnusableError) as error:  # others may pass, and what is kept must not remember them
            if word in question.asked:
                raise
            failed[name] = error
    return built, failed


def _archive(word: str, question: _Question, *options: str) -> tuple[Archive, str] | None:
    """The archive that a requirement means, and its address; None where there is a wheel. Nothing of it is run."""
    text = _compile([word], question, "--no-deps", "--format", "pylock.toml", *options, known=Requirement(word).name)
    return from_source.chosen(tomllib.loads(text))


def wheels(environment: Environment, lock: Lock) -> dict[Archive, Path]:
    """The wheels of the archives in a lock, which may be another's: built now where they are not there.

    Raises NotReadyError where the environment does not say that such a package may be built.
    """
    found = {}
    for archive in lock.archives:
        if archive.name not in environment.from_source:
            raise UnusableError(f"its lock has {archive} from source, and environments.from_source does not name it")
        path = from_source.there(archive)
        if path is None:
            question = _Question(environment, (), None, {})
            asked = _archive(f"{archive.name}=={archive.version}", question)
            if asked is None or asked[0] != archive:
                raise UnusableError(f"the package index has no archive of {archive} with the hash of its lock")
            path = from_source.wheel(*asked)
        found[archive] = path
    return found


def _other_days(question: _Question) -> list[str]:
    """What tells uv of packages with a day of their own. Without a scikit-learn there is no day of its release."""
    environment, found = question.environment, []
    for name, day in environment.days:
        if isinstance(day, AsOf) and environment.scikit_learn is None:
            continue
        until = (_release_day(question) if isinstance(day, AsOf) else day) + dt.timedelta(days=1)
        found += ["--exclude-newer-package", f"{name}={until.isoformat()}"]
    return found


def _with_tools(question: _Question, failed: Mapping[str, NotReadyError], *options: str) -> str:
    """A lock of the requirements and of as many of the tools as resolve beside them; the others are named in it.

    Without the tools there must be an answer; with all of them there mostly is one; else they are tried one by one.
    Tools whose wheel could not be built have ``failed``.
    """
    asked = list(question.asked)
    absent = [f"# without {name}: {reason}\n" for name, reason in failed.items()]
    tools_ = [tool for tool in question.environment.tools if canonicalize_name(Requirement(tool).name) not in failed]
    try:
        return "".join(absent) + _compile([*asked, *tools_], question, "--generate-hashes", *options)
    except UnsatisfiableError:
        if not tools_:
            raise
    text = _compile(asked, question, "--generate-hashes", *options)
    for tool in tools_:
        try:
            text = _compile([*asked, tool], question, "--generate-hashes", *options)
            asked.append(tool)
        except UnsatisfiableError as reason:
            absent.append(f"# without {canonicalize_name(Requirement(tool).name)}: {reason}\n")
    return "".join(absent) + text


def wanted(environment: Environment) -> Path:
    """Where the lock lies that an environment is being built from."""
    return tools.workspace() / ".harness" / "wanted" / f"{environment.name}.txt"


def pinned(version: str) -> str:
    """The specifier of that release, or of the newest of that minor. A candidate or nightly is itself."""
    parsed = Version(version)
    is_one = len(parsed.release) > 2 or parsed.is_prerelease  # noqa: PLR2004  # X.Y is a minor
    return f"=={version}" if is_one else f"=={version}.*"


def _release_day(question: _Question) -> dt.date:
    """The day on which the environment's scikit-learn was released, from the index itself."""
    asked, environment = list(question.asked[:1]), question.environment
    kept = _kept("releases", [*asked, environment.python or "", environment.platform])
    if not kept.exists():
        lock = tomllib.loads(_compile(asked, question, "--no-deps", "--format", "pylock.toml"))
        moments = [wheel["upload-time"] for package in lock["packages"] for wheel in package.get("wheels", [])]
        if not moments:
            raise UnreachableError(
                "the package index gives no upload times, so a release's own dependencies cannot be found: "
                "set `as_of` to a date or to newest"
            )
        replace_text(kept, (max(moments) + RELEASE_MARGIN).date().isoformat())
    return dt.date.fromisoformat(kept.read_text())


def _nearest(question: _Question) -> str:
    """What to ask for instead of a scikit-learn that has no wheels here; nothing where there is nothing near."""
    wanted = question.environment.scikit_learn
    for specifier, resolution in ((">", "lowest"), ("<", "highest")):
        asked = [f"scikit-learn{specifier}{wanted}"]
        with contextlib.suppress(UnsatisfiableError, UnreachableError):
            found = Lock(text=_compile(asked, question, "--no-deps", "--resolution", resolution)).packages
            return f" The nearest release with wheels for this Python is {found['scikit-learn']}."
    return ""


def compiled(asked: Sequence[str], environment: Environment, *options: str) -> str:
    """What uv makes of requirements, as of today, for an environment's Python and platform. Raises NotReadyError."""
    return _compile(list(asked), _Question(environment, (), None, {}), *options)


def _compile(asked: list[str], question: _Question, *options: str, known: str | None = None) -> str:
    """What uv answers. Of the package ``known`` it may choose an archive: it is told that nothing else is needed, since
    to find out it would run the archive.
    """
    environment = question.environment
    platform = platforms.OF[environment.platform].wheels
    if platform is None:
        raise UnsatisfiableError(f"no wheels are known for the platform {environment.platform}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "requirements.in")
        source.write_text("\n".join(own_wheels.asked_as_files(environment, asked)) + "\n")
        if known is not None:
            Path(folder, "uv.toml").write_text(f'[[dependency-metadata]]\nname = "{known}"\nrequires-dist = []\n')
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
        command += ["--no-annotate", "--python-platform", platform]
        command += ["--only-binary", ":all:"] if known is None else []
        command += [] if environment.python is None else ["--python-version", environment.python]
        command += options
        variables = {**os.environ, **question.variables}
        done = processes.run(command, seconds=RESOLVE_SECONDS, env=variables, cwd=Path(folder))
    if done.code != 0:
        raise _failure(done)
    return own_wheels.pinned(environment, done.stdout)


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
