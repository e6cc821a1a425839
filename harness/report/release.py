"""What a release changes for stored models: on a terminal, and as data. `release_notes` has it as text to paste."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.analysis.release import Effect
from harness.analysis.units import CUT, counted
from harness.analysis.verdicts import Verdict, worst
from harness.report import carriers
from harness.report.ask import MARKS, print_beside
from harness.report.ask_words import listed
from harness.report.console import writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from harness.analysis.release import Release, ReleaseFinding, Share

_WIDTH, _LABEL = 80, 10
_PACKAGES = 3  # named; the others are counted
_CLASSES = 8
_MORE = "--markdown and --rst are for release notes, with examples; --json for programs"
UNKNOWN = "not known; the release needs a look here"
TITLES = {
    Effect.CHANGES: "Predicts something else, without an error",
    Effect.BREAKS: "Fails",
    Effect.LOST: "Not known any more",
    Effect.OTHERWISE: "Bad or not known before, and bad in another way",
    Effect.FIXED: "Works again",
}
_VERDICTS = {Effect.CHANGES: Verdict.CHANGES, Effect.BREAKS: Verdict.BREAKS, Effect.LOST: Verdict.UNKNOWN}


def verdicts(release: Release) -> frozenset[Verdict]:
    """Everything that a release does, as verdicts. Where nothing is seen it is never "safe"."""
    found = {verdict for effect, verdict in _VERDICTS.items() if release.of(effect)}
    if release.never_tried or release.not_compared or not release.cells:
        found.add(Verdict.UNKNOWN)
    return frozenset(found or {Verdict.UNSEEN})


def verdict(release: Release) -> Verdict:
    """The worst of them."""
    return worst(verdicts(release))


def sentence(release: Release) -> str:
    """The conclusion: ``changes predictions of 14 of 186 estimators, breaks 11``."""
    changes, breaks, lost = (len(release.estimators_of(one)) for one in (Effect.CHANGES, Effect.BREAKS, Effect.LOST))
    of = f"of {counted(release.estimators, 'estimator')}"
    if changes:
        return f"changes predictions of {changes} {of}" + (f", breaks {breaks}" if breaks else "")
    if breaks:
        return f"breaks {breaks} {of}, changes no predictions"
    if verdict(release) is Verdict.UNKNOWN:
        return f"not known: {lost or len(release.not_compared) or 'some'} {of} were not tried, or not compared"
    return f"no change seen in {counted(release.models, 'model')} {of}"


def title(release: Release) -> str:
    return f"{release.package} {release.consumers.now}"


def show(release: Release, console: Console) -> None:
    """Print it: the conclusion, what it stands on, then each finding once."""
    mark, style = MARKS[verdict(release)]
    console.print()
    label = writable(f"{mark} ", console)
    print_beside(console, label, f"{title(release)}: {sentence(release)}", style=style, widest=_WIDTH)
    for name, text in _lines(release):
        print_beside(console, f"  {name:<{_LABEL}}", text, widest=_WIDTH)
    for effect in _VERDICTS:
        some = release.of(effect)
        if some:
            console.print()
            console.print(TITLES[effect], style="bold", highlight=False)
        for finding in some:
            _show(finding, console)
    console.print()
    for name, effect in (("works", Effect.FIXED), ("still bad", Effect.OTHERWISE)):
        if release.of(effect):
            print_beside(console, f"  {name:<{_LABEL}}", briefly(release, effect), widest=_WIDTH)
    print_beside(console, f"  {'for more':<{_LABEL}}", _MORE, style="dim", widest=_WIDTH)
    console.print()


def _show(finding: ReleaseFinding, console: Console) -> None:
    mark, style = MARKS[_VERDICTS[finding.effect]]
    named = classes(finding) if finding.is_known else counted(len(finding.shares), "estimator")
    print_beside(console, writable(f"  {mark} ", console), named, style=style, widest=_WIDTH)
    for name, text in _about(finding):
        print_beside(console, f"    {name:<{_LABEL - 2}}", text, widest=_WIDTH)


def _lines(release: Release) -> Iterator[tuple[str, str]]:
    yield "tested", tested(release)
    if release.never_tried:
        yield "not run", not_run(release)
    if release.not_compared:
        yield "not known", not_compared(release)
    if release.others:
        yield "beside", f"{others(release)}: perhaps the reason"
    if release.consumers.passed_over:
        yield "nearer", passed_over(release)
    if release.newly_warned:
        yield "left out", left_out(release)


def _about(finding: ReleaseFinding) -> Iterator[tuple[str, str]]:
    yield "of", scope(finding)
    sure = [one for one in finding.carriers if one.is_sure]
    if sure:
        yield "rescued", f"by {carriers.told(sure)}"
    if finding.is_known:
        yield "why", why(finding)
        yield "do", finding.helps
        return
    yield "why", UNKNOWN
    alike = _alike(finding.shares)
    for words, some in list(alike.items())[:_CLASSES]:
        yield "", f"{listed(some, _CLASSES // 2)}: {words}"
    if len(alike) > _CLASSES:
        yield "", f"and {len(alike) - _CLASSES} more kinds of trouble"


def _alike(shares: Iterable[Share]) -> dict[str, list[str]]:
    """Classes by what is told of them: apart from the class, whose name an error may have."""
    found: dict[str, list[str]] = {}
    for share in shares:
        found.setdefault(what(share).replace(share.name, "…"), []).append(share_of(share))
    return found


def tested(release: Release) -> str:
    """What the conclusion stands on."""
    formats = counted(len(release.formats), "format")
    return (
        f"{counted(release.models, 'model')}, saved by {release.saved_by} in {formats}, loaded with "
        f"{release.consumers.was} and {release.consumers.now}; {sources(release)}"
    )


def sources(release: Release) -> str:
    """The runs, by their ids."""
    runs = listed([str(run["run_id"]) for run in release.runs])
    return f"{'run' if len(release.runs) == 1 else 'runs'} {runs}"


def not_run(release: Release) -> str:
    return f"{counted(release.never_tried, 'cell')} did not run; they never count as passing"


def not_compared(release: Release) -> str:
    return f"{listed(release.not_compared, _CLASSES)}: nothing of what they predict could be compared"


def others(release: Release, most: int = _PACKAGES) -> str:
    """What else differs between the two loads."""
    return f"the two loads differ in more than {release.package}: {listed(list(map(str, release.others)), most)}"


def passed_over(release: Release) -> str:
    versions = ", ".join(release.consumers.passed_over)
    return f"{release.package} {versions}, in environments that also differ in scikit-learn or Python"


def left_out(release: Release) -> str:
    return f"{counted(release.newly_warned, 'model')} that only warn of another version, as after every release"


def briefly(release: Release, effect: Effect) -> str:
    """The classes of an effect that asks nobody to act."""
    return listed(release.estimators_of(effect), _CLASSES)


def classes(finding: ReleaseFinding, most: int = _CLASSES) -> str:
    """``LogisticRegression (6 of 42 models), Ridge (all 9 models)``."""
    return listed(list(map(share_of, finding.shares)), most)


def share_of(share: Share) -> str:
    """``LogisticRegression (6 of 42 models)``."""
    if share.models == share.of:
        return f"{share.name} ({'1 model' if share.of == 1 else f'all {share.of} models'})"
    return f"{share.name} ({share.models} of {share.of} models)"


def what(share: Share) -> str:
    """What differs, or the error."""
    return (share.differs or share.reason or "no reason is stored")[:CUT]


def scope(finding: ReleaseFinding) -> str:
    """Whose models are concerned, and how: ``saved by 1.0 to 1.4; up to 12.5% of the labels differ``."""
    parts = [f"models saved by {finding.saved_by}"]
    if finding.formats:
        parts.append(f"in {', '.join(finding.formats)} only")
    if finding.failed_before:
        parts.append("they failed with an error before")
    if finding.how:
        parts.append(finding.how)
    if finding.labels:
        parts.append(f"up to {finding.labels:.1%} of the labels differ")
    if finding.unusual:
        parts.append("only for rows of another form than those of the fit")
    return "; ".join(parts)


def why(finding: ReleaseFinding) -> str:
    """The cause in one sentence, with what brought it."""
    text = finding.sentence
    dated = not finding.since or finding.since in text or " since " in text
    return text if dated else f"{text.removesuffix('.')} (since {finding.since})."


def as_data(release: Release) -> dict[str, Any]:
    """Return the effect of a release as data for JSON."""
    names = (
        "package",
        "producers",
        "formats",
        "cells",
        "models",
        "estimators",
        "never_tried",
        "not_compared",
        "newly_warned",
    )
    facts = ("run_id", "profile", "started", "complete")
    return {
        **{name: getattr(release, name) for name in names},
        "verdict": str(verdict(release)),
        "sentence": sentence(release),
        "runs": [{name: run.get(name) for name in facts} for run in release.runs],
        "consumers": asdict(release.consumers),
        "others": [asdict(one) for one in release.others],
        "counts": {str(kind): count for kind, count in release.counts.items()},
        "findings": [{"effect": str(one.effect), **asdict(one)} for one in release.findings],
    }
