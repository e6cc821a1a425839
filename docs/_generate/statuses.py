"""The closed lists: statuses, parities, findings, figures, verdicts, and the claims that are judged."""

from __future__ import annotations

from harness import descriptions
from harness.analysis import verdicts as verdict_rules
from harness.analysis.claims.entries import CLAIMS
from harness.analysis.compare.effects import EFFECTS
from harness.terms import ARTIFACT_STATUSES, BROKEN, CELL_STATUSES, LOADED

from .markdown import code, prose, table


def page() -> str:
    rows = (
        (code(status), _yes(status in ARTIFACT_STATUSES), _yes(status in CELL_STATUSES), _group(status), text)
        for status, text in descriptions.STATUSES.items()
    )
    return (
        "# Statuses\n\nEvery artifact and every cell has one of these.\n\n"
        + table(("status", "artifact", "cell", "counts as", "means"), rows)
        + "A cell that was not tried never counts as passing.\n\n"
        "## Meaning\n\nWhat became of the model of a cell, the worst first. Reports, answers and pages use this.\n\n"
        + table(("meaning", "is"), ((code(name), text) for name, text in descriptions.MEANINGS.items()))
        + "## Parity\n\nHow a loaded model's outputs relate to those of the model that was written.\n\n"
        + table(("parity", "means"), ((code(name), text) for name, text in descriptions.PARITIES.items()))
        + "## Findings\n\nWhat differs between the outputs of a cell. What weighs most comes first.\n\n"
        + table(("finding", "means"), ((code(name), text) for name, text in descriptions.FINDINGS.items()))
    )


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _group(status: object) -> str:
    if status in LOADED:
        return "loaded"
    return "broken" if status in BROKEN or status not in CELL_STATUSES else "not tried"


def figures() -> str:
    rows = []
    for figure, text in descriptions.FIGURES.items():
        effect = EFFECTS.get(figure)
        least = "" if effect is None else _least(effect.ratio, effect.floor)
        compared = "" if effect is None else str(effect.machine)
        rows.append((code(figure), figure.unit, text, least, compared))
    size = EFFECTS["size_bytes"]
    rows.append((code("size_bytes"), "B", "The artifact's size on disk.", _least(size.ratio, size.floor), size.machine))
    return (
        "# Figures\n\nA figure is one measured quantity of a cell. "
        "[How it is measured](../explanation/measuring.md) is explained elsewhere.\n"
        "`compare` reports a change only if it exceeds the least change.\n"
        "Both runs must share what the last column names.\n\n"
        + table(("figure", "unit", "is", "least change", "runs must share"), rows)
    )


def _least(ratio: float, floor: float) -> str:
    text = f"{ratio - 1:.0%}".replace("%", " %")
    return f"{text} and {floor / 1024:.0f} KiB" if floor else text


def verdicts() -> str:
    """The answers of `ask`, the worst first, with the advice that goes with each."""
    rows = (
        (code(verdict), prose(_sentence(warned)), prose(_sentence(silent)))
        for verdict, (warned, silent) in verdict_rules.ADVICE.items()
    )
    return (
        "# Verdicts\n\nWhat `ask` answers. The worst cell decides.\n\n"
        + table(("verdict", "where scikit-learn warned", "where it did not"), rows)
        + "Where nothing was loaded at all, the answer is `not known`. It never counts as safe.\n"
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def claims() -> str:
    rows = ((code(c.name), c.kind, prose(f"“{c.statement}”"), prose(c.source)) for c in CLAIMS)
    return (
        "# Claims\n\nWhat scikit-learn's documentation says about persistence. "
        "`python -m harness claims` holds each against a run.\n\n"
        "- *must*: it holds always, or nearly so. It is supported or contradicted.\n"
        "- *may*: it can happen. It is seen or not seen here; a run without it says nothing against it.\n"
        "- *ratio*: one format needs, or keeps, more than another. It is supported or contradicted.\n\n"
        "Without enough cells the answer is no data.\n\n" + table(("name", "kind", "statement", "source"), rows)
    )
