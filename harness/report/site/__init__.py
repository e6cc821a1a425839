"""The report that people look at: one HTML file that holds everything, and asks no network for anything.

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
    format_support,
    history,
    pair_signs,
    soundness,
    verdicts,
)
from harness.analysis.ask import subjects
from harness.analysis.compare import expectations
from harness.errors import HarnessError
from harness.report import ask as asking
from harness.report import claims as claiming
from harness.report import compare as comparing
from harness.report import phrases, rerun_command, templating
from harness.report.site import cells, charts
from harness.store import earlier, read_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.compare import Comparison
    from harness.analysis.history import History
    from harness.analysis.summary import Digest
    from harness.store import RunTables

#: In this order they are one program.
SCRIPTS = (
    "dom.js",
    "run.js",
    "route.js",
    "words.js",
    "matrix.js",
    "pair.js",
    "cell.js",
    "ask.js",
    "charts.js",
    "main.js",
)


def render(tables: RunTables, told: Digest, *, before: Comparison | None = None, past: History | None = None) -> str:
    """The page. ``before``: what changed since another run; ``past``: over all runs."""
    specs: dict[str, Any] = charts.of_measurements(told.measured)
    if past is not None:
        specs |= {f"history-{place}": spec for place, spec in enumerate(charts.of_history(past))}
    rows = environment_facts.of(tables)
    library = _library() if specs else ""
    program = _program()
    return templating.template("site/index.html", autoescape=True).render(
        digest=told,
        alarms=soundness.of(told),
        environments=rows,
        architectures=architectures.of(tables),
        support=format_support.of(tables),
        judgement=claims.judge(tables),
        claim_marks=claiming.MARKS,
        comparison=before,
        sections=[] if before is None else list(comparing.sections(before)),
        words=phrases,
        changes=comparing,
        history=past,
        charts=specs,
        policy=_policy(library, program),
        style=_asset("page.css"),
        library=library,
        program=program,
        specs=_data(specs),
        packed=base64.b64encode(cells.packed(tables, [row.name for row in rows], _more(tables, told, rows))).decode(),
    )


def _more(tables: RunTables, told: Digest, rows: Sequence[environment_facts.Row]) -> dict[str, Any]:
    """What the scripts have to know besides the cells."""
    return {
        "again": rerun_command.command(tables.run, tables.path, "CELL"),
        "verdicts": verdicts.as_data(),
        "marks": {str(verdict): mark for verdict, (mark, _) in asking.MARKS.items()},
        "subjects": {one.name: list(one.cases) for one in subjects.known(tables.artifacts).values()},
        "written": told.written,
        "environments": [
            {
                **{
                    name: getattr(row, name)
                    for name in ("name", "status", "reason", "python", "sklearn", "numpy", "arch")
                },
                "emulated": row.emulated,
                "packages": dict(row.packages),
            }
            for row in rows
        ],
    }


def before(tables: RunTables) -> Comparison | None:
    """What changed since the newest finished run of its profile that is stored beside it; None if there is none."""
    base = earlier(tables.path, tables.run) if _is_among_others(tables) else None
    if base is None:
        return None
    return compare.compare(read_run(base), tables, expected=expectations.beside(tables.path.parent))


def past(tables: RunTables) -> History | None:
    """Of all runs beside this one; None where there are no two of them."""
    if not _is_among_others(tables):
        return None
    try:
        found = history.of(tables.path.parent, expectations=expectations.beside(tables.path.parent))
    except HarnessError:  # other runs' trouble is no reason to have no report of this one
        return None
    return found if len(found.runs) > 1 else None


def _is_among_others(tables: RunTables) -> bool:
    """Not so of a run that is kept under another name: what lies beside it is not its past."""
    return bool(tables.path.resolve().name == tables.run["run_id"])


def _asset(name: str) -> str:
    return (resources.files(__name__) / "assets" / name).read_text(encoding="utf-8")


def _program() -> str:
    signs = [{"name": sign, "one": one, "many": many} for sign, (one, many) in pair_signs.CELL_WORDS.items()]
    words = f"const SIGNS = {_data(signs)};\n"
    return "(() => {\n'use strict';\n" + words + "\n".join(map(_asset, SCRIPTS)) + "\n})();\n"


def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; nothing in it may end its element."""
    import vl_convert  # noqa: PLC0415  # eighty megabytes that only charts need

    script: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets the default
    return script.replace("\r", "").replace("</script", "<\\/script")


def _policy(*scripts: str) -> str:
    """Nothing but these scripts runs, and nothing is loaded from anywhere."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts if script)
    allowed = " ".join(f"'sha256-{one}'" for one in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _data(value: Any) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value, allow_nan=False, default=str).replace("<", "\\u003c")
