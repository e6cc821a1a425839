"""What breaks with one value of a parameter and not with another, in real environments."""

from __future__ import annotations

from tests.live.conftest import Bench

VERSIONS = """
    - {scikit-learn: "0.24.2", python: "3.8", numpy: "1.20", name: sk0.24-py3.8-np1.20-amd64}
    - {scikit-learn: "1.6.1", python: "3.13", numpy: "2.2", name: sk1.6-py3.13-np2.2-amd64}
"""
OLD, NEW = "sk0.24-py3.8-np1.20-amd64", "sk1.6-py3.13-np2.2-amd64"


def test_a_classifier_of_the_old_log_loss_cannot_be_loaded_and_one_of_hinge_can(bench: Bench) -> None:
    bench.write(include=VERSIONS, cases='["SGDClassifier_loss_*", SGDClassifier_input_csr]', formats="[pickle]")
    bench.run()
    tables = bench.tables()

    cells = tables.cells.set_index(["producer", "consumer", "case"])
    broken = cells.loc[(OLD, NEW, "SGDClassifier_loss_log")]
    assert broken["status"] == "load-error"
    assert "Can't get attribute 'Log'" in broken["error_message"]
    assert cells.loc[(OLD, OLD, "SGDClassifier_loss_log"), "status"] == "ok"
    assert cells.loc[(OLD, NEW, "SGDClassifier_loss_hinge"), "status"] == "ok"

    artifacts = tables.artifacts.set_index(["producer", "case"])
    unknown = artifacts.loc[(NEW, "SGDClassifier_loss_log")]
    assert (unknown["status"], unknown["reason"]) == (
        "unsupported",
        "scikit-learn 1.6.1 has no SGDClassifier(loss='log')",
    )
    assert artifacts.loc[(OLD, "SGDClassifier_loss_log_loss"), "status"] == "unsupported"
    assert '"container": "csr"' in artifacts.loc[(NEW, "SGDClassifier_input_csr"), "manifest"]

    asked = ("ask", "SGDClassifier", "--from", "0.24", "--to", "1.6", "--run", str(tables.path))
    answer = " ".join(bench.call(*asked).stdout.split())
    assert "✗ SGDClassifier 0.24 → 1.6: breaks" in answer
    assert "those with loss=huber, log, squared_loss; the same with epsilon_insensitive, hinge" in answer
    narrowed = bench.call(*asked, "--with", "loss=hinge").stdout
    assert "○ SGDClassifier 0.24 → 1.6: no difference seen" in narrowed
