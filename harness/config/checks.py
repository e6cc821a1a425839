"""What is wrong with a matrix beyond its YAML. Each check adds to one list, so that all problems are reported at once.

A check looks at the parts it needs and passes over those that another check has refused.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pydantic import ValidationError

from harness.config import beside, catalogue, format_files
from harness.config.document_words import at, words
from harness.config.expand import MAX_COMBINATIONS, MAX_ENVIRONMENTS, combinations, expand, possible_names
from harness.config.source_files import unimportable
from harness.config.spec import Environments, Spec
from harness.config.validation import validated
from harness.environments import kinds
from harness.errors import InputError, shown, unknown
from harness.terms import AsOf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from harness.config.problems import Place, Problem
    from harness.config.yaml_document import Document, Plain
    from harness.terms import Case, Format, OwnCode

    Problems: TypeAlias = list[Problem]

FAMILY = "family:"
NOT = "!"


def fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def chosen(patterns: Iterable[str], fits_one: Callable[[str], bool]) -> bool:
    """Whether one of the patterns fits, and none of those that begin with "!"."""
    words = list(patterns)
    left_out = any(fits_one(word[1:]) for word in words if word.startswith(NOT))
    return not left_out and any(fits_one(word) for word in words if not word.startswith(NOT))


def case_fits(case: Case, pattern: str) -> bool:
    if pattern.startswith(FAMILY):
        return fnmatchcase(case.family, pattern.removeprefix(FAMILY))
    return fnmatchcase(case.name, pattern)


def format_fits(item: Format, reader: str, pattern: str) -> bool:
    """Whether a profile's pattern, "joblib" or "joblib/joblib-mmap", means this reader of this format."""
    name, slash, wanted = pattern.partition("/")
    return fnmatchcase(item.name, name) and (not slash or fnmatchcase(reader, wanted))


def check_values(document: Document, problems: Problems) -> Spec | None:
    """Check every value for itself; None when one is wrong."""
    return validated(Spec, document, problems)


@dataclass(kw_only=True)
class Known:
    """What a matrix may name: what there is already, to which its own files are added."""

    cases: list[Case]
    formats: list[Format]
    case_files: list[Path] = field(default_factory=list)  # the user's
    format_files: list[Path] = field(default_factory=list)
    given: frozenset[str] = frozenset()  # modules that environments ask for


def check_case_files(document: Document, known: Known, problems: Problems) -> bool:
    """Read the user's files, adding their cases to the known ones; False when a file is wrong."""
    before = len(problems)
    found: list[tuple[Place, Path]] = []
    for place, name in words(document.value, ("cases", "files")):
        path = _file(document, name)
        if wrong := unimportable(path, name, known.case_files, known.given):
            problems.append(document.problem(place, wrong))
        else:
            known.case_files.append(path)
            found.append((place, path))
    data = _data(document, known.case_files, problems)
    scans: list[catalogue.Scan] = []
    for place, path in found:
        scan = catalogue.scan_user_file(path, data=data.get(path.parent, {}), given=known.given)
        empty = () if scan.problems or scan.cases else (f"no function case_NAME(seed) in {shown(path.name)}",)
        problems.extend(document.problem(place, message) for message in (*scan.problems, *empty))
        scans.append(scan)
    known.cases.extend(catalogue.told_apart([case for scan in scans for case in scan.cases], known.cases))
    return len(problems) == before


def _data(document: Document, case_files: Sequence[Path], problems: Problems) -> dict[Path, dict[str, Path]]:
    """The data of the cases, by the folder of the files that they lie beside."""
    found: dict[Path, dict[str, Path]] = {path.parent: {} for path in case_files}
    for place, word in words(document.value, ("cases", "data")):
        try:
            path = _file(document, word)
            found[beside.home_of(path, found)] |= beside.data(path, found)
            beside.check_size({str(file): file for files in found.values() for file in files.values()})
        except InputError as error:
            problems.append(document.problem(place, str(error)))
    return found


def _file(document: Document, name: str) -> Path:
    """A file that a matrix names, without steps back that hide which folder it is in."""
    return Path(os.path.normpath(document.path.parent / name))


def check_format_files(document: Document, known: Known, problems: Problems) -> bool:
    """The same of the user's files with formats. A file may have cases, too."""
    before = len(problems)
    installed = [Path(item.file) for item in known.formats if item.file is not None]
    for place, name in words(document.value, ("formats", "files")):
        path = document.path.parent / name
        others = [*installed, *known.format_files, *(other for other in known.case_files if other != path)]
        wrong: tuple[str, ...] = tuple(filter(None, [unimportable(path, name, others, known.given)]))
        if not wrong:
            known.format_files.append(path)
            scan = format_files.scan_file(path)
            wrong = (*scan.problems, *format_files.clashes(scan.formats, known.formats))
            known.formats.extend(scan.formats)
        problems.extend(document.problem(place, message) for message in wrong)
    return len(problems) == before


def check_environments(
    document: Document, native: str, problems: Problems, *, own: Mapping[str, OwnCode]
) -> frozenset[str] | None:
    """Check that they are few enough and distinct; the names they may have, or None when that cannot be said."""
    before = len(problems)
    try:
        spec = Environments.model_validate(at(document.value, ("environments",)))
    except ValidationError:
        return None  # check_values has said why
    place: Place = ("environments",)
    if (count := combinations(spec)) > MAX_COMBINATIONS:
        message = f"{count:,} combinations, more than {MAX_COMBINATIONS:,}"
        problems.append(document.problem((*place, "axes"), message))
        return None
    first: dict[str, int] = {}
    for index, item in enumerate(spec.include):
        if item.name is not None and (twin := first.setdefault(folded(item.name), index)) != index:
            other = spec.include[twin].name
            message = f"{shown(item.name)} is already the name of environments.include[{twin}]"
            if other != item.name:
                message = f"{shown(item.name)} and {shown(other)} differ in case, dots or hyphens only; rename one"
            problems.append(document.problem((*place, "include", index, "name"), message))
    problems += _without_a_day(spec, document)
    environments = expand(spec, native=native, satisfiable=lambda _: True, own=own)
    if len(environments) > MAX_ENVIRONMENTS:
        message = f"{len(environments):,} environments, more than {MAX_ENVIRONMENTS:,}"
        problems.append(document.problem(place, message))
    elif not environments:
        problems.append(document.problem((*place, "exclude"), "no combination of the axes is left"))
    return possible_names(spec, native=native, own=own) if len(problems) == before else None


def folded(name: str) -> str:
    """What names have in common that files, nox or a reader may take for one."""
    return re.sub(r"[._-]+", "-", name).lower()


def _without_a_day(spec: Environments, document: Document) -> Iterator[Problem]:
    for index, item in enumerate(spec.include):
        dated = "as_of" not in kinds.OF[item.kind].refuses
        if dated and item.scikit_learn is None and (item.as_of or spec.as_of) is AsOf.RELEASE:
            message = "as_of release is the day of a scikit-learn, and there is none: give it as_of newest or a day"
            place: Place = ("environments", "include", index)
            yield document.problem(place if item.as_of is None else (*place, "as_of"), message)
        if item.scikit_learn is None and AsOf.RELEASE in item.days.values():
            message = "days release is the day of a scikit-learn, and there is none: give it a day"
            yield document.problem(("environments", "include", index, "days"), message)


def check_patterns(
    document: Document,
    *,
    environments: frozenset[str] | None,
    cases: Sequence[Case] | None,
    formats: Sequence[Format] | None,
) -> Iterator[Problem]:
    """Say which pattern matches nothing. None: those are not known."""
    for holder in _holders(document.value):
        for place, word in _patterns(document.value, (*holder, "formats")):
            if formats is not None and not _is_format(word, formats):
                yield document.problem(place, unknown_format(word, formats))
        for place, word in _tolerance_words(document.value, holder):
            if formats is not None and not any(fits(item.name, [word]) for item in formats):
                yield document.problem(place, unknown("format", word, [item.name for item in formats]))
        for place, word in _patterns(document.value, (*holder, "environments")):
            if environments is not None and not any(fits(name, [word]) for name in environments):
                yield document.problem(place, unknown("environment", word, environments))
        for place, word in _patterns(document.value, (*holder, "cases")):
            if cases is not None and not any(case_fits(case, word) for case in cases):
                yield document.problem(place, unknown_case(word, cases))


def _is_format(word: str, formats: Sequence[Format]) -> bool:
    return any(format_fits(item, reader, word) for item in formats for reader in item.readers)


def _patterns(value: Plain, place: Place) -> Iterator[tuple[Place, str]]:
    return ((inner, word.removeprefix(NOT)) for inner, word in words(value, place))


def _holders(value: Plain) -> list[Place]:
    """Where patterns may stand: at the top, in each profile, and in what it measures."""
    profiles = at(value, ("profiles",))
    places: list[Place] = [("profiles", name) for name in (profiles if isinstance(profiles, dict) else ())]
    return [(), *places, *((*place, "measure") for place in places)]


def _tolerance_words(value: Plain, holder: Place) -> Iterator[tuple[Place, str]]:
    tolerances = at(value, (*holder, "tolerances"))
    for index in range(len(tolerances) if isinstance(tolerances, list) else 0):
        yield from words(value, (*holder, "tolerances", index, "formats"))


def unknown_format(word: str, formats: Sequence[Format]) -> str:
    known = [item for item in formats if fnmatchcase(item.name, word.partition("/")[0])]
    if "/" in word and known:
        return unknown("reader", word.partition("/")[2], [reader for item in known for reader in item.readers])
    return unknown("format", word.partition("/")[0], [item.name for item in formats])


def unknown_case(word: str, cases: Sequence[Case]) -> str:
    if word.startswith(FAMILY):
        return unknown("family", word.removeprefix(FAMILY), (case.family for case in cases))
    return unknown("case", word, (case.name for case in cases))
