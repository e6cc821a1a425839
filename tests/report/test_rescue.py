"""The answer of `rescue` in words: the conclusion first, in one line of 80 columns."""

from __future__ import annotations

import dataclasses
import io
import json

from rich.console import Console

from harness.analysis.rescued import Ending, Kept, Packed, Proof, Rescued, Step, Tried, Way
from harness.report import rescue as rendering

WAY = Way(steps=(Step(environment="sk1.2.2", format="portable"), Step(environment="sk1.9.1", format="pickle-4")))
PROOF = Proof(
    methods={
        "predict": {"parity": "identical", "max_abs_diff": None},
        "predict_proba": {"parity": "close", "max_abs_diff": 6e-8},
        "predict(missing values)": {"parity": "drift", "max_abs_diff": None, "raised": True},
        "coef_": {"parity": "drift", "max_abs_diff": 3.0},
    },
    differing=("predict(missing values)", "coef_"),
    lost=(),
    inputs_sha256="0" * 64,
    rows=90,
    made=True,
)
RESCUED = Rescued(
    ending=Ending.RESCUED,
    file="old.pkl",
    output="new.pkl",
    target="1.9",
    written="scikit-learn 1.2.2, NumPy 1",
    format="pickle",
    size=10,
    way=WAY,
    proof=PROOF,
    tried=(
        Tried(way=Way(steps=()), why="nodes differ"),
        Tried(way=Way(steps=(Step(environment="sk1.2.2", format="pickle-4"),)), why="nodes differ"),
    ),
    digests={"file": "a", "output": "b"},
    environments=(Packed(name="sk1.2.2", packages={"numpy": "1.24.4"}, lock="numpy==1.24.4 --hash=x"),),
    python="3.11",
    serve="pip install scikit-learn==1.2.2",
)


def printed(answer: Rescued) -> str:
    out = io.StringIO()
    rendering.show(answer, Console(file=out, width=100))
    return out.getvalue()


def test_the_first_line_says_what_works_where_and_how_exactly() -> None:
    first, *others = printed(RESCUED).splitlines()
    assert first == "✓ rescued: new.pkl works in 1.9 and predicts the same within rounding (6e-08)"
    text = " ".join(" ".join(others).split())
    assert "way sk1.2.2 saves it as portable, sk1.9.1 loads that and saves it as pickle" in text
    assert "answered 90 rows made from the model: predict, predict_proba" in text
    assert (
        "differs coef_: no prediction, but an attribute; predict(missing values): the model refuses such rows" in text
    )
    assert "tried as it is; saved as pickle by sk1.2.2: nodes differ" in text
    assert "pip install" not in text, "nothing else is needed"


def test_identical_is_said_of_predictions_and_attributes_do_not_count() -> None:
    methods = {name: {"parity": "identical", "max_abs_diff": 0.0} for name in ("predict", "transform")}
    answer = dataclasses.replace(
        RESCUED, proof=dataclasses.replace(PROOF, methods={**methods, "coef_": {"parity": "close"}})
    )
    assert rendering.sentence(answer).endswith("predicts the same, bit for bit")


def test_another_object_is_said_to_be_one() -> None:
    part = dataclasses.replace(RESCUED, way=dataclasses.replace(WAY, kept=Kept.PART))
    assert "another object" in printed(part) and "best_estimator_" in printed(part)
    graph = dataclasses.replace(RESCUED, way=dataclasses.replace(WAY, kept=Kept.PREDICTIONS))
    assert "another object" in printed(graph) and "onnxruntime" in printed(graph)
    document = printed(dataclasses.replace(graph, format="pmml"))
    assert "a document that computes" in " ".join(document.split()) and "onnxruntime" not in document
    inner = dataclasses.replace(RESCUED, at="['model']")
    assert "what lies at ['model'] of the file, without what is around it" in " ".join(printed(inner).split())


def test_where_nothing_leads_there_it_is_said_how_to_serve_it() -> None:
    answer = dataclasses.replace(
        RESCUED, ending=Ending.NOT_RESCUED, way=None, proof=None, why="no way that was tried leads there"
    )
    text = " ".join(printed(answer).split())
    assert text.startswith("✗ not rescued to 1.9: nothing is written why no way")
    assert "instead serve the file as it is, with Python 3.11: pip install scikit-learn==1.2.2" in text
    data = json.loads(json.dumps(rendering.as_data(answer)))
    assert data["ending"] == "not rescued" and data["output"] is None and data["handed_over"] is None
    assert data["serve"] == {"python": "3.11", "command": "pip install scikit-learn==1.2.2"}


def test_data_has_what_the_sidecar_has() -> None:
    told = json.loads(json.dumps(rendering.as_data(RESCUED)))["handed_over"]
    assert told["differences"]["predict_proba"]["max_abs_diff"] == 6e-8 and told["differing"][1:] == ["coef_"]
    assert told["environments"][0]["lock"].startswith("numpy==1.24.4") and told["file"]["sha256"] == "a"


def test_where_nothing_need_be_done_that_is_the_answer() -> None:
    answer = dataclasses.replace(RESCUED, ending=Ending.NEEDLESS, way=None, proof=None, tried=())
    assert printed(answer).splitlines()[0] == "✓ nothing need be done: it works in 1.9 as it is"
