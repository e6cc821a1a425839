"""What is said of an answer besides its sentence: for terminal and JSON alike. Nothing is escaped here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import kits, versions
from harness.analysis.ask.breadth import MODELS
from harness.analysis.ask.sentence import spans
from harness.analysis.meanings import unusual_rows
from harness.analysis.units import counted, some
from harness.analysis.verdicts import ADVICE, BAD, SAFE, SOUND, Verdict, rank
from harness.report import rerun_command
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.analysis.ask import Answer, AskedRun, Way
    from harness.analysis.ask.breadth import Breadth
    from harness.analysis.ask.separating import Failing, Separation
    from harness.analysis.ask.strip import Minor, Strip
    from harness.analysis.versions import Wanted

NAMES = 6  # cases, methods or values in one line
_REASON = 160  # characters of a reason that no cause explains
_CAUSES = 4


def question(answer: Answer) -> str:
    """What was asked, in short: ``RandomForestClassifier 1.2 → 1.5``; without releases that load, ``… of 1.2``."""
    asked = answer.question
    name, saved = asked.subject.name, _version(asked.producers[0])
    targets = [_version(one) for one in asked.consumers[:1]] if len(asked.targets) < 2 else asked.targets  # noqa: PLR2004
    if not targets:
        return f"{name} of {saved}"
    loaded = ", ".join(targets) if len(targets) < NAMES else f"{targets[0]}, …, {targets[-1]}"
    return f"{name} {saved} → {loaded}"


def details(answer: Answer) -> str:
    """The rest of the question: parameters, further packages, format and reader; empty if there is none."""
    asked = answer.question
    others = [one for one in asked.consumers[1:] if one.package != versions.DEFAULT_PACKAGE]
    return ", ".join(
        [
            *(str(setting) for setting in asked.settings),
            *(f"saved with {one}" for one in asked.producers[1:]),
            *(f"loaded with {one}" for one in others),
            *(f"{noun} {name}" for noun, name in (("format", asked.format), ("reader", asked.reader)) if name),
        ]
    )


def _version(one: Wanted) -> str:
    return one.version if one.package == versions.DEFAULT_PACKAGE else str(one)


def tested(answer: Answer) -> str:
    """The breadth of an answer, and from when it is: ``17 models, 4 formats, 3 environments; run of 2026-11-22``."""
    if not answer.pairs:
        return "nothing"
    breadth, alone = answer.breadth, len(answer.breadth.alone)
    models = counted(len(breadth.models), "model")
    if answer.question.class_name is not None and alone < len(breadth.models):
        models += f" ({len(breadth.models) - alone} contain one)"
    elif 0 < len(breadth.models) <= NAMES // 2:
        models += f" ({', '.join(breadth.models)})"
    formats, environments = counted(len(answer.formats), "format"), counted(answer.environments, "environment")
    days = sorted({str(one.run["started"])[:10] for one in answer.runs})
    return f"{models}, {formats}, {environments}; {'run' if len(days) == 1 else 'runs'} of {', '.join(days)}"


def why(answer: Answer, *, only_worst: bool = False) -> list[str]:
    """Why it is no better than it is: causes, or what lacks for "safe".

    Parameters
    ----------
    only_worst : leave out why other models do what is less bad than the verdict.
    """
    if answer.nothing:
        return [answer.nothing]
    if answer.verdict in BAD:
        return _by_release(answer) if answer.question.is_strip else _causes(answer, only_worst=only_worst)
    if answer.verdict is Verdict.UNSEEN:
        return ["; ".join(shortcomings(answer.breadth)) or "too little was tested between some environments"]
    if answer.verdict is Verdict.UNKNOWN:
        return list(_unknown(answer))
    return []


def _causes(answer: Answer, *, only_worst: bool) -> list[str]:
    """The causes of what fails, the worst first, and what no cause explains by its reason."""
    failing = [one for one in answer.sides.failing if not only_worst or one.verdict is answer.verdict]
    return _sentences(answer, ((one.cause, one.reason) for one in failing))


def _sentences(answer: Answer, explained: Iterable[tuple[str | None, str]]) -> list[str]:
    """Each cause with its sentence, each reason without one cut short."""
    told = (answer.causes.get(cause or "") or _short(reason) for cause, reason in explained)
    return list(dict.fromkeys(filter(None, told)))[:_CAUSES]


def _by_release(answer: Answer) -> list[str]:
    """The causes of each stretch of releases, the worst first."""
    known = sorted(answer.strip.explained(), key=lambda one: rank(one[2].verdict))
    return [f"{spans([(first, last)])}: {_reason(answer, minor)}" for first, last, minor in known]


def _reason(answer: Answer, minor: Minor) -> str:
    told = " ".join(answer.causes[cause] for cause in minor.causes[:2])
    return told or _short(minor.reason) or "the stored runs do not tell"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _REASON else f"{words[: _REASON - 1].rpartition(' ')[0]} …"


def _unknown(answer: Answer) -> Iterator[str]:
    """Why it is not known: cells that were not run, or not comparable, and releases that no environment has."""
    never, cells = sum(pair.never_tried for pair in answer.pairs), sum(pair.cells for pair in answer.pairs)
    if never:
        yield f"{never} of {counted(cells, 'cell')} did not run; they never count as passing"
    absent = [one.minor for one in answer.strip.minors if one.verdict is Verdict.UNKNOWN]
    if answer.question.is_strip and absent:
        yield f"nothing that was loaded with {', '.join(absent)} says anything"
    elif not never:
        unclear = [way for pair in answer.pairs for way in pair.ways if way.verdict is Verdict.UNKNOWN]
        yield from _sentences(answer, ((way.cause, way.reason) for way in unclear)) or ["nothing was tried"]


def numpy(strip: Strip) -> list[str]:
    """Where it is the NumPy, and not the release, that decides."""
    told: dict[str, list[str]] = {}
    for one in strip.minors:
        if one.newer_numpy is not None:
            words = f"{one.verdict} only where an older NumPy loads it; else {one.newer_numpy}"
            told.setdefault(words, []).append(one.minor)
    return [f"{', '.join(minors)}: {words}" for words, minors in told.items()]


def safe_in(answer: Answer) -> str:
    """Where a model of the same producers is safe, by the same evidence and the same rule: ``1.1 … 1.2``."""
    return safe_within(answer.elsewhere)


def safe_within(strip: Strip) -> str:
    """Which releases of a strip are safe; empty for a strip without any release."""
    if not strip.minors:
        return ""
    widest = strip.widest(SAFE)
    if widest is not None:
        others = [one for one in strip.ranges(SAFE) if one != widest]
        return f"{_range(widest)}{f'; also {spans(others)}' if others else ''}"
    unseen = strip.ranges({Verdict.UNSEEN})
    if unseen:
        return f"none for sure; no difference seen in {spans(unseen)}"
    return "none that was tested"


def _range(one: tuple[str, str]) -> str:
    return one[0] if one[0] == one[1] else f"{one[0]} … {one[1]}"


def advice(answer: Answer) -> str:
    """Say whether a warning may be ignored."""
    return ADVICE[answer.verdict][0 if answer.warned else 1]


def todo(answer: Answer) -> str:
    """What to do now. Names only commands that this release has."""
    if answer.verdict in BAD:
        return _instead_of_loading(answer)
    if answer.verdict in SAFE:
        return advice(answer)
    to = "".join(f" --to {release}" for release in answer.question.targets[:1])
    return f"try your own model: {rerun_command.program()} check model.pkl{to}"


def _instead_of_loading(answer: Answer) -> str:
    saved = next((one for one in answer.question.producers if one.package == versions.DEFAULT_PACKAGE), None)
    home = "where it was saved" if saved is None else f"with {saved.version}"
    target = answer.question.targets[0] if len(answer.question.targets) == 1 else None
    told = [f"retrain with {target}" if target else "retrain for these releases", f"serve {home}"]
    if saved is not None and target is not None and minor_of(saved.version) == minor_of(target):
        told = ["retrain", "serve with the very packages that saved it"]
    elif saved is not None and target is not None and not all(one.at_home for one in answer.sides.failing):
        rescue = f"{rerun_command.program()} rescue model.pkl --to {target} --output new.pkl"
        told = [rescue, "retrain", f"serve {home}"]
    safe = [name for name, verdict in instead(answer).items() if verdict in SAFE]
    if safe and not answer.question.is_strip:
        told.insert(0, f"save it as {' or '.join(safe)}, which was safe")
    if changes_only_unusual(answer):
        told.insert(0, "give it rows in the form that it was fitted on")
    return f"{', '.join(told[:-1])}, or {told[-1]}"


def which(answer: Answer) -> list[str]:
    """Which models break or change, by cause, and what tells them from the others; empty if it is all, or none."""
    if len(answer.sides.bad) == len(answer.breadth.models):
        return []
    failing = answer.sides.failing
    is_mixed = len({one.verdict for one in failing}) > 1
    return [_failing(one, is_mixed=is_mixed) for one in failing[:_CAUSES]]


def _failing(one: Failing, *, is_mixed: bool) -> str:
    """How many models, and what tells them from the others; where nothing does, the names of some."""
    few = NAMES // 2
    told = "; ".join(map(_separation, one.separations))
    if not told and len(one.cases) > few:
        told = listed(one.cases, few)
    does = f" ({one.verdict})" if is_mixed else ""
    home = " (in its own producer, too: the version is not the reason)" if one.at_home else ""
    return f"{some(one.cases, 'model', few)}{does}{home}{': ' if told else ''}{told}"


def only_unusual(answer: Answer) -> bool:
    """Whether nothing differs for rows like those of the fit.

    Older runs do not tell what differs: of these the worst is said.
    """
    return bool(unusual_rows(answer.differing))


def changes_only_unusual(answer: Answer) -> bool:
    """Whether all that is wrong is that predictions change for rows in another form than those of the fit."""
    return answer.verdict is Verdict.CHANGES and Verdict.BREAKS not in answer.verdicts and only_unusual(answer)


def _separation(one: Separation) -> str:
    if one.name == "within":
        return f"those with {one.bad[0]} within"
    bad, good = (", ".join(_value(text) for text in side[:NAMES]) for side in (one.bad, one.good))
    return f"those with {one.name}={bad}; the same with {good}"


def _value(text: str) -> str:
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
    return plain if len(plain) <= 40 else f"{plain[:37]}..."  # noqa: PLR2004


def by_itself(answer: Answer) -> str:
    """The verdict of the models of the class itself, where those that contain one are worse; else empty."""
    if answer.alone is None or answer.alone is answer.verdict:
        return ""
    models = some(answer.breadth.alone, "model", NAMES // 2)
    alike = answer.alone_elsewhere.ranges({answer.alone}) if answer.alone in SOUND else []
    return f"{answer.alone} ({models}{f'; the same in {spans(alike)}' if alike else ''})"


def shortcomings(breadth: Breadth) -> Iterator[str]:
    """Why a breadth is too little for "safe"."""
    if len(breadth.models) < MODELS:
        yield f"no difference was seen, but in {counted(len(breadth.models), 'model')} only; safe needs {MODELS}"
    if breadth.untested:
        yield f"no model had {listed(breadth.untested)}"
    if breadth.unpredicted:
        yield f"{listed(breadth.unpredicted)} predict, and were not compared"
    if len(breadth.models) >= MODELS > breadth.whole:
        yield "only what is named was compared in some format; --format pickle may have more"


def listed(names: Sequence[str], most: int = NAMES) -> str:
    """Some names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def instead(answer: Answer) -> dict[str, Verdict]:
    """Formats and readers through which nothing speaks against it in any pair that is not sound."""
    bad = [pair for pair in answer.pairs if pair.verdict not in SOUND]
    every = [{name(way): way.verdict for way in pair.instead} for pair in bad]
    names = [name for name in (every[0] if every else {}) if all(name in ways for ways in every)]
    is_safe = {name: all(ways[name] in SAFE for ways in every) for name in names}
    return {name: Verdict.SAFE if safe else Verdict.UNSEEN for name, safe in is_safe.items()}


def name(way: Way) -> str:
    """A format, with its reader where that has another name."""
    return way.format if way.format == way.reader else way.name


def again(way: Way) -> str:
    """The command that repeats the worst cell of a way."""
    return rerun_command.command(way.run.run, way.run.path, way.example)


def of_kits(answer: Answer) -> list[str]:
    """What is to be told of environments whose rows a kit brought."""
    asked = {pair.consumer for pair in answer.pairs}
    return [f"{name}: {note}" for run in answer.runs for name, note in kits.notes(run.run).items() if name in asked]


def sources(runs: Iterable[AskedRun]) -> str:
    """Say which runs an answer stands on, with their dates."""
    names = []
    for one in runs:
        complete = "" if one.run.get("complete", True) else ", not complete"
        names.append(f"{one.id} of {str(one.run['started'])[:10]} ({counted(one.cells, 'cell')}{complete})")
    return f"{'the run' if len(names) == 1 else 'the runs'} {'; '.join(names)}"
