"""SUMMARY.md: the run on one page of Markdown, for a CI job's summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.analysis import kits, soundness, units
from harness.analysis.pair_signs import Sign, pick_signs
from harness.errors import printable
from harness.report import phrases, templating

if TYPE_CHECKING:
    import jinja2

    from harness.analysis.groups import OutcomeGroup
    from harness.analysis.summary import PairCounts, Summary

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$@])")


def render(summary: Summary) -> str:
    """Write the summary of a run as Markdown. Text of models, packages and exceptions is escaped."""
    return template("summary.md").render(
        summary=summary,
        kits=kits.sentences(summary.run),
        alarms=soundness.find_problems(summary),
        signs=signs,
        stacked=stacked,
        why=_why,
        counted=units.counted,
    )


def _why(group: OutcomeGroup) -> str:
    words = phrases.why(group)
    return f"; why: {words}" if words else ""


def template(name: str) -> jinja2.Template:
    """Return a template for Markdown, which escapes every value that is not `Safe`."""
    # Markdown, not HTML: `finalize` escapes every value.
    return templating.template(name, keep_trailing_newline=True, finalize=markdown, autoescape=False)


class Safe(str):
    """Markdown that is not escaped again."""

    __slots__ = ()


def markdown(value: Any) -> str:
    """Escape a value, so that Markdown shows it as it is, on one line."""
    if isinstance(value, Safe):
        return value
    return _SPECIAL.sub(r"\\\1", printable(" ".join(str(value).split())[:500]))


def command(words: str) -> Safe:
    """Show a command as code on one line, which nothing within can end."""
    return Safe(f"    {printable(' '.join(words.split()))}")


def stacked(name: str) -> Safe:
    """Break the name of an environment, so that it fits a narrow column."""
    return Safe(markdown(name).replace("-", "<br>"))


def signs(pair: PairCounts | None) -> Safe:
    """Write the signs of a pair."""
    words = [f"**{text}**" if sign is Sign.DRIFT else text for sign, text in pick_signs(pair)]
    return Safe(" ".join(words) or "–")
