"""What a release changes for stored models, as text to paste: a page of Markdown, and short notes for Sphinx."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.release import Effect
from harness.errors import printable
from harness.report import markdown, release, rerun_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.analysis.release import Release, ReleaseFinding, Share

_TOLD = (Effect.CHANGES, Effect.BREAKS, Effect.LOST)
_LEADS = {
    Effect.CHANGES: "Stored models predict something else, without an error:",
    Effect.BREAKS: "Stored models fail:",
    Effect.LOST: "It is not known whether stored models work:",
}
#: What a user is told where no cause says more.
HELPS = "Retrain the model, or serve it with the release that wrote it."
_SKLEARN = re.compile(r"sklearn(\.[a-z_]+)*\Z")
_CLASS = re.compile(r"[A-Za-z_]\w*\Z")
_MOST = 12  # classes of one line
_WIDTH = 88  # scikit-learn's own


def render(found: Release) -> str:
    """Write a page of Markdown with a section for each reader. Text of models and packages is escaped."""
    rows = [(one, share) for one in found.of(*_TOLD) for share in one.shares]
    example = rows[0][1].example if rows else ""
    whose = found.example_run.get(example)
    again = "" if whose is None else rerun_command.command(whose.run, whose.path, example)
    program = rerun_command.program()
    return markdown.template("release.md").render(
        release=found,
        words=release,
        effects=_TOLD,
        fixed=Effect.FIXED,
        otherwise=Effect.OTHERWISE,
        rows=rows,
        helps=HELPS,
        most=_MOST,
        untouched=found.estimators - len(found.estimators_of(*_TOLD)),
        again=markdown.command(again) if again else "",
        check=markdown.Safe(f"`{program} check model.joblib --to {found.consumers.now}`") if _is_out(found) else "",
    )


def _is_out(found: Release) -> bool:
    """Whether it is a release of scikit-learn that `check` can have from an index."""
    version = versions.parsed(found.consumers.now)
    plain = version is not None and not version.is_prerelease and version.local is None
    return plain and found.package == versions.DEFAULT_PACKAGE


def notes(found: Release) -> str:
    """Write the section of release notes in reStructuredText: for users, one item for each finding."""
    heading = f"Stored models and {release.title(found)}"
    lines = [heading, "-" * len(heading), ""]
    lead = f"{release.title(found)} {release.sentence(found)}."
    lines += [*textwrap.wrap(_plain(lead), _WIDTH), ""]
    for finding in found.of(*_TOLD):
        text = f"{_LEADS[finding.effect]} {_roles(finding)} ({release.scope(finding)}). {' '.join(_advice(finding))}"
        lines += [
            *textwrap.wrap(
                text,
                _WIDTH,
                initial_indent="- ",
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            ),
            "",
        ]
    return "\n".join(lines)


def _advice(finding: ReleaseFinding) -> Iterator[str]:
    if finding.is_known:
        yield _plain(release.why(finding))
    yield _plain(finding.helps or HELPS)


def _roles(finding: ReleaseFinding) -> str:
    more = len(finding.shares) - _MOST
    named = ", ".join(map(_role, finding.shares[:_MOST]))
    return f"{named} and {more} more" if more > 0 else named


def _role(share: Share) -> str:
    """A class as scikit-learn's own notes name it; any other as it is."""
    if _SKLEARN.match(share.module) and _CLASS.match(share.name):
        return f":class:`{f'{share.module}.{share.name}'.removeprefix('sklearn.')}`"
    return f"``{_literal(share.name)}``" if _literal(share.name) else "a model"


def _literal(text: str) -> str:
    return printable(text).replace("`", "'").strip()


def _plain(text: str) -> str:
    """A sentence in which nothing is markup."""
    return re.sub(r"([\\`*_|])", r"\\\1", printable(" ".join(text.split())))
