"""Static pages of a run for a web server: an index, and one page for each estimator. They need no JavaScript.

``index.html`` lists the estimators, and ``RandomForestClassifier/index.html`` answers for one. Each links to
``report.html``, the interactive page, which is written beside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from harness.analysis import causes, versions
from harness.analysis.ask import tabulating
from harness.analysis.ask.subjects import Kind
from harness.analysis.verdicts import BAD, Verdict, rank
from harness.files import replace_text
from harness.report import ask as asking
from harness.report import carriers, templating
from harness.report.site import answers as site_answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.analysis.ask.subjects import Subject
    from harness.analysis.ask.tabulating import Answers
    from harness.store import RunTables

INTERACTIVE = "report.html"
#: What may be a folder's name; nothing else becomes a page. A class has such a name.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One answer: of an estimator, from one minor release to another."""

    saved: str
    loaded: str
    verdict: Verdict
    sentence: str
    cause: str | None
    asked: bool  # else the run has no such cell
    rescued: str  # what gets over it; empty where nothing does, or nothing need

    @property
    def mark(self) -> str:
        return asking.MARKS[self.verdict][0] if self.asked else "–"

    @property
    def style(self) -> str:
        return site_answers.STYLES[self.verdict]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One estimator."""

    name: str
    loaded: tuple[str, ...]
    rows: dict[str, tuple[Field, ...]]  # by the minor that saved
    safe: Mapping[str, str]  # where such a model is safe, by the minor that saved

    @property
    def worst(self) -> Field:
        """The most serious field; of several one on the way to a newer release, and of these from the newest."""
        order = versions.ordered({*self.rows, *self.loaded})
        every = [field for row in self.rows.values() for field in row]
        return min(
            reversed(every),
            key=lambda field: (
                rank(field.verdict) if field.asked else len(Verdict),
                order.index(field.saved) > order.index(field.loaded),
            ),
        )

    @property
    def words(self) -> list[str]:
        """The name in pieces, between which a line may break."""
        return re.findall(r"[A-Z]*[^A-Z]+|[A-Z]+", self.name)

    @property
    def causes(self) -> tuple[tuple[causes.Cause, str], ...]:
        """Why it changes or breaks, with where: ``1.3 → 1.9``, and how often else."""
        found: dict[str, list[Field]] = {}
        for row in self.rows.values():
            for field in row:
                if field.cause and field.verdict in BAD:
                    found.setdefault(field.cause, []).append(field)
        known = causes.by_name()
        listed = [(known[name], fields) for name, fields in found.items() if name in known]
        listed.sort(key=lambda one: (min(rank(field.verdict) for field in one[1]), -len(one[1])))
        return tuple((cause, _where(fields)) for cause, fields in listed)


def _where(fields: list[Field]) -> str:
    first, more = fields[-1], len(fields) - 1
    return f"{first.saved} → {first.loaded}" + (f" and {more} more" if more else "")


def write(tables: RunTables, interactive: str, folder: Path) -> int:
    """Write the pages of a run; return how many estimators have one.

    Parameters
    ----------
    interactive : the page that `harness.report.site.render` makes.
    """
    answers = tabulating.tabulate(tables)
    pages = sorted(_pages(answers), key=lambda page: page.name.lower())
    style = (resources.files("harness.report.site") / "assets" / "landing.css").read_text(encoding="utf-8")
    facts = {"run": tables.run, "style": style, "marks": asking.MARKS, "styles": site_answers.STYLES}
    replace_text(folder / INTERACTIVE, interactive)
    index, one = (templating.template(f"landing/{name}.html", autoescape=True) for name in ("index", "estimator"))
    replace_text(folder / "index.html", index.render(pages=pages, **facts))
    for page in pages:
        replace_text(folder / page.name / "index.html", one.render(page=page, **facts))
    return len(pages)


def _pages(answers: Answers) -> Iterator[Page]:
    texts, code = site_answers.safe_in(answers)
    for place, subject in enumerate(answers.subjects):
        codes = code[place, answers.formats[""]]
        safe = {saved: texts[codes[answers.saved.names[saved]]] for saved in answers.saved.minors}
        page = _page(answers, place, subject, safe)
        if page is not None:
            yield page


def _page(answers: Answers, place: int, subject: Subject, safe: Mapping[str, str]) -> Page | None:
    """The page of a class; None for a case or a family, and where nothing was asked."""
    if subject.kind is not Kind.CLASS or _NAME.match(subject.name) is None:
        return None
    rows = {
        saved: tuple(_field(answers, place, saved, loaded) for loaded in answers.loaded.minors)
        for saved in answers.saved.minors
    }
    rows = {saved: row for saved, row in rows.items() if any(field.asked for field in row)}
    return Page(name=subject.name, loaded=answers.loaded.minors, rows=rows, safe=safe) if rows else None


def _field(answers: Answers, place: int, saved: str, loaded: str) -> Field:
    at = (place, answers.formats[""], answers.saved.names[saved], answers.loaded.names[loaded])
    verdict, cause = answers.verdict_at(*at), int(answers.cause[at])
    return Field(
        saved=saved,
        loaded=loaded,
        verdict=verdict or Verdict.UNKNOWN,
        sentence=site_answers.at(answers, *at) if verdict else "no such cell",
        cause=answers.causes[cause - 1] if cause else None,
        asked=verdict is not None,
        rescued=carriers.told(answers.carriers.get((place, *at[2:]), ())),
    )
