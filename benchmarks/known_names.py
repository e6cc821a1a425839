"""Make the list of known names from stored runs: what the artifacts of each scikit-learn release name, by format.

    python -m benchmarks.known_names results/RUN…

A run of all estimators in the formats pickle, joblib, cloudpickle and skops is wanted; see the profile `known-names` of the
matrix. Every artifact that was written must be read to its last byte, else nothing is made. The list is shipped as
harness/inspection/known_names.json.xz; say in the changelog which releases it knows.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import defaultdict
from pathlib import Path

from harness.inspection import inspect, known_names
from harness.store import read_run

#: Formats that write the same kind of file.
FORMATS = {
    "pickle": "pickle",
    "pickle-4": "pickle",
    "joblib": "joblib",
    "joblib-zlib": "joblib",
    "cloudpickle": "cloudpickle",
    "skops": "skops",
}
#: Made by cases of ours, not by scikit-learn: a file that names them is told of it.
OURS = ("__main__.", "guest.", "harness.", "case_", "sk_case")


def named(path: Path) -> set[str]:
    """Every name in a file.

    Raises
    ------
    SystemExit : it was not read to its last byte.
    """
    found = inspect(path)
    if found.trouble is not None:
        raise SystemExit(f"{path}: {found.trouble.what} at {found.trouble.offset}")
    return set(found.names)


def gather(folders: list[Path]) -> dict[tuple[str, str], set[str]]:
    """By release and format: the names in its artifacts."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for folder in folders:
        run = read_run(folder)
        releases = dict(zip(run.environments["environment"], run.environments["sklearn"], strict=True))
        rows = run.artifacts[(run.artifacts["status"] == "ok") & run.artifacts["format"].isin(FORMATS)]
        for producer, format_name, digest in zip(rows["producer"], rows["format"], rows["sha256"], strict=True):
            path = folder / "objects" / digest[:2] / digest
            if path.exists() and releases.get(producer):
                found[releases[producer], FORMATS[format_name]] |= named(path)
    return found


def packed(found: dict[tuple[str, str], set[str]]) -> bytes:
    """The list as it is shipped: by module and name, in which columns it stands."""
    columns = sorted(found, key=lambda column: (tuple(map(int, column[0].split("."))), column[1]))
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for name in sorted(set().union(*found.values())):
        if name.startswith(OURS):
            continue
        module, _, last = name.rpartition(".") if "(" not in name else ("", "", name)
        marks = sum(1 << place for place, column in enumerate(columns) if name in found[column])
        names[module][last] = f"{marks:x}"
    data = {"columns": [" ".join(column) for column in columns], "names": names}
    return lzma.compress(json.dumps(data, separators=(",", ":")).encode(), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    found = gather(parser.parse_args().runs)
    content = packed(found)
    path = Path(known_names.__file__).with_name(known_names.FILE)
    path.write_bytes(content)
    print(
        f"{len(content):,} bytes: {len(set().union(*found.values())):,} names of {', '.join(sorted({r for r, _ in found}))}"
    )


if __name__ == "__main__":
    main()
