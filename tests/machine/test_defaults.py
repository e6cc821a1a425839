"""What a command takes where nothing is named."""

from __future__ import annotations

from harness.machine import defaults, tools


def test_a_matrix_in_the_current_folder_comes_first(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert defaults.matrix() == tools.MATRIX
    (tmp_path / "matrix.yaml").write_text("schema: 1\n")
    assert defaults.matrix() == tmp_path / "matrix.yaml"


def test_a_folder_of_results_counts_if_it_has_runs(monkeypatch, tmp_path) -> None:
    """Many projects have a folder of that name for something else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/figures").mkdir(parents=True)
    assert defaults.results() == tools.ROOT / "results"
    (tmp_path / "results/one").mkdir()
    (tmp_path / "results/one/run.json").write_text("{}")
    assert defaults.results() == tmp_path / "results"


def test_an_installed_program_works_in_the_users_folders(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tools, "IS_CHECKOUT", False)
    monkeypatch.delenv("NOXENVDIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert defaults.results() == tmp_path / "results"
    assert tools.workspace() == tmp_path / "cache/persistence-matrix"
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "other"))
    assert tools.workspace() == tmp_path / "other"
