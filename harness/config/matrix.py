"""matrix.yaml, read and checked: every problem at once, each with its line; and the profiles that it names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from harness import terms
from harness.config import catalogue, checks, format_files, own_code, yaml_document
from harness.config.checks import case_fits, fits, format_fits
from harness.config.expand import expand
from harness.config.problems import Problem, refusal
from harness.config.spec import Limits, Measure, Spec, Tolerance
from harness.environments import kinds
from harness.errors import InputError, unknown
from harness.machine import plugins, tools

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from harness.config.yaml_document import Document


def json_schema() -> dict[str, Any]:
    """The JSON Schema of matrix.yaml, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Spec.model_json_schema(by_alias=True)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A checked matrix.yaml."""

    path: Path
    digest: str  # sha256 of the file
    spec: Spec
    cases: tuple[terms.Case, ...]  # the guest's and the user's
    formats: tuple[terms.Format, ...]
    case_files: tuple[Path, ...]  # the user's, to be shipped with the guest
    native: str
    own: Mapping[str, terms.OwnCode] = field(default_factory=dict)  # wheels and modules, by what the matrix calls them

    @property
    def seed(self) -> int:
        return self.spec.cases.seed

    def environments(self, *, satisfiable: Callable[[terms.Environment], bool]) -> tuple[terms.Environment, ...]:
        found = expand(self.spec.environments, native=self.native, satisfiable=satisfiable, own=self.own)
        folder = str(self.path.absolute().parent)
        return tuple(replace(one, folder=folder) for one in found)

    def environments_of(
        self, name: str, *, satisfiable: Callable[[terms.Environment], bool]
    ) -> tuple[terms.Environment, ...]:
        """The environments of a profile. Raises InputError as `profile` does."""
        if name not in self.spec.profiles:
            raise InputError(f"{self.path}: {unknown('profile', name, self.spec.profiles)}")
        chosen = self.spec.profiles[name]
        environments = [e for e in self.environments(satisfiable=satisfiable) if e.kind in chosen.kinds]
        names = [environment.name for environment in environments]
        for word in chosen.environments:
            if not any(fits(known, [word.removeprefix(checks.NOT)]) for known in names):
                place, kinds = f"profiles.{name}.environments", " and ".join(chosen.kinds)
                message = f"{unknown('environment', word, names)} among those chosen, whose kinds are {kinds}"
                raise InputError(f"{self.path}: {place}: {message}")
        return tuple(e for e in environments if checks.chosen(chosen.environments, partial(_fits, e.name)))

    def profile(self, name: str, *, satisfiable: Callable[[terms.Environment], bool]) -> terms.Profile:
        """The selection that a profile names, in the order of the matrix.

        Raises
        ------
        InputError
            There is no such profile, or one of its patterns fits nothing that ``newest-compatible`` has chosen.
        """
        environments = self.environments_of(name, satisfiable=satisfiable)
        chosen = self.spec.profiles[name]
        tolerances = (*chosen.tolerances, *self.spec.tolerances)
        defaults = (tolerance for item in self.formats for tolerance in item.tolerances)
        profile = terms.Profile(
            name=name,
            seed=self.seed,
            environments=environments,
            cases=tuple(case for case in self.cases if checks.chosen(chosen.cases, partial(case_fits, case))),
            formats=tuple(filter(None, (_chosen(item, chosen.formats) for item in self.formats))),
            limits=_overridden(_overridden(terms.Limits(), self.spec.limits), chosen.limits),
            tolerances=(*(_tolerance(item, self.formats) for item in tolerances), *defaults),
            trusted_types=self.spec.trusted_types,
            compare=chosen.compare,
            pairs=chosen.pairs,
        )
        return profile if chosen.measure is None else self._measuring(profile, chosen.measure)

    def _measuring(self, profile: terms.Profile, spec: Measure) -> terms.Profile:
        """The profile with what it measures. Raises InputError when that is nothing."""
        environments = (e.name for e in profile.environments if e.kind in spec.kinds)
        measure = terms.Measure(
            environments=tuple(e for e in environments if checks.chosen(spec.environments, partial(_fits, e))),
            cases=tuple(c.name for c in profile.cases if checks.chosen(spec.cases, partial(case_fits, c))),
            formats=tuple(filter(None, (_chosen(item, spec.formats) for item in profile.formats))),
        )
        for part in ("environments", "cases", "formats"):
            if not getattr(measure, part):
                place = f"profiles.{profile.name}.measure.{part}"
                raise InputError(f"{self.path}: {place}: fits none of the profile's own {part}: nothing is measured")
        numbers = ("rounds", "seconds", "precision", "cold_starts", "sharing")
        given = {name: getattr(spec, name) for name in numbers if getattr(spec, name) is not None}
        return replace(profile, measure=replace(measure, **given))


def load_matrix(
    path: Path,
    *,
    cases: Sequence[terms.Case] | None = None,
    formats: Sequence[terms.Format] | None = None,
    native: str | None = None,
) -> Matrix:
    """Read and check a matrix.

    Parameters
    ----------
    path : the file.
    cases, formats : what the guest has; read from its files when not given. Without any case, none is looked for: the
        patterns of cases may fit nothing.
    native : the platform that ``native`` stands for; found when not given.

    Raises
    ------
    InputError
        With every problem of the file and its line, or when it cannot be read; or with those of installed packages that
        offer kinds of environments or formats.
    """
    if kinds.FAULTS:
        raise InputError("\n".join(kinds.FAULTS))
    document = _read(path)
    native = native or tools.native_platform()
    known = checks.Known(
        cases=list(catalogue.builtin_cases() if cases is None else cases),
        formats=list(_formats() if formats is None else formats),
    )
    spec, own = _check(document, known, native)
    return Matrix(
        path=path,
        digest=document.digest,
        spec=spec,
        cases=tuple(known.cases),
        formats=tuple(known.formats),
        case_files=tuple(known.case_files),
        native=native,
        own=own,
    )


def _formats() -> tuple[terms.Format, ...]:
    """The guest's, and those of installed packages."""
    ours = format_files.builtin_formats()
    return (*ours, *format_files.installed_formats(plugins.offered(format_files.GROUP), ours))


def _read(path: Path) -> Document:
    try:
        return yaml_document.read(path)
    except FileNotFoundError:
        raise InputError(f"there is no matrix at {path}; name another one with --matrix FILE") from None
    except OSError as error:
        message = f"the matrix at {path} cannot be read: {error.strerror}; name another one with --matrix FILE"
        raise InputError(message) from None


def _check(document: Document, known: checks.Known, native: str) -> tuple[Spec, dict[str, terms.OwnCode]]:
    """The checked values and the user's wheels and modules; or every problem there is.

    The user's cases and formats are added to those that are known.
    """
    problems: list[Problem] = []
    spec = checks.check_values(document, problems)
    own = own_code.check(document, problems)
    known.given = own_code.modules_given(document.value, own)
    cases = checks.check_case_files(document, known, problems)
    formats = checks.check_format_files(document, known, problems)
    names = checks.check_environments(document, native, problems, own=own)
    problems += checks.check_patterns(
        document,
        environments=names,
        cases=known.cases if cases and known.cases else None,
        formats=known.formats if formats else None,
    )
    if problems or spec is None:
        raise refusal(document.path, problems)
    return spec, own


def _overridden(limits: terms.Limits, by: Limits) -> terms.Limits:
    given = {name: value for name, value in by if value is not None}
    return replace(limits, **{name: int(value) if name == "memory" else value for name, value in given.items()})


def _fits(name: str, pattern: str) -> bool:
    return fits(name, [pattern])


def _chosen(item: terms.Format, patterns: Sequence[str]) -> terms.Format | None:
    """A format with those of its readers that are wanted, or None."""
    readers = tuple(r for r in item.readers if checks.chosen(patterns, partial(format_fits, item, r)))
    return replace(item, readers=readers) if readers else None


def _tolerance(item: Tolerance, formats: Sequence[terms.Format]) -> terms.Tolerance:
    return terms.Tolerance(
        rtol=item.rtol,
        atol=item.atol,
        formats=tuple(known.name for known in formats if fits(known.name, item.formats)),
        methods=item.methods,
        dtypes=item.dtypes,
    )
