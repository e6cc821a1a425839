"""Every rule by its own data: it recognises its example, and none of its counterexamples."""

from __future__ import annotations

import re

import pytest
from packaging.specifiers import SpecifierSet

from harness.analysis import causes
from harness.analysis.causes.loading import read
from harness.analysis.causes.matching import claims
from harness.analysis.causes.rules import Rule
from harness.terms import Status
from tests.analysis.causes.rows import tables

RULES = [rule for one in read() for rule in one.rules]
#: Texts that say nothing of why: a rule that finds one of them is no rule.
SAYS_NOTHING = (
    "",
    "error",
    "0.1",
    "'Thing' object has no attribute 'thing'",
    "No module named 'thing.thing'",
    "Can't get attribute 'Thing' on <module 'thing' from 'thing.py'>",
    "thing() got an unexpected keyword argument 'thing'",
    "expected 3 arguments, got 4",
    "killed by SIGSEGV",
    "not done within 60 s",
    "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Failed to load model",
)


def name_of(rule: Rule) -> str:
    message = rule.message.pattern if rule.message else "|".join(sorted(rule.estimators | rule.cases))
    return f"{rule.cause}: {message}"


def recognised(examples: object) -> list[set[str]]:
    return claims(RULES, *tables(examples))  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_rule_recognises_its_example_and_no_other_cause_claims_it(rule: Rule) -> None:
    assert recognised([rule.example]) == [{rule.cause}]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.counterexamples], ids=name_of)
def test_a_rule_recognises_none_of_its_counterexamples(rule: Rule) -> None:
    assert all(rule.cause not in names for names in recognised(rule.counterexamples))


@pytest.mark.parametrize("rule", [rule for rule in RULES if str(Status.DRIFT) in rule.statuses], ids=name_of)
def test_a_rule_for_drift_names_models_versions_and_its_change(rule: Rule) -> None:
    assert rule.statuses == {str(Status.DRIFT)}
    assert rule.message is None  # a drift's text is figures
    assert rule.estimators or rule.cases or _by_elimination(rule)
    assert rule.findings and (rule.formats or _by_elimination(rule))
    assert (rule.producer and rule.consumer) or rule.differs or _is_of_a_converter(rule)
    assert rule.upstream.startswith("https://")


def _by_elimination(rule: Rule) -> bool:
    """Only one thing differs, and the producer's own model does well: there is nothing else that it could be."""
    return "packages" in rule.same and rule.elsewhere and bool(rule.differs)


def _is_of_a_converter(rule: Rule) -> bool:
    """A format that converts changes a model wherever it is read: what the writer holds is the version."""
    return all(name.startswith(("onnx", "pmml", "recipe")) for name in rule.formats) and bool(rule.producer)


@pytest.mark.parametrize("rule", [rule for rule in RULES if str(Status.DRIFT) not in rule.statuses], ids=name_of)
def test_a_rule_for_errors_needs_a_text_that_says_something(rule: Rule) -> None:
    assert rule.message is not None
    if not (rule.differs or rule.formats):
        assert len(re.sub(r"[^A-Za-z_]", "", rule.message.pattern)) >= 10
    narrow = rule.estimators or rule.cases or rule.families or _by_elimination(rule)
    assert narrow or not any(rule.message.search(text) for text in SAYS_NOTHING)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_versions_of_a_rule_leave_something_out(rule: Rule) -> None:
    every = [f"{major}.{minor}" for major in range(9) for minor in range(40)]
    for text in (*rule.producer.values(), *rule.consumer.values()):
        held = list(SpecifierSet(text).filter(every))
        assert 0 < len(held) < len(every)


def test_refusals_have_rules_of_their_own() -> None:
    assert all(rule.statuses == {str(Status.REFUSED)} for rule in RULES if str(Status.REFUSED) in rule.statuses)


def test_the_list_is_closed() -> None:
    names = causes.names()
    assert len(names) == len(set(names))
    assert names[-1] == causes.UNKNOWN
    assert {rule.cause for rule in RULES} == set(names) - {causes.UNKNOWN}


@pytest.mark.parametrize("cause", causes.causes(), ids=lambda cause: cause.name)
def test_a_cause_tells_what_users_need(cause: causes.Cause) -> None:
    assert cause.since and cause.helps.endswith(".") and cause.upstream.startswith("https://")
    assert len(cause.sentence.split()) <= 30 and cause.sentence.endswith(".")
