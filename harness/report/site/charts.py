"""The charts of the page, as Vega-Lite specifications that the page draws. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import altair as alt

from harness.analysis.measured import SIZE
from harness.terms import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.analysis.history import History
    from harness.analysis.measured import Measured

Spec = dict[str, Any]

#: Two figures of one process and two of several, in the order in which they are drawn.
_MEMORY = {
    Figure.LOAD_PEAK: "peak while loading",
    Figure.LOAD_PRIVATE: "kept by one process",
    Figure.SHARED_PRIVATE: "private, all readers together",
    Figure.SHARED_PSS: "held, all readers together",
}
#: Seconds, from what takes least to what takes most.
_SPEED = {
    Figure.LOAD: "load again",
    Figure.EVICTED_LOAD: "load from disk",
    Figure.FIRST_LOAD: "first load",
    Figure.COLD_START: "cold start to prediction",
}
HISTORIES = 12


def draw_measurements(measured: Measured) -> dict[str, Spec]:
    """Return charts by name: size and load time, memory, and speed. A chart without data is left out."""
    consumers = Counter(way for _, way in {(row.consumer, row.way) for row in measured.rows})
    rows = [
        {
            "case": row.case,
            "way": row.way if consumers[row.way] == 1 else f"{row.way} in {row.consumer}",
            SIZE: row.size_bytes,
            **row.figures,
        }
        for row in measured.rows
    ]
    trade = [row for row in rows if row[SIZE] is not None and row.get(Figure.LOAD)]
    memory, speed = _long(rows, _MEMORY), _long(rows, _SPEED)
    return {
        **({"trade": _trade(trade)} if trade else {}),
        **({"memory": _bars(memory, "B")} if memory else {}),
        **({"speed": _bars(speed, "s")} if speed else {}),
    }


def draw_history(history: History) -> list[Spec]:
    """Draw the figure that changed most in each group of changes, the most serious first."""
    by_subject = {(series.subject, series.figure): series for series in history.series}
    specs: list[Spec] = []
    for finding in history.findings:
        series = by_subject.get((finding.changes[0].subject, finding.figure))
        if series is not None and len(specs) < HISTORIES:
            started = [history.runs[place].started for place in series.runs]
            rows = [{"run": day, "value": value} for day, value in zip(started, series.values, strict=True)]
            specs.append(_line(rows, f"{series.figure} of {series.subject}", finding.started))
    return specs


def _long(rows: Sequence[Mapping[str, Any]], figures: Mapping[Figure, str]) -> list[dict[str, Any]]:
    return [
        {"case": row["case"], "way": row["way"], "what": words, "value": row[figure]}
        for row in rows
        for figure, words in figures.items()
        if row.get(figure) is not None
    ]


def _trade(rows: list[dict[str, Any]]) -> Spec:
    one = alt.selection_point(fields=["way"], bind="legend", name="way")
    chart = (
        alt.Chart(_rows(rows))
        .mark_point(filled=True, size=90)
        .encode(
            x=alt.X(f"{SIZE}:Q", title="bytes on disk", scale=alt.Scale(type="log"), axis=_axis("B")),
            y=alt.Y(f"{Figure.LOAD}:Q", title="seconds to load again", scale=alt.Scale(type="log"), axis=_axis("s")),
            color=alt.Color("way:N", title="format/reader", scale=alt.Scale(scheme="tableau20")),
            shape=alt.Shape("way:N", title="format/reader"),  # never by colour alone
            opacity=alt.condition(one, alt.value(0.9), alt.value(0.1)),
            tooltip=["case:N", "way:N", _tip(SIZE), _tip(Figure.LOAD)],
        )
        .add_params(one)
        .properties(width="container", height=360)
    )
    return _plain(chart)


def _bars(rows: list[dict[str, Any]], unit: str) -> Spec:
    """One model at a time, chosen below the chart: models differ by thousands of times, formats by a few."""
    cases = list(dict.fromkeys(row["case"] for row in rows))
    largest = max(rows, key=lambda row: row["value"])["case"]
    chosen = alt.selection_point(
        fields=["case"], bind=alt.binding_select(options=cases, name="model "), value=largest, name="case"
    )
    kinds = list(dict.fromkeys(row["what"] for row in rows))
    above = alt.Header(labelAngle=0, labelAnchor="start", labelOrient="top", labelFontSize=13)
    chart = (
        alt.Chart(_rows(rows))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title=None, axis=_axis(unit)),
            y=alt.Y("way:N", title=None, sort="x"),
            color=alt.Color("what:N", legend=None, scale=alt.Scale(scheme="tableau10")),
            row=alt.Row("what:N", title=None, sort=kinds, header=above),
            tooltip=["way:N", "what:N", _tip("value")],
        )
        .transform_filter(chosen)
        .add_params(chosen)
        .properties(width=560)
        .resolve_scale(x="independent")
    )
    return _plain(chart)


def _line(rows: list[dict[str, Any]], title: str, changed: str) -> Spec:
    base = alt.Chart(_rows(rows))
    x = alt.X("run:T", title=None)
    line = base.mark_line(point=True).encode(
        x=x,
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=_axis("B" if "_bytes" in title else "s")),
        tooltip=["run:T", _tip("value")],
    )
    rule = alt.Chart(_rows([{"run": changed}])).mark_rule(strokeDash=[4, 4], color="gray").encode(x="run:T")
    return _plain(alt.layer(line, rule).properties(width="container", height=160, title=title))


def _rows(rows: list[dict[str, Any]]) -> Any:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]  # Altair's schema classes have no annotations


def _tip(name: str) -> alt.Tooltip:
    return alt.Tooltip(f"{name}:Q", format=".3~s")


def _axis(unit: str) -> alt.Axis:
    """Few numbers, with their prefix and unit: 200µs, 30MB."""
    return alt.Axis(labelExpr=f"format(datum.value, '.3~s') + '{unit}'", tickCount=5)


def _plain(chart: Any) -> Spec:
    spec: Spec = chart.to_dict()
    spec.pop("$schema", None)  # an address, which nothing here asks for
    legible = {"labelFontSize": 12, "titleFontSize": 12}
    spec["config"] = {"axis": legible, "legend": legible}
    return spec
