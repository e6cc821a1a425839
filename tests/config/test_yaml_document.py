from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from harness.errors import InputError, unknown
from harness.config import yaml_document
from harness.config.problems import Problem, dotted, refusal


@pytest.fixture
def read(tmp_path):
    def read(content: str | bytes) -> yaml_document.Document:
        path = tmp_path / "m.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return yaml_document.read(path)

    return read


@pytest.fixture
def refused(read, tmp_path):
    """The message of a refusal, its lines without the file's."""

    def refused(content: str | bytes) -> list[str]:
        with pytest.raises(InputError) as caught:
            read(content)
        head, *lines = str(caught.value).splitlines()
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        assert head == f"{tmp_path / 'm.yaml'}: {count}"
        assert all(line.startswith("  ") for line in lines)
        return [line.strip() for line in lines]

    return refused


@pytest.mark.parametrize("word", ["3.10", "1", "0x10", "1e3", "yes", "true", "2024-09-11", "2 GiB", ".inf"])
def test_scalars_stay_as_they_are_written(read, word):
    assert read(f"a: {word}\n").value == {"a": word}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_only_a_plain_null_is_none(read, nothing):
    assert read(f"a: {nothing}\nb: '{nothing}'\n").value == {"a": None, "b": nothing}


def test_every_place_has_its_line(read):
    document = read("a: 1\nb:\n  - x\n  - c: 2\n    d: [3,\n      4]\n")
    assert document.lines == {
        (): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "d"): 5,
        ("b", 1, "d", 0): 5, ("b", 1, "d", 1): 6,
    }  # fmt: skip


def test_a_place_that_is_not_there_has_the_line_of_what_is_around_it(read):
    assert read("a: 1\nb:\n  - x\n").line(("b", 7, "python")) == 2


def test_an_alias_stands_for_its_value_at_the_line_of_its_key(read):
    document = read("a: &x [1, 2]\nb: *x\n")
    assert document.value == {"a": ["1", "2"], "b": ["1", "2"]}
    assert document.lines[("b",)] == 2
    assert document.lines[("b", 1)] == 1


def test_an_anchor_may_be_used_again(read):
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").value == {"a": "1", "b": "1", "c": "2", "d": "2"}


def test_half_a_character_is_refused(refused):
    assert refused('a: 1\nb: ["\\ud800"]\n') == ["line 2, b[0]: half a character: write the whole one"]


def test_a_byte_order_mark_is_not_part_of_the_first_key(read):
    assert read("\ufeffa: 1\n").value == {"a": "1"}


def test_the_digest_is_of_the_bytes(read):
    assert read("a: 1\n").digest != read("a: 1 # changed\n").digest


def test_duplicate_keys_are_all_told(refused):
    assert refused("a: 1\nb: {x: 1, x: 2}\nc: 3\na: 4\n") == [
        "line 2, b.x: this key is already on line 2",
        "line 4, a: this key is already on line 1",
    ]


@pytest.mark.parametrize("tagged", ["!!python/object/apply:os.system [ls]", "!!str 1", "!mine 1", "!!map {b: 1}"])
def test_tags_are_refused(refused, tagged):
    (problem,) = refused(f"x: 1\na:\n  - {tagged}\n")
    assert problem.startswith("line 3, a[0]: tags such as")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("1", 'this key is not a word; quote it: "1"'),
        ("3.10", 'this key is not a word; quote it: "3.10"'),
        ("true", 'this key is not a word; quote it: "true"'),
        ("~", "this key is not a word"),
        ("[1, 2]", "this key is not a word"),
        ("{b: 1}", "this key is not a word"),
        ("<<", 'merge keys ("<<") are not read; an alias for a whole value is'),
    ],
)
def test_keys_that_are_no_words_are_refused(refused, key, message):
    assert refused(f"a:\n  ? {key}\n  : {{z: 1}}\nb: 2\n") == [f"line 2, a: {message}"]


def test_a_quoted_key_is_a_word(read):
    assert read('"1": a\n').value == {"1": "a"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1\nb: 2", "line 2, column 2: not YAML: "),
        ("a: 1\n b: 2", "line 2, column 3: not YAML: "),
        ("a: 'x", "line 1, column 6: not YAML: "),
        ("a: 1\nb: \x01", "line 2: not YAML: "),
        ("a: 1\nb: *no", "line 2: no anchor &no"),
    ],
)
def test_syntax_errors_have_their_place(refused, text, where):
    (problem,) = refused(text)
    assert problem.startswith(where)


def test_problems_before_a_syntax_error_are_told_with_it(refused):
    first, second = refused("a: 1\na: 2\nb: [")
    assert first == "line 2, a: this key is already on line 1"
    assert "not YAML" in second


def test_several_documents_are_refused(refused):
    assert refused("a: 1\n---\nb: 1\n") == ["line 2: a second document starts here; one is read"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n"])
def test_an_empty_file_is_refused(refused, text):
    assert refused(text) == ["the file is empty"]


def test_bytes_that_are_not_utf8_are_refused(refused):
    assert refused(b"a: 1\nb: \xff\n") == ["line 2: not UTF-8: invalid start byte"]


def test_a_file_over_one_mebibyte_is_refused(read, refused):
    assert read("a: 1 #" + "x" * (yaml_document.MAX_BYTES - 6)).value == {"a": "1"}
    assert refused("a: 1 #" + "x" * (yaml_document.MAX_BYTES - 5)) == ["the file is over 1 MiB"]


def test_an_endless_file_is_refused():
    with pytest.raises(InputError, match="over 1 MiB"):
        yaml_document.read(Path("/dev/zero"))


def test_a_bomb_of_aliases_is_refused_where_it_goes_off(refused):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
    assert refused(bomb) == ["line 5: more than 50,000 values up to here, aliases expanded"]


def test_the_limit_of_values_is_exact(read, refused):
    # The list itself and its 49,999 items.
    assert len(read("[" + "x," * (yaml_document.MAX_NODES - 1) + "]").value) == yaml_document.MAX_NODES - 1
    assert refused("[" + "x," * yaml_document.MAX_NODES + "]") == [
        "line 1: more than 50,000 values up to here, aliases expanded"
    ]


def test_depth_is_limited(read, refused):
    read("[" * 32 + "]" * 32)
    assert refused("[" * 33 + "]" * 33) == ["line 1: deeper than 32 mappings and lists"]
    assert refused("[" * 100_000) == ["line 1: deeper than 32 mappings and lists"]


def test_depth_counts_what_an_alias_stands_for(read, refused):
    deep = "x: &d " + "[" * 20 + "]" * 20 + "\ny: "  # the mapping around it is the first of the 32
    read(deep + "[" * 11 + "*d" + "]" * 11)
    assert refused(deep + "[" * 12 + "*d" + "]" * 12) == ["line 2: deeper than 32 mappings and lists"]


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: {c: *a}}", "&a {b: *a}"])
def test_an_alias_inside_itself_is_refused(refused, text):
    assert refused(text) == ["line 1: the alias *a stands inside itself"]


_plain = st.recursive(
    st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{3,6}", fullmatch=True), inner),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(_plain)
def test_what_json_writes_is_read_back(read, value):
    """JSON is YAML: quoted texts, nulls, lists and mappings come back as they were."""
    assert read(json.dumps({"root": value}, indent=1, ensure_ascii=False)).value == {"root": value}


def test_dotted():
    assert dotted(("environments", "include", 2, "python")) == "environments.include[2].python"
    assert dotted(("profiles", "a b")) == 'profiles."a b"'


def test_unknown_offers_what_is_near_or_the_few_there_are():
    assert unknown("format", "scops", ["skops", "pickle"]) == 'no format "scops"; perhaps "skops"'
    assert unknown("format", "zzz", ["skops", "pickle"]) == 'no format "zzz"; there is pickle, skops'
    assert unknown("case", "zzz", map(str, range(50))) == 'no case "zzz"'


def test_a_message_stays_on_its_line_and_writes_no_control_characters():
    assert unknown("key", "\x1b[31m\n" + "x" * 500, []) == 'no key "\\u001b[31m\\n' + "x" * 54 + '..."'


def test_the_form_of_a_refusal(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    one = Problem(message="bad", place=("profiles", "x"), line=31)
    two = Problem(message="worse", place=("schema",), line=14)
    assert str(refusal(Path("matrix.yaml"), [one, two])) == (
        "matrix.yaml: 2 problems\n  line 14, schema: worse\n  line 31, profiles.x: bad"
    )
    assert str(refusal(tmp_path / "matrix.yaml", [one])) == "matrix.yaml: 1 problem\n  line 31, profiles.x: bad"
