"""A user's file that changes between the plan and the run is not run under the digest of another text."""

from __future__ import annotations

import pytest

from harness.errors import InputError
from harness.run.schedule import unchanged_files

from tests.config.conftest import folder  # noqa: F401
from tests.config.folder import never
from tests.extensions import FORMAT

GOOD = (FORMAT / "zipped.py").read_text()
CASE = "def case_mine(seed): return 1\n"


@pytest.mark.parametrize(("name", "text"), [("zipped.py", GOOD + "# more\n"), ("ours.py", CASE.replace("1", "2"))])
def test_a_file_that_changed_is_refused(folder, name, text):  # noqa: F811
    folder.write("zipped.py", GOOD)
    folder.write("ours.py", CASE)
    more = "formats: {files: [zipped.py]}\ncases: {files: [ours.py]}"
    profile = folder.part(more=more, profiles="{a: {cases: [mine], formats: [zipped]}}").profile("a", satisfiable=never)
    assert list(unchanged_files(profile)) == ["ours.py", "zipped.py"]
    folder.write(name, text)
    with pytest.raises(InputError, match=name):
        unchanged_files(profile)
    (folder.path / name).unlink()
    with pytest.raises(InputError, match=name):
        unchanged_files(profile)
