"""The dataset of verdicts: every statement that the stored runs make, in one small JSON file, with its schema.

folding     statements as the dataset has them, folded; and back
changelog   what differs from the edition before
packages    the folders of an npm and of a Python package with it

What stands in the file is described in ``templates/dataset/dataset.schema.json``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from harness.analysis.verdicts import Verdict
from harness.errors import InputError, shown
from harness.files import replace_text
from harness.report.dataset import changelog, packages
from harness.report.dataset.folding import FORMAT_VERSION, document, unfolded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.analysis.ask.index import Index

__all__ = ["FILE", "document", "read", "write"]

FILE = "dataset.json"
_EDITION = re.compile(r"\d{4}\.\d{3,4}\.\d{1,9}")


def read(path: Path) -> dict[str, Any]:
    """Read an edition. Raises InputError for what is none, or is of another format."""
    try:
        held = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: this is no dataset: {error}") from error
    version = held.get("format_version") if isinstance(held, dict) else None
    if version != FORMAT_VERSION:
        raise InputError(f"{path}: this is no dataset of format {FORMAT_VERSION}, which this release reads")
    try:
        for one in unfolded(held):
            Verdict(one.told.verdict)
        is_edition = bool(_EDITION.fullmatch(held["edition"]))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: this dataset is damaged: {error!r}") from error
    if not is_edition:
        raise InputError(f"{path}: this dataset is damaged: its edition is {shown(held['edition'])}")
    return dict(held)


def write(
    indexes: Sequence[Index],
    folder: Path,
    *,
    since: Path | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Write the dataset, its schema, its changelog, and the folders of both packages; return the document.

    Parameters
    ----------
    since : the edition before. The changelog beside it is continued.
    tell : see `harness.analysis.dataset.statements`.

    Raises
    ------
    InputError : the edition before cannot be read.
    """
    before = None if since is None else read(since)
    old = None if since is None else since.with_name(changelog.FILE)
    made = document(indexes, before=None if before is None else str(before["edition"]), tell=tell)
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), sort_keys=False) + "\n"
    told = changelog.told(before, made)
    told += "\n" + old.read_text("utf-8").partition("\n\n")[2] if old is not None and old.is_file() else ""
    files = {FILE: text, packages.SCHEMA: packages.template(packages.SCHEMA), changelog.FILE: told}
    for name, content in files.items():
        replace_text(folder / name, content)
    packages.write(folder, made, files)
    return made
