"""Files of causes: what is refused, what an entry comes to, and the digest of it all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.analysis import causes
from harness.analysis.causes.loading import digest_of, family
from harness.analysis.causes.rules import RulesError, release

FILE = """
[[cause]]
name = "thing-moved"
sentence = "The thing is elsewhere."
since = "scikit-learn 1.3"
upstream = "https://example.org/1"
helps = "Look for it."

[[cause.rule]]
statuses = ["load-error"]
message = "^No module named '{module}'$"
crosses = "either"
each = [
    { module = "a.b|a.c", seen = "1.2.2 > 1.3.2" },
    { module = "d", since = "scikit-learn 1.5", upstream = "https://example.org/2", seen = "1.4.2 > 1.5.2" },
]
example = { status = "load-error", error_message = "No module named '{module}'", producer = {}, consumer = { bits = 32 } }
"""


def test_an_entry_is_a_rule_for_each_way_across_its_release() -> None:
    (read_cause,) = family("things", FILE)
    assert (read_cause.cause.name, read_cause.cause.family) == ("thing-moved", "things")
    assert [(dict(rule.producer), dict(rule.consumer)) for rule in read_cause.rules] == [
        ({"scikit-learn": "<1.3"}, {"scikit-learn": ">=1.3"}),
        ({"scikit-learn": ">=1.3"}, {"scikit-learn": "<1.3"}),
        ({"scikit-learn": "<1.5"}, {"scikit-learn": ">=1.5"}),
        ({"scikit-learn": ">=1.5"}, {"scikit-learn": "<1.5"}),
    ]
    assert [rule.upstream for rule in read_cause.rules] == ["https://example.org/1"] * 2 + ["https://example.org/2"] * 2


def test_an_entry_fills_its_message_and_its_example() -> None:
    (read_cause,) = family("things", FILE)
    rule = read_cause.rules[0]
    assert rule.message is not None
    assert all(rule.message.search(f"No module named '{name}'") for name in ("a.b", "a.c"))
    assert not rule.message.search("No module named 'axb'")
    assert rule.example.error_message == "No module named 'a.b'"
    assert rule.example.consumer.packages == {"scikit-learn": "1.3.2"}
    assert rule.example.consumer.bits == 32


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "thing-moved"', 'name = "Thing moved"', "cause.0.name"),
        ('sentence = "The thing is elsewhere."', f'sentence = "{"so " * 31}long."', "at most 30 words"),
        ('upstream = "https://example.org/1"', 'upstream = "somewhere"', "cause.0.upstream"),
        ('statuses = ["load-error"]', 'statuses = ["ok"]', "a cell that is ok has no cause"),
        ('statuses = ["load-error"]', "statuses = []", "cause.0.rule.0.statuses"),
        ('crosses = "either"', 'crosses = "either"\nwhen = "always"', "Extra inputs are not permitted"),
        ('crosses = "either"', 'crosses = "either"\nproducer = { numpy = "two" }', "Invalid specifier"),
        ("'{module}'$", "'{module}($", "no regular expression"),
        ('since = "scikit-learn 1.3"', 'since = "some day"', "is no release"),
        ("'{module}'$\"", "'nothing'$\"", "no {module} in the message"),
        ("[[cause]]", "[[cause", "things.toml"),
    ],
)
def test_a_mistake_in_a_file_is_told(old: str, new: str, said: str) -> None:
    assert old in FILE
    with pytest.raises(RulesError, match=said.replace("{", r"\{").replace("}", r"\}")):
        family("things", FILE.replace(old, new, 1))


def test_a_cause_has_its_name_once() -> None:
    with pytest.raises(RulesError, match="two causes of one name"):
        family("things", FILE + FILE)


@pytest.mark.parametrize("since", ["scikit-learn", "NumPy two", "Fortran 77", "every release"])
def test_what_is_no_release_cannot_be_crossed(since: str) -> None:
    with pytest.raises(RulesError, match="is no release"):
        release(since)


def test_a_release_names_its_package() -> None:
    assert release("NumPy 2.0") == ("numpy", "2.0")


def test_the_digest_is_of_content() -> None:
    texts = {"things.toml": FILE, "matching.py": "pass\n"}
    digest = digest_of(texts)
    assert digest == digest_of(dict(reversed(texts.items())))
    assert digest == digest_of({**texts, "things.toml": "# a comment\n" + FILE})
    assert digest != digest_of({**texts, "things.toml": FILE.replace("elsewhere", "gone")})
    assert digest != digest_of({**texts, "matching.py": "pass  # otherwise\n"})
    assert digest != digest_of({**texts, "more.toml": FILE})


def test_the_digest_of_these_rules_is_a_sha256() -> None:
    assert len(causes.rules_digest()) == 64


def test_the_files_are_part_of_the_wheel() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert "analysis/causes/*.toml" in project["tool"]["setuptools"]["package-data"]["harness"]
