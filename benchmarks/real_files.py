"""What `rescue` makes of model files that wheels on PyPI carry: a table with the proof of each, or why there is none.

    python -m benchmarks.real_files --to 1.9 [--only plasclass]

It downloads the wheels of tests/live/real_files/answers.toml by name, and keeps nothing of them but the table. Each file
that `check` is asked about there is rescued; ``--wheels FOLDER`` takes wheels that are unpacked there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANSWERS = Path(__file__).parent.parent / "tests/live/real_files/answers.toml"


@dataclass(frozen=True, kw_only=True)
class Line:
    """The answer for one file."""

    file: str
    rescued: bool
    told: str


def wheels(folder: Path, wanted: Mapping[str, str]) -> None:
    """Unpack the wheels, each into a folder of its name."""
    for requirement in wanted:
        command = [tools.uv(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        place = ["--target", folder / requirement.partition("==")[0], "--python", sys.executable]
        subprocess.run([*command, *place, requirement], check=True)


def lines(models: list[dict[str, Any]], folder: Path, target: str) -> Iterator[Line]:
    for model in models:
        (file,) = folder.glob(f"{model.get('of', '*')}/{model['file']}")
        yield rescued(file, model, target)


def rescued(file: Path, model: Mapping[str, Any], target: str) -> Line:
    """Rescue one file, and drop what it gives."""
    with tempfile.TemporaryDirectory() as held:
        words = ["--to", target, "--output", f"{held}/out.pkl", "--results", f"{held}/runs", "--json"]
        words += [word for one in model.get("with", []) for word in ("--with", one)]
        words += ["--at", model["at"]] if "at" in model else []
        command = [sys.executable, "-m", "harness", "rescue", str(file), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        return Line(file=model["file"], rescued=False, told=" ".join(done.stderr.split())[-300:])
    return line(model["file"], json.loads(done.stdout))


def line(file: str, told: Mapping[str, Any]) -> Line:
    if told["ending"] != "rescued":
        tried = [one["why"] for one in told["tried"]]
        return Line(file=file, rescued=False, told=told["why"] or told["ending"] if not tried else "; ".join(tried))
    handed = told["handed_over"]
    largest = max((one["max_abs_diff"] or 0.0 for one in handed["differences"].values()), default=0.0)
    way = ", then ".join(f"{one['format']} of {one['environment']}" for one in handed["way"])
    return Line(
        file=file, rescued=True, told=f"{way}; {handed['inputs']['rows']} rows, largest difference {largest:.2g}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--to", default="1.9")
    parser.add_argument("--only", default="", help="files with this in their name")
    parser.add_argument("--wheels", type=Path)
    asked, answers = parser.parse_args(), tomllib.loads(ANSWERS.read_text("utf-8"))
    models = [one for one in answers["model"] if asked.only in one["file"]]
    with tempfile.TemporaryDirectory() as held:
        if asked.wheels is None:
            wheels(Path(held), answers["wheels"])
        found = []
        for one in lines(models, asked.wheels or Path(held), asked.to):
            found.append(one)
            print(f"{'✓' if one.rescued else '✗'} {one.file}\n    {one.told}", flush=True)
    print(f"{sum(one.rescued for one in found)} of {len(found)} rescued to {asked.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
