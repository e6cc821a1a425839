"""Claims over small tables made by hand, in which each is supported, contradicted, and without data."""

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from harness.analysis import claims
from harness import cli, errors
from harness.analysis.cells import with_meaning
from harness.analysis.claims import CLAIMS, evidence
from harness.analysis.claims.claim import Assessment, Conclusion, Kind
from harness.report import claims as rendering
from harness.store import RunTables

CASES = [f"case{n}" for n in range(12)]
#: scikit-learn, Python, NumPy, architecture, emulated, cloudpickle
ENVIRONMENTS = {
    "old": ("1.4.2", "3.12.1", "1.26.4", "amd64", False, "3.0.0"),
    "new": ("1.5.2", "3.12.1", "1.26.4", "amd64", False, "3.1.0"),
    "mid": ("1.4.3", "3.12.1", "1.26.4", "amd64", False, "3.0.0"),
    "py313": ("1.5.2", "3.13.0", "1.26.4", "amd64", False, "3.0.0"),
    "numpy2": ("1.4.2", "3.12.1", "2.1.0", "amd64", False, "3.0.0"),
    "arm": ("1.4.2", "3.12.1", "1.26.4", "arm64", False, "3.0.0"),
    "qemu": ("1.4.2", "3.12.1", "1.26.4", "arm64", True, "3.0.0"),
    "node": (None, None, None, "amd64", False, None),
}


def cell(case, form, reader, producer="old", consumer="old", status="ok", **more):
    row = {"producer": producer, "consumer": consumer, "case": case, "format": form, "reader": reader}
    for role in ("producer", "consumer"):
        names = ("sklearn", "python", "numpy", "arch", "emulated")
        row |= {f"{role}_{name}": value for name, value in zip(names, ENVIRONMENTS[row[role]], strict=False)}
    identifier = f"{producer}/{case}/{form}"
    row |= {"artifact_id": identifier, "cell_id": f"{identifier}>{consumer}/{reader}", "status": status}
    return {**row, "size_bytes": 1000, "reason": None, "version_warning": False, "parity": None, **more}


def artifact(case, form, status="ok", producer="old", **more):
    row = {"artifact_id": f"{producer}/{case}/{form}", "producer": producer, "case": case, "format": form}
    return {**row, "status": status, "manifest": None, **more}


def run_of(cells=(), artifacts=()):
    environments = [
        {"environment": name, "packages": json.dumps({"cloudpickle": facts[5]}), "emulated": facts[4]}
        for name, facts in ENVIRONMENTS.items()
    ]
    columns = list(cell("", "", ""))
    return with_meaning(
        RunTables(
            path=Path("results/run"),
            run={"run_id": "run"},
            environments=pd.DataFrame(environments),
            artifacts=pd.DataFrame(list(artifacts), columns=None if artifacts else list(artifact("", ""))),
            cells=pd.DataFrame(list(cells), columns=None if cells else columns),
        )
    )


def timed(column, left, right, more, less, **further):
    """A run in which the left side takes ``more`` or ``less`` than the right one."""

    def run(holds):
        rows = []
        for n, case in enumerate(CASES):
            for text, value in ((left, more if holds else less), (right, 10.0)):
                values = {column: value * (1 + n / 100), "load_rounds": 5, **further}
                rows.append(cell(case, *text.split("/"), **values))
        return run_of(rows, [artifact(row["case"], row["format"], size_bytes=row.get(column)) for row in rows])

    return run


def moved(form, reader, consumer, yes, no, **further):
    """A run in which artifacts that are sound at home come out as ``yes`` or as ``no`` elsewhere."""

    def run(holds):
        home = [cell(case, form, reader) for case in CASES]
        return run_of(
            home
            + [cell(case, form, reader, "old", consumer, **{**further, **(yes if holds else no)}) for case in CASES]
        )

    return run


def here(form, reader, yes, no):
    return lambda holds: run_of([cell(case, form, reader, **(yes if holds else no)) for case in CASES])


def kept(form, reader, other, other_reader):
    """The first keeps half of the models, or all; the other one keeps all."""

    def run(holds):
        lost = CASES[:6] if holds else []
        artifacts = [artifact(c, form, "unsupported" if c in lost else "ok") for c in CASES]
        cells = [cell(c, form, reader, status="no-artifact" if c in lost else "ok") for c in CASES]
        cells += [cell(c, other, other_reader) for c in CASES]
        return run_of(cells, artifacts + [artifact(c, other) for c in CASES])

    return run


def rescued(holds):
    status = "ok" if holds else "dump-error"
    artifacts = [artifact(c, "pickle", "ok" if c in CASES[:6] else "dump-error") for c in CASES]
    return run_of([], artifacts + [artifact(c, "cloudpickle", "ok" if c in CASES[:6] else status) for c in CASES])


def by_value(elsewhere, control):
    """Artifacts by value that fail, or work, where one thing differs; where it is the same they work."""

    def run(holds):
        status = "crash" if holds else "ok"
        rows = []
        for case in CASES:
            rows += [cell(case, "cloudpickle", "cloudpickle"), cell(case, "pickle", "pickle", status="no-artifact")]
            rows.append(cell(case, "cloudpickle", "cloudpickle", "old", elsewhere, status))
            rows.append(cell(case, "cloudpickle", "cloudpickle", "old", control))
        return run_of(rows)

    return run


def refused(holds):
    rows = [
        cell(
            c,
            "skops",
            "skops",
            status="refused",
            reason="untrusted types that trusted_types in matrix.yaml does not list: a.B",
        )
        for c in CASES
    ]
    return run_of(rows + [cell(c, "pickle", "pickle", status="ok" if holds else "refused") for c in CASES])


def listed(holds):
    facts = {"untrusted_types": ["a.B"]}
    forms = [facts if holds or n else None for n, _ in enumerate(CASES)]
    return run_of([], [artifact(c, "skops", manifest=json.dumps({"format": f})) for c, f in zip(CASES, forms)])


UNTRUSTED = {"status": "refused", "reason": "untrusted types that trusted_types in matrix.yaml does not list: a.B"}
NOT_TRUE = {"status": "refused", "reason": "trusted=True: trusted must be a list of strings"}
WORKS, FAILS, DRIFTS = {"status": "ok"}, {"status": "load-error"}, {"status": "drift"}
MAPPED = {"mapped_arrays": 3}
LARGE = {"size_bytes": 5_000_000}

#: For each claim, a run in which it holds (True) and one in which it does not (False).
RUNS = {
    "skops-slower": timed("load_seconds", "skops/skops", "pickle/pickle", 40.0, 2.0),
    "joblib-efficient-when-large": timed("load_seconds", "joblib/joblib", "pickle/pickle", 5.0, 20.0, **LARGE),
    "cloudpickle-as-fast": timed("load_seconds", "cloudpickle/cloudpickle", "pickle/pickle", 11.0, 40.0),
    "protocol-5-memory": timed("load_peak_bytes", "pickle-oob/pickle", "pickle/pickle", 5.0, 20.0),
    "protocol-5-memory-in-band": timed("load_peak_bytes", "pickle/pickle", "pickle-4/pickle", 5.0, 20.0),
    "compressed-smaller": timed("size_bytes", "joblib-zlib/joblib", "joblib/joblib", 5.0, 20.0),
    "compressed-slower": timed("load_seconds", "joblib-lzma/joblib", "joblib/joblib", 20.0, 5.0),
    "joblib-maps": here("joblib", "joblib-mmap", MAPPED, {"mapped_arrays": 0}),
    "pickle-does-not-map": here("pickle", "pickle", {"mapped_arrays": 0}, MAPPED),
    "joblib-shares-memory": timed("mmap_private_bytes", "joblib/joblib-mmap", "pickle/pickle", 2.0, 20.0),
    "pickle-keeps-most": lambda holds: run_of(
        [], [artifact(c, "pickle", "ok" if holds else "dump-error") for c in CASES]
    ),
    "skops-fewer-types": lambda holds: kept(*("skops", "skops", "pickle", "pickle")[:: 1 if holds else -1])(True),
    "onnx-not-all": kept("onnx", "onnxruntime", "pickle", "pickle"),
    "cloudpickle-keeps-more": rescued,
    "versions-might-load": moved("pickle", "pickle", "new", WORKS, FAILS),
    "versions-may-not-load": moved("pickle", "pickle", "new", FAILS, WORKS),
    "versions-drift": moved("joblib", "joblib", "new", DRIFTS, WORKS),
    "versions-crash": moved("pickle", "pickle", "new", {"status": "crash"}, WORKS),
    "versions-warned": moved("pickle", "pickle", "new", {"version_warning": True}, {"version_warning": False}),
    "requires-same-dependencies": moved("pickle", "pickle", "numpy2", FAILS, WORKS),
    "cloudpickle-own-versions": by_value("new", "mid"),
    "cloudpickle-python-minors": by_value("py313", "new"),
    "recipe-same-range": moved("recipe", "recipe", "new", WORKS, DRIFTS, compared=["cross_val_score"]),
    "portable-architectures": moved("pickle", "pickle", "arm", WORKS, FAILS),
    "not-portable-architectures": moved("pickle", "pickle", "arm", FAILS, WORKS),
    "onnx-without-python": moved("onnx", "onnxruntime", "node", WORKS, DRIFTS),
    "onnx-independent": moved("onnx", "onnxruntime", "new", WORKS, FAILS),
    "pmml-elsewhere": moved("pmml", "pmml", "new", WORKS, DRIFTS),
    "pmml-verbose": timed("predict_seconds", "pmml/pmml", "pickle/pickle", 90.0, 1.0),
    "onnx-less-memory": timed("load_private_bytes", "onnx/onnxruntime", "pickle/pickle", 2.0, 20.0),
    "onnx-lean": timed("cold_start_seconds", "onnx/onnxruntime", "pickle/pickle", 1.0, 90.0),
    "pickle-asks-nothing": refused,
    "skops-refuses-untrusted": here("skops", "skops", UNTRUSTED, WORKS),
    "skops-validated-unloaded": listed,
    "skops-trusted-true": here("skops", "skops-trusted-true", WORKS, NOT_TRUE),
}


def verdict_of(name, run):
    (claim,) = [claim for claim in CLAIMS if claim.name == name]
    return claim.judge(evidence.gather_evidence(run))


def kind_of(name):
    return next(claim.kind for claim in CLAIMS if claim.name == name)


def test_every_claim_is_tried_here_and_named_once():
    names = [claim.name for claim in CLAIMS]
    assert sorted(names) == sorted(RUNS)
    assert all(claim.statement and claim.source for claim in CLAIMS)


@pytest.mark.parametrize("name", RUNS)
def test_a_claim_is_supported(name):
    verdict = verdict_of(name, RUNS[name](True))
    assert verdict.answer == (Conclusion.SEEN if kind_of(name) is Kind.MAY else Conclusion.SUPPORTED), verdict
    assert verdict.supporting
    assert verdict.examples


@pytest.mark.parametrize("name", RUNS)
def test_a_claim_is_contradicted_or_not_seen(name):
    verdict = verdict_of(name, RUNS[name](False))
    assert verdict.answer == (Conclusion.NOT_SEEN if kind_of(name) is Kind.MAY else Conclusion.CONTRADICTED), verdict
    assert verdict.contradicting


@pytest.mark.parametrize("name", RUNS)
def test_what_was_not_tried_is_no_evidence(name):
    run = RUNS[name](True)
    for status in ("not-run", "no-artifact"):
        cells = run.cells.assign(status=status, load_seconds=None, mapped_arrays=None)
        cells = cells[
            [c for c in cells if not c.endswith("_bytes") and c not in ("predict_seconds", "cold_start_seconds")]
        ]
        artifacts = run.artifacts.assign(status="not-run", size_bytes=None)
        untried = RunTables(**{**vars(run), "cells": cells, "artifacts": artifacts})
        assert verdict_of(name, untried).answer == Conclusion.NO_DATA


@pytest.mark.parametrize("name", RUNS)
def test_emulated_cells_are_never_mixed_with_native_ones(name):
    run = RUNS[name](True)
    emulated = RunTables(
        **{
            **vars(run),
            "cells": run.cells.assign(producer_emulated=True, consumer_emulated=True),
            "artifacts": run.artifacts.assign(producer="qemu"),
        }
    )
    verdict = verdict_of(name, emulated)
    if "portable" in name:
        assert "under emulation" in verdict.figures[0]
    else:
        assert verdict.answer == Conclusion.NO_DATA


@pytest.mark.parametrize("name", [claim.name for claim in CLAIMS if claim.kind is Kind.MAY])
def test_what_may_happen_is_never_contradicted(name):
    answers = {verdict_of(name, RUNS[name](holds)).answer for holds in (True, False)}
    assert answers == {Conclusion.SEEN, Conclusion.NOT_SEEN}


def test_a_crash_that_was_not_seen_contradicts_nothing():
    run = RUNS["versions-crash"](False)
    assert verdict_of("versions-crash", run).answer == Conclusion.NOT_SEEN
    text = shown(run)
    assert "○ not seen here  “or even crash your Python process”" in text
    assert "seen in 0, not seen in 12" in text
    assert "against" not in text.partition("or even crash")[2].partition("\n\n")[0]


def test_two_formats_that_keep_the_same_models_are_no_evidence():
    run = kept("skops", "skops", "pickle", "pickle")(False)
    assert verdict_of("skops-fewer-types", run).answer == Conclusion.NO_DATA


def test_one_model_that_is_not_kept_is_enough_for_not_all():
    run = kept("onnx", "onnxruntime", "pickle", "pickle")(True)
    lost = run.artifacts["case"].isin(CASES[3:]) & (run.artifacts["format"] == "pickle")
    artifacts = run.artifacts.assign(status=run.artifacts["status"].mask(lost, "dump-error"))
    assert verdict_of("onnx-not-all", RunTables(**{**vars(run), "artifacts": artifacts})).answer == Conclusion.SEEN


def test_an_old_run_without_columns_is_no_data_and_no_crash():
    run = RUNS["joblib-maps"](True)
    verdicts = claims.judge(RunTables(**{**vars(run), "cells": run.cells.drop(columns="mapped_arrays")})).verdicts
    assert {verdict.answer for _, verdict in verdicts} == {Conclusion.NO_DATA}


@pytest.mark.parametrize("name", RUNS)
def test_the_expression_gives_rows_of_the_stored_table(name):
    run = RUNS[name](True)
    table, expression = verdict_of(name, run).where.removesuffix('")').split('.query("')
    assert len(getattr(run, table).query(expression, engine="python")) or name == "cloudpickle-keeps-more"  # no cells


def test_timed_once_needs_more_than_what_the_order_of_loading_makes():
    run = timed("load_seconds", "skops/skops", "pickle/pickle", 30.0, 2.0)(True)
    once = RunTables(**{**vars(run), "cells": run.cells.assign(load_rounds=None)})
    assert verdict_of("skops-slower", run).answer == Conclusion.SUPPORTED
    verdict = verdict_of("skops-slower", once)
    assert verdict.answer == Conclusion.NO_DATA
    assert "timed once" in verdict.figures[0]


def test_one_model_many_times_is_one_case():
    rows = [
        cell("case0", form, form, producer, consumer, load_seconds=seconds, load_rounds=5)
        for form, seconds in (("skops", 9.0), ("pickle", 1.0))
        for producer in ENVIRONMENTS
        for consumer in ENVIRONMENTS
    ]
    verdict = verdict_of("skops-slower", run_of(rows, [artifact("case0", "skops"), artifact("case0", "pickle")]))
    assert verdict.answer == Conclusion.NO_DATA
    assert "of 1 cases" in verdict.figures[0]


def test_the_figures_are_those_of_the_pairs():
    verdict = verdict_of("skops-slower", RUNS["skops-slower"](True))
    assert (
        "median 4 times that of pickle/pickle (quartiles 4 to 4) over 12 pairs of cells, 12 cases" in verdict.figures[0]
    )
    assert (verdict.supporting, verdict.contradicting) == (12, 0)


def test_noise_is_too_near_to_call():
    rows = []
    for n, case in enumerate(CASES):
        rows.append(cell(case, "skops", "skops", load_seconds=(2.0 + n / 99) ** (-1) ** n, load_rounds=5))
        rows.append(cell(case, "pickle", "pickle", load_seconds=1.0, load_rounds=5))
    verdict = verdict_of("skops-slower", run_of(rows, [artifact(c, f) for c in CASES for f in ("skops", "pickle")]))
    assert verdict.answer == Conclusion.NO_DATA
    assert "too near to call" in verdict.figures[-1]


def test_what_fails_at_home_says_nothing_of_versions():
    run = moved("pickle", "pickle", "new", FAILS, WORKS)(True)
    cells = run.cells.assign(status="load-error")
    assert (
        verdict_of("versions-may-not-load", with_meaning(RunTables(**{**vars(run), "cells": cells}))).answer
        == Conclusion.NO_DATA
    )


def test_a_reader_that_its_producer_lacks_is_held_against_another_at_home():
    home = [cell(case, "onnx", "onnxruntime", status="ok" if case in CASES[2:] else "drift") for case in CASES]
    away = [cell(case, "onnx", "onnxruntime-node", "old", "node") for case in CASES]
    verdict = verdict_of("onnx-without-python", run_of(home + away))
    assert (verdict.answer, verdict.supporting) == (Conclusion.SUPPORTED, 10)


def test_a_missing_tool_is_no_missing_type():
    run = kept("skops", "skops", "pickle", "pickle")(True)
    artifacts = run.artifacts.assign(
        status=run.artifacts["status"].where(run.artifacts["format"] != "skops", "unsupported")
    )
    verdict = verdict_of("skops-fewer-types", RunTables(**{**vars(run), "artifacts": artifacts}))
    assert verdict.answer == Conclusion.NO_DATA


def test_what_pickle_cannot_load_either_is_not_cloudpickles_fault():
    run = by_value("py313", "new")(True)
    twins = [cell(case, "pickle", "pickle", "old", "py313", "load-error") for case in CASES]
    cells = pd.concat([run.cells, pd.DataFrame(twins)], ignore_index=True)
    verdict = verdict_of("cloudpickle-python-minors", RunTables(**{**vars(run), "cells": cells}))
    assert verdict.answer == Conclusion.NO_DATA


def test_no_verdict_without_evidence():
    with pytest.raises(ValueError, match="nothing behind it"):
        Assessment(answer=Conclusion.SUPPORTED, figures=("so they say",))


def shown(run):
    console = Console(file=io.StringIO(), width=80, highlight=False)
    rendering.show(claims.judge(run), console)
    return console.file.getvalue()


def test_marks_are_not_colour_alone_and_what_did_not_run_stands_on_top():
    run = RUNS["skops-trusted-true"](False)
    text = shown(run)
    assert "✗ contradicted  “If you trust the source" in text
    assert text.index("– no data for 34 statements") > text.index("✗ contradicted")
    assert "    skops-slower: " in text.partition("– no data")[2]
    assert "Not as fast" not in text  # folded
    assert "0 for it, 12 against it" in text
    lost = pd.concat([run.cells, run.cells.assign(status="not-run")], ignore_index=True)
    assert shown(RunTables(**{**vars(run), "cells": lost})).lstrip().startswith("12 of 24 cells did not run")


def test_text_of_models_is_shown_as_it_is():
    case = "[red]evil[/red]"
    run = run_of([cell(case, "pickle", "pickle"), cell(case, "pickle", "pickle", "old", "new")])
    assert f"seen: old/{case}/pickle>new/pickle" in shown(run)


def test_json_has_every_claim_with_its_figures():
    data = json.loads(json.dumps(claims.as_data(claims.judge(RUNS["versions-drift"](True)))))
    assert [entry["name"] for entry in data["claims"]] == [claim.name for claim in CLAIMS]
    (drift,) = [entry for entry in data["claims"] if entry["name"] == "versions-drift"]
    assert (drift["answer"], drift["kind"], drift["supporting"]) == ("seen", "may", 12)
    assert drift["examples"][0] == "old/case0/joblib>new/joblib"


def test_an_unknown_run_is_an_input_error(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["harness", "claims", "nothing", "--results", str(tmp_path)])
    with pytest.raises(SystemExit) as leave:
        cli.main()
    assert leave.value.code == errors.InputError.exit_code
    assert "no run nothing is stored there" in capsys.readouterr().err
