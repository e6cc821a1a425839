"""The page of a run: one HTML file that holds everything and loads nothing.

cells         every cell as compact columns, which the page filters and counts
charts        specifications that Vega-Lite draws
assets/       the page's own style and scripts, one file for each view
../templates/site/   the parts that are the same for every reader, one file for each

All text of models, packages and exceptions is untrusted: Jinja escapes it here, the scripts set it as text and never as
markup, and a content security policy lets nothing run but the scripts of this very file.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from harness.analysis import (
    architectures,
    claims,
    compare,
    environment_facts,
    findings,
    format_support,
    history,
    pair_signs,
    soundness,
)
from harness.analysis.compare import expectations, past_runs
from harness.errors import HarnessError
from harness.report import carriers, phrases, rerun_command, templating
from harness.report import claims as claiming
from harness.report import compare as comparing
from harness.report.site import cells, charts
from harness.store import earlier, read_run
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.compare import Comparison
    from harness.analysis.history import History
    from harness.analysis.summary import Summary
    from harness.store import RunTables

#: In this order they are one program.
SCRIPTS = (
    "words.js",
    "dom.js",
    "run.js",
    "route.js",
    "answers.js",
    "suggest.js",
    "overview.js",
    "matrix.js",
    "pair.js",
    "cell.js",
    "ask.js",
    "charts.js",
    "main.js",
)

#: Every view but those of a pair and of a cell.
_TITLES = {
    "ask": "Ask",
    "findings": "Findings",
    "overview": "Overview",
    "matrix": "Matrix",
    "formats": "Formats",
    "architectures": "Architectures",
    "claims": "Claims",
    "changes": "Changes",
    "history": "History",
    "environments": "Environments",
}
_NAMED = 3  # things that differ, on a card


def render(
    tables: RunTables, summary: Summary, *, before: Comparison | None = None, past: History | None = None
) -> str:
    """Write the page of a run.

    Parameters
    ----------
    tables, summary : the run.
    before : what changed since another run, if there is one.
    past : what changed over all runs, if there are several.
    """
    specs: dict[str, Any] = charts.draw_measurements(summary.measured)
    if past is not None:
        specs |= {f"history-{place}": spec for place, spec in enumerate(charts.draw_history(past))}
    rows = environment_facts.list_environments(tables)
    library = _library() if specs else ""
    program = _program()
    packed = cells.packed(tables, [row.name for row in rows], _more(tables, summary, rows))
    support, machines, judgement = (
        format_support.tabulate_support(tables),
        architectures.compare_architectures(tables),
        claims.judge(tables),
    )
    there = {
        "formats": bool(summary.measured.rows) or len(support.formats) > 1,
        "architectures": bool(machines.ways),
        "claims": bool(claiming.answered(judgement)),
        "changes": before is not None,
        "history": past is not None,
    }
    return templating.template("site/index.html", autoescape=True).render(
        summary=summary,
        views={name: title for name, title in _TITLES.items() if there.get(name, True)},
        findings=findings.find(tables),
        carriers=carriers,
        **_counts(summary),
        alarms=soundness.find_problems(summary),
        environments=rows,
        architectures=machines,
        support=support,
        judgement=judgement,
        comparison=before,
        history=past,
        claims=claiming,
        claim_marks=claiming.MARKS,
        sections=[] if before is None else list(comparing.sections(before)),
        words=phrases,
        first=_first,
        changes=comparing,
        charts=specs,
        policy=_policy(library, program),
        style=_asset("page.css"),
        library=library,
        program=program,
        specs=_data(specs),
        packed=base64.b64encode(packed).decode(),
    )


def _counts(summary: Summary) -> dict[str, int]:
    """How many cells of the run say what; not those that change or fail in their own producer."""
    pairs = summary.pairs.values()
    return {
        "changed": sum(pair.drift - pair.drift_at_home for pair in pairs),
        "failed": sum(pair.broken - pair.at_home for pair in pairs),
        "same": sum(pair.ok for pair in pairs),
        "conclusive": summary.conclusive,
    }


def _first(differs: str) -> str:
    """The most serious of the things that differ."""
    parts = differs.split(", ")
    return ", ".join(parts[:_NAMED]) + (" and more" if len(parts) > _NAMED else "")


def _more(tables: RunTables, summary: Summary, rows: Sequence[environment_facts.EnvironmentFacts]) -> dict[str, Any]:
    """What the scripts need besides the cells."""
    return {
        "again": rerun_command.published(tables.run, tables.path),
        "folder": rerun_command.folder(tables.path),
        "written": summary.written,
        "environments": [
            {
                **{
                    name: getattr(row, name)
                    for name in ("name", "status", "reason", "python", "sklearn", "numpy", "arch")
                },
                "emulated": row.emulated,
                "minor": row.name if row.sklearn is None else minor_of(row.sklearn),
                "packages": dict(row.packages),
            }
            for row in rows
        ],
    }


def before(tables: RunTables) -> Comparison | None:
    """Compare a run with the last finished run of its profile in the same folder; None if there is none."""
    base = earlier(tables.path, tables.run) if _is_among_others(tables) else None
    if base is None:
        return None
    earlier_run, expected = read_run(base), expectations.beside(tables.path.parent)
    return compare.compare(earlier_run, tables, expected=expected, past=past_runs.before(earlier_run, tables))


def past(tables: RunTables) -> History | None:
    """Read the history of the runs in the same folder; None if there are fewer than two."""
    if not _is_among_others(tables):
        return None
    try:
        found = history.read_history(tables.path.parent, expectations=expectations.beside(tables.path.parent))
    except HarnessError:  # errors of other runs must not prevent the report of this one
        return None
    return found if len(found.runs) > 1 else None


def _is_among_others(tables: RunTables) -> bool:
    """Whether the runs in the same folder are its past. They are not if it is kept under another name."""
    return bool(tables.path.resolve().name == tables.run["run_id"])


def _asset(name: str) -> str:
    return (resources.files(__name__) / "assets" / name).read_text(encoding="utf-8")


def _program() -> str:
    signs = [{"name": sign, "one": one, "many": many} for sign, (one, many) in pair_signs.CELL_WORDS.items()]
    words = f"const SIGNS = {_data(signs)};\n"
    return "(() => {\n'use strict';\n" + words + "\n".join(map(_asset, SCRIPTS)) + "\n})();\n"


def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script. Nothing in it may end its HTML element."""
    import vl_convert  # noqa: PLC0415  # eighty megabytes that only charts need

    script: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets the default
    return script.replace("\r", "").replace("</script", "<\\/script")


def _policy(*scripts: str) -> str:
    """Only these scripts run, and nothing is loaded."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts if script)
    allowed = " ".join(f"'sha256-{one}'" for one in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _data(value: Any) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value, allow_nan=False, default=str).replace("<", "\\u003c")
