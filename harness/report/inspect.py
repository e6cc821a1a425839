"""What `inspect` found of a model file, on a terminal and as data: the conclusion first."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis.meanings import only_for
from harness.analysis.units import counted, size
from harness.analysis.verdicts import BAD, Verdict
from harness.errors import printable
from harness.inspection.packages import is_data_type, is_telling, package_of
from harness.inspection.result import Damage, PartKind
from harness.report.ask import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from harness.analysis.ask.onwards import Onwards
    from harness.inspection import Inspection
    from harness.inspection.result import Call, Evidence, Part

_LABEL = 14  # characters before a text
_WIDTH = 100  # that a text is wrapped at, on a wider terminal too
_TREE = 14  # lines of the tree, without --verbose
_CALLS = 6
_PARAMETERS = 3
_PLAIN = frozenset({"None", "False", "True", "0"})  # values that tell little
_LARGE = 0.1  # of a file, from which on a part of it is large


def show(found: Inspection, console: Console, onwards: Sequence[Onwards] | None, *, verbose: bool = False) -> None:
    """Print an inspection.

    Parameters
    ----------
    onwards : what the stored runs say of its estimators; None if nobody asked them
    verbose : with every part, parameter, feature and name
    """
    mark, words, style = _conclusion(found, onwards)
    console.print()
    _print(console, f"{mark} ", words, style=style)
    for label, text, style in _lines(found, onwards, verbose=verbose):
        _print(console, f"  {label:<{_LABEL - 2}}", text, style=style)
    console.print()


def preview(found: Inspection, console: Console) -> None:
    """Print two lines of an inspection: who wrote the file, and what it holds."""
    if found.evidence:
        _cut(console, "written by", "; ".join(_evidence(one) for one in found.evidence))
    _cut(console, "holds", holds(found))


def preview_reference(onwards: Sequence[Onwards], console: Console) -> None:
    """Print what the stored runs say of the worst of the classes in a file."""
    worst = _worst(onwards) or onwards[0]
    _cut(console, "reference", f"{worst.estimator}: {', '.join(_stretches(worst))}")
    _cut(console, "", "from the reference: models of ours, not your file")


def _stretches(one: Onwards) -> Iterator[str]:
    for first, last, verdict, forms in one.ranges():
        yield f"{first if first == last else f'{first} to {last}'} {verdict}{f' ({only_for(forms)})' if forms else ''}"


def _cut(console: Console, label: str, text: str) -> None:
    line = Text(f"  {label:<{_LABEL - 2}}{' '.join(text.split())}", style="dim")
    console.print(line, no_wrap=True, overflow="ellipsis")


def _print(console: Console, label: str, text: str, *, style: str = "") -> None:
    """Print a text beside its label. A line that begins with a blank is cut where it would go on."""
    width = max(min(console.width, _WIDTH) - len(label), 20)
    plain = printable(text)
    if plain.startswith(" "):
        lines = [plain[1:] if len(plain) <= width + 1 else f"{plain[1:width]}…"]
    else:
        lines = textwrap.wrap(plain, width, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        is_first = label.strip() and len(label) < _LABEL
        start = Text(label if number == 0 else " " * len(label), style=style if is_first else "dim")
        console.print(start + Text(line, style=style), soft_wrap=True)


# ------------------------------------------------------------------------------------------------------ the conclusion


def _conclusion(found: Inspection, onwards: Sequence[Onwards] | None) -> tuple[str, str, str]:
    """Mark, sentence and style of the first line."""
    if found.trouble is not None:
        where = "" if found.trouble.offset is None else f" at byte {found.trouble.offset:,}"
        if found.trouble.kind is Damage.TOO_LARGE:
            return "?", f"{_name(found)}: too large: {found.trouble.what}{where}{_first_call(found)}", "bold yellow"
        return "✗", f"{_name(found)}: damaged{where}: {found.trouble.what}{_first_call(found)}", "bold magenta"
    subject = f"{_name(found)}: {holds(found)}"
    versions = found.sklearn_versions
    if versions:
        subject += f", scikit-learn {' and '.join(versions[:3])}"
    else:
        subject += "".join(f", {one.package} {one.version}" for one in found.evidence[:3] if one.exact)
    worst = _worst(onwards or ())
    if worst is not None:
        mark, style = MARKS[worst.verdicts[worst.first_bad or ""]]
        verb = {Verdict.BREAKS: "breaks", Verdict.CHANGES: "changes predictions"}[worst.verdicts[worst.first_bad or ""]]
        since = f"from {worst.first_bad} on" if worst.stays_bad else f"in {worst.first_bad}"
        return mark, f"{subject}; {verb} {since}{_only(worst)}", style
    if _telling(found):
        return "!", f"{subject}{_first_call(found)}", "bold yellow"
    return "•", subject, "bold"


def _only(worst: Onwards) -> str:
    """Whether all that is bad of it is so for rows in other forms alone."""
    bad = [minor for minor, verdict in worst.verdicts.items() if verdict in BAD]
    if not all(minor in worst.only_for for minor in bad):
        return ""
    return f" ({only_for(form for minor in bad for form in worst.only_for[minor])})"


def _first_call(found: Inspection) -> str:
    """What is worth a look first of what is outside the list; nothing, if nothing is."""
    telling = _telling(found)
    if not telling:
        return ""
    return f"; {'calls' if telling[0].called else 'names'} {telling[0].name}, which is outside the list"


def _worst(onwards: Sequence[Onwards]) -> Onwards | None:
    """Of what breaks or changes, what does so first."""
    bad = [one for one in onwards if one.first_bad is not None]
    return min(bad, key=lambda one: [*one.verdicts].index(one.first_bad or ""), default=None)


def _name(found: Inspection) -> str:
    return found.path.replace("\\", "/").rstrip("/").rpartition("/")[2][:60] or found.path[:60]


def holds(found: Inspection) -> str:
    """What it holds, in a few words: ``a Pipeline with a RandomForestClassifier``."""
    content = found.content
    if content is None:
        return f"a file of {found.format}"
    models = found.models
    if content.kind is not PartKind.ESTIMATOR:
        inner = ", ".join(dict.fromkeys(one.class_name for one in models[:3]))
        return f"{_what(content)} with {inner}" if models else _what(content)
    inner = models[-1].class_name if len(models) > 1 and content.class_name == "Pipeline" else ""
    return f"{content.class_name} with {inner}" if inner else content.class_name


def _what(part: Part) -> str:
    name = {"ModelProto": "an ONNX model"}.get(part.class_name, part.class_name or part.name)
    return f"a {name} of {part.detail}" if part.kind is PartKind.CONTAINER else name


# ---------------------------------------------------------------------------------------------------------- the lines


def _lines(found: Inspection, onwards: Sequence[Onwards] | None, *, verbose: bool) -> Iterator[tuple[str, str, str]]:
    """Label, text and style of each line below the conclusion."""
    trouble = found.trouble
    if trouble is not None and trouble.limit is not None:
        yield "do", f"--limit {trouble.limit}=NUMBER reads more of it; this says nothing against the file", ""
    elif trouble is not None:
        yield "do", "take the file from its source again; what was read until there is below", ""
    if found.evidence:
        yield "written by", "; ".join(_evidence(one) for one in found.evidence), ""
    yield "file", _file(found), ""
    yield from _tree(found, verbose=verbose)
    yield from _reference(found, onwards)
    yield "needs", _needs(found) or "nothing but Python", ""
    if found.own:
        yield (
            "own code",
            f"{_listed(found.own, 99 if verbose else _CALLS)}: not in any package that is known here",
            "yellow",
        )
    yield from _calls(found, verbose=verbose)
    yield from _sizes(found)
    for note in found.notes:
        yield "note", note, ""
    if verbose:
        yield from _verbose(found)


def _evidence(one: Evidence) -> str:
    name = {"numpy": "NumPy", "python": "Python"}.get(one.package, one.package)
    version = one.version if one.exact or one.version[:1] in "<>" or one.version[0].isdigit() else f"({one.version})"
    return f"{name} {version}" + (f" ({counted(one.count, 'estimator')})" if one.count > 1 else "")


def _file(found: Inspection) -> str:
    wrapped = f" in {' in '.join(reversed(found.wrapping))}" if found.wrapping else ""
    protocol = f", protocol {'/'.join(map(str, found.protocols))}" if found.protocols else ""
    more = f", {size(found.unpacked)} unpacked" if found.wrapping and found.unpacked else ""
    mapped = {True: ", can be memory-mapped", False: ", cannot be memory-mapped", None: ""}[found.can_map]
    return f"{found.format}{wrapped}{protocol}; {size(found.size)}{more}{mapped}"


def _tree(found: Inspection, *, verbose: bool) -> Iterator[tuple[str, str, str]]:
    if found.content is None:
        return
    if found.trouble is not None and not verbose:
        names = dict.fromkeys(one.class_name for one in found.estimators)
        if names:
            yield "holds", f"{_listed([*names], _CALLS)}, among what was read", ""
        return
    shown = [*found.models, *(part for part in found.estimators if part.count > 1)]
    lines = [*_branches(found.content, 0, shown, verbose=verbose)]
    if found.content.kind is PartKind.OBJECT:
        lines += [f"  {name}: {value}" for name, value in found.content.parameters if value]
    most = len(lines) if verbose else _TREE
    for number, line in enumerate(lines[:most]):
        yield "holds" if number == 0 else "", f" {line}", ""
    if len(lines) > most:
        yield "", f"and {counted(len(lines) - most, 'more part')}; --verbose shows them", "dim"


def _branches(part: Part, depth: int, shown: Sequence[Part], *, verbose: bool) -> Iterator[str]:
    """The lines of the tree: estimators, what is told of the whole, and containers of nothing else."""
    inner = depth
    if depth == 0 or part.kind is not PartKind.CONTAINER or not part.parts:
        if part.kind is PartKind.ESTIMATOR and depth and not verbose and part not in shown:
            return
        yield f"{'  ' * min(depth, 8)}{_branch(part, verbose=verbose)}"
        inner += 1
    for one in part.parts:
        yield from _branches(one, inner, shown, verbose=verbose)


def _branch(part: Part, *, verbose: bool) -> str:
    many = f"{part.count:,} × " if part.count > 1 else ""
    words = f"{many}{part.class_name or part.name}"
    if part.kind is PartKind.ESTIMATOR and not verbose:
        plain = [f"{name}={value}" for name, value in part.parameters if value not in _PLAIN and value[0] != "<"]
        words += f"({', '.join(plain[:_PARAMETERS])}{', …' if len(plain) > _PARAMETERS else ''})" if plain else ""
    told = [part.detail] if part.detail else []
    told += [f"{counted(part.features, 'feature')}{', named' if part.feature_names else ''}"] if part.features else []
    told += [f"gives {part.output}"] if part.output else []
    path = f"{part.path}  " if part.path else ""
    return f"{path}{words}{'  ' + ', '.join(told) if told else ''}"


def _reference(found: Inspection, onwards: Sequence[Onwards] | None) -> Iterator[tuple[str, str, str]]:
    """What stored runs say of the classes in it."""
    if onwards is None or not found.sklearn_versions:
        return
    alike: dict[str, list[Onwards]] = {}
    for one in onwards:
        alike.setdefault(", ".join(_stretches(one)), []).append(one)
    for number, (words, some) in enumerate(sorted(alike.items(), key=lambda item: item[1][0].first_bad is None)):
        bad = some[0].first_bad
        style = MARKS[some[0].verdicts[bad]][1].removeprefix("bold ") if bad else ""
        yield "elsewhere" if number == 0 else "", f"{_listed([one.estimator for one in some], 3)}: {words}", style
    if not onwards:
        yield "elsewhere", f"the stored runs know nothing of these classes from {found.sklearn_versions[0]}", ""


def _needs(found: Inspection) -> str:
    known = [need.package for need in found.needs if need.package is not None]
    unknown = [need.module for need in found.needs if need.package is None]
    return ", ".join(known) + (f"; of no known package: {_listed(unknown, _CALLS)}" if unknown else "")


def _telling(found: Inspection) -> list[Call]:
    """Names outside the list that are worth a look each."""
    return [one for one in found.calls.outside if is_telling(one.name)]


def _calls(found: Inspection, *, verbose: bool) -> Iterator[tuple[str, str, str]]:
    calls = found.calls
    if not calls.known and not calls.outside:
        return
    if not calls.outside:
        yield "calls", f"nothing outside the list of {_list_of(found)} ({counted(calls.known, 'name')})", ""
        return
    telling = _telling(found)
    for number, one in enumerate(telling if verbose else telling[:_CALLS]):
        verb = "calls" if one.called else "names"
        yield (
            "calls" if number == 0 else "",
            f"{verb} {one.name} at byte {one.offset:,}: outside the list",
            "bold yellow",
        )
    if len(telling) > _CALLS and not verbose:
        yield "", f"and {len(telling) - _CALLS} more; --verbose shows them", "dim"
    packages: dict[str, list[str]] = {}
    for one in calls.outside:
        if one not in telling:
            packages.setdefault(_whose(one.name), []).append(one.name)
    if packages:
        words = "; ".join(_named(package, names) for package, names in packages.items())
        yield "" if telling else "calls", f"outside the list of {_list_of(found)}: {words}", ""


def _list_of(found: Inspection) -> str:
    calls = found.calls
    if calls.is_of_writer:
        return f"scikit-learn {', '.join(calls.compared)}"
    if not calls.compared:
        return "no release"
    known = f"scikit-learn {calls.compared[0]} to {calls.compared[-1]}"
    return f"{known}, which lacks {found.sklearn_versions[0]}" if found.sklearn_versions else known


def _whose(name: str) -> str:
    return "Python's data types" if is_data_type(name) else package_of(name) or "unknown packages"


def _named(package: str, names: Sequence[str]) -> str:
    if len(names) == 1 and package_of(names[0]) == package:
        return names[0]
    return f"{package} ({counted(len(names), 'name')})"


def _sizes(found: Inspection) -> Iterator[tuple[str, str, str]]:
    whole = max(found.unpacked or found.size, 1)
    large = [part for part in found.large if part.size >= _LARGE * whole and part.size >= 10_000]  # noqa: PLR2004
    for number, part in enumerate(large[:3]):
        words = f"{size(part.size)} of {size(whole)}: {part.path or 'the whole'} ({part.name} {part.detail})"
        yield "large" if number == 0 else "", words, ""
    for number, (path, amount, why) in enumerate(found.droppable[:3]):
        yield "droppable" if number == 0 else "", f"{path}, {size(amount)}: {why}", ""


def _verbose(found: Inspection) -> Iterator[tuple[str, str, str]]:
    for one in found.evidence:
        where = f" in {_listed([path or 'the whole' for path in one.where], 3)}" if one.where else ""
        yield "evidence", f"{one.package} {one.version}: {one.why}{where}", ""
    for part in found.content.walk() if found.content is not None else ():
        if part.parameters:
            yield (
                part.class_name[: _LABEL - 3] or "part",
                ", ".join(f"{name}={value}" for name, value in part.parameters),
                "",
            )
        if part.feature_names:
            yield "features", ", ".join(map(repr, part.feature_names)), ""
    for need in found.needs:
        yield "names", ", ".join(need.names), ""
    for call in found.calls.outside:
        yield "outside", f"{call.name} at byte {call.offset:,}{', called' if call.called else ''}", ""


def _listed(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def as_data(found: Inspection, onwards: Sequence[Onwards] | None) -> dict[str, Any]:
    """Return an inspection as data for JSON."""
    _, words, _ = _conclusion(found, onwards)
    reference = [
        {"estimator": one.estimator, "from": one.minor, "to": {minor: str(it) for minor, it in one.verdicts.items()}}
        for one in onwards or ()
    ]
    return {"answer": words, **found.as_data(), "reference": None if onwards is None else reference}
