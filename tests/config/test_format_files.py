"""``formats:`` in matrix.yaml, and formats of installed packages."""

from __future__ import annotations

import json
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from harness.config import format_files
from harness.config.format_files import installed_formats, scan_file
from harness.config.plan import Plan
from harness.errors import InputError

from tests.config.folder import FORMATS, never
from tests.extensions import EXAMPLES, FORMAT, PACKAGE

GOOD = (FORMAT / "zipped.py").read_text()
MORE = "formats: {files: [zipped.py]}"


def test_a_format_of_ones_own_is_used_by_its_name_and_with_its_readers(folder):
    folder.write("zipped.py", GOOD)
    matrix = folder.part(more=MORE, profiles="{a: {formats: [zipped/zipfile]}, every: {}}")
    (item,) = matrix.profile("a", satisfiable=never).formats
    assert (item.name, item.module, item.options, item.readers) == ("zipped", "zipped", {"level": 6}, ("zipfile",))
    assert (item.file, item.partial, item.converts) == ("zipped.py", False, False)
    assert [one.name for one in matrix.profile("every", satisfiable=never).formats][-1] == "zipped"


def test_a_plan_is_of_the_text_of_a_format_and_not_of_its_place(folder, monkeypatch):
    def digest(text: str) -> str:
        folder.write("zipped.py", text)
        profiles = "{a: {formats: [zipped], measure: {}}}"
        return Plan(profile=folder.part(more=MORE, profiles=profiles).profile("a", satisfiable=never)).digest

    first = digest(GOOD)
    assert digest(GOOD.replace("protocol=4", "protocol=5")) != first
    elsewhere = folder.path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(folder, "path", elsewhere)
    monkeypatch.chdir(elsewhere)
    assert digest(GOOD) == first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("FORMATS = ", "FORMAT = "), 'line 9: FORMAT is not read; perhaps "FORMATS"|FORMATS is missing'),
        (('{"zipped": {"level": 6}}', "dict(zipped={})"), "line 9, FORMATS: is no literal"),
        (('{"zipped": {"level": 6}}', "{}"), "line 9, FORMATS: is not {name: options}"),
        (('READERS = {"zipped"', 'READERS = {"ziped"'), 'line 10, READERS: no format "ziped"; perhaps "zipped"'),
        (('("zipfile",)', '"zipfile"'), "line 10, READERS: the readers of a format are not a tuple of names"),
        (('WRITES_WITH = ("sklearn",)', 'WRITES_WITH = "sklearn"'), "line 11, WRITES_WITH: is not a tuple of modules"),
        (('READS_WITH = ("sklearn",)\n', ""), "READS_WITH is missing"),
        (("READS_WITH = ", "READ_WITH = "), 'line 12: READ_WITH is not read; perhaps "READS_WITH"'),
        (("_MEMBER = ", "PARTIAL = 1\n_MEMBER = "), "line 14, PARTIAL: is neither True nor False"),
        (("def dump(model, options, fit)", "def dump(model)"), "line 17, dump: it must take (model, options, fit)"),
        (("def load(", "def lod("), "there is no function load(data, path, reader, options)"),
        (
            ("import zipfile", "import zipfile\nimport numpy"),
            "line 6: not every environment has numpy: import it inside",
        ),
        (("from guest.errors", "from .errors"), "line 7: nothing lies beside it where it is used"),
        (("def load(", "def load["), "line 26: not Python"),
        (('{"zipped"', '{"pickle"'), 'the format "pickle" is already in pickle'),
    ],
)
def test_a_file_that_is_wrong(folder, change, message):
    assert change[0] in GOOD
    folder.write("zipped.py", GOOD.replace(*change))
    with pytest.raises(InputError) as caught:
        folder.part(more=MORE)
    lines = str(caught.value).splitlines()[1:]
    assert all(line.startswith("  line 4, formats.files[0]: ") for line in lines)
    assert any(wanted in line for line in lines for wanted in message.split("|")), lines


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FORMATS", '{"zipped": {"level": 0x' + "f" * 6000 + "}}", "a number is too large"),
        ("FORMATS", '{"zipped": {"level": "\\ud800"}}', "is no plain text"),
        ("FORMATS", '{"zipped": {5: 1}}', "is no plain text"),
        ("FORMATS", '{b"zipped": {}}', "is not a name"),
        ("FORMATS", "[" * 90 + "]" * 90, "is not {name: options}"),
        ("FORMATS", "-" * 50_000 + "1", "cannot be read"),
        ("READERS", '{"zipped": ("a", "a")}', "a format has a reader twice"),
        ("READERS", '{"zipped": ("../x",)}', "is not a name"),
        ("WRITES_WITH", '("os; import x",)', "is not a tuple of modules"),
    ],
)
def test_a_literal_of_anything(tmp_path, name, value, message):
    path = tmp_path / "zipped.py"
    path.write_text(re.sub(f"(?m)^{name} = .*$", lambda _: f"{name} = {value}", GOOD))
    problems = scan_file(path).problems
    assert len(problems) == 1 and "zipped.py" in problems[0] and message in problems[0]


@pytest.mark.parametrize("codec", ["rot13", "hex", "nope", "utf-16", "idna"])
def test_a_file_in_any_encoding_is_read_or_refused(tmp_path, codec):
    path = tmp_path / "zipped.py"
    path.write_text(f"# coding: {codec}\n{GOOD}")
    assert all(problem.startswith("zipped.py") for problem in scan_file(path).problems)


def test_everything_that_is_wrong_is_said_at_once(folder):
    folder.write("zipped.py", "import numpy\nFORMATS = {}\nPARTIAL = 0\ndef dump(): pass\n")
    problems = folder.problems(f"schema: 1\nenvironments: {{as_of: soon}}\nprofiles: {{a: {{}}}}\n{MORE}\n")
    told = "\n".join(problems)
    for wanted in (
        "as_of",
        "FORMATS: is not",
        "PARTIAL: is",
        "READERS is missing",
        "WRITES_WITH is missing",
        "numpy",
        "dump",
    ):
        assert wanted in told


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.py", "there is no file absent.py"),
        ("zipped.txt", '"zipped.txt" does not end in .py'),
        ("joblib.py", '"joblib.py" would stand in for the module joblib; rename it'),
        ("__main__.py", '"__main__.py" would stand in for the module __main__; rename it'),
        ("recipe.py", '"recipe.py" would stand in for the module recipe; rename it'),
        ("a-b.py", '"a-b.py" cannot be imported: "a-b" is not an identifier'),
    ],
)
def test_a_file_that_could_not_be_imported(folder, name, message):
    folder.write("joblib.py", GOOD)
    folder.write("a-b.py", GOOD)
    assert folder.problem(more=f"formats: {{files: [{name}]}}") == f"formats.files[0]: {message}"


def test_a_file_may_have_cases_and_a_format_but_two_files_have_two_names(folder):
    (folder.path / "sub").mkdir()
    folder.write("zipped.py", GOOD + "\n\ndef case_mine(seed):\n    pass\n")
    folder.write("sub/zipped.py", "def case_other(seed): pass\n")
    assert folder.part(more=f"{MORE}\ncases: {{files: [zipped.py]}}").case_files == (Path("zipped.py"),)
    told = folder.problem(more=f"{MORE}\ncases: {{files: [sub/zipped.py]}}")
    assert told == "formats.files[0]: another file gives the module zipped; rename one"


def test_an_unknown_format_is_not_blamed_where_a_file_could_not_be_read(folder):
    told = folder.problem(more="formats: {files: [absent.py]}", profiles="{a: {formats: [zipped]}}")
    assert told.startswith("formats.files[0]")


class TestInstalled:
    @pytest.fixture
    def package(self, tmp_path, monkeypatch) -> Path:
        """A package that must never be imported, with a module of formats."""
        inner = tmp_path / "outer" / "inner"
        inner.mkdir(parents=True)
        for place in (tmp_path / "outer", inner):
            (place / "__init__.py").write_text("raise SystemExit('imported')")
        (inner / "zipped.py").write_text(GOOD)
        monkeypatch.syspath_prepend(str(tmp_path))
        return inner

    def entry(self, value: str) -> EntryPoint:
        return EntryPoint(name="zipped", value=value, group=format_files.GROUP)

    def test_its_file_is_found_and_read_and_nothing_is_imported(self, package):
        (item,) = installed_formats([self.entry("outer.inner.zipped")], FORMATS)
        assert (item.name, item.module, item.file) == ("zipped", "zipped", str(package / "zipped.py"))

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("outer.inner.absent", "no file of that module could be found"),
            ("absent", "no file of that module could be found"),
            ("outer.inner", "no file of that module could be found"),
            ("outer.inner.class", '"class.py" cannot be imported'),
            ("outer.inner.broken", "broken.py: READERS is missing"),
        ],
    )
    def test_what_is_wrong_names_the_entry_and_what_to_do(self, package, value, message):
        (package / "class.py").write_text(GOOD)
        (package / "broken.py").write_text(GOOD.replace("READERS", "_READERS"))
        with pytest.raises(InputError) as caught:
            installed_formats([self.entry(value)], FORMATS)
        assert f'offers the format "zipped" ({value})' in str(caught.value)
        assert message in str(caught.value)
        assert "mend it" in str(caught.value)

    def test_a_name_is_given_once(self, package):
        (package / "again.py").write_text(GOOD)
        with pytest.raises(InputError, match='the format "zipped" is already in'):
            installed_formats([self.entry("outer.inner.zipped"), self.entry("outer.inner.again")], FORMATS)


def test_the_examples_are_sound():
    assert not scan_file(FORMAT / "zipped.py").problems


@pytest.mark.parametrize("page", ["add-a-format.md", "add-a-kind.md"])
def test_the_pages_show_the_examples_as_they_are(page):
    text = (EXAMPLES.parent / "how-to" / page).read_text()
    assert len(text.splitlines()) <= 80
    shown = text.split("<!-- file: ")[1:]
    assert shown
    for block in shown:
        name, _, rest = block.partition(" -->\n")
        code = rest.partition("\n")[2].partition("\n```")[0]
        (path,) = EXAMPLES.glob(f"*/{name}")
        assert code.strip() == path.read_text().strip(), name


def test_the_schema_describes_the_key(folder):
    from harness.config.matrix import json_schema

    assert "each with a format" in json.dumps(json_schema()["$defs"]["Formats"])


def test_the_package_of_the_examples_names_what_there_is():
    told = (PACKAGE / "pyproject.toml").read_text()
    assert format_files.GROUP in told
