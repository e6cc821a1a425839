"""Work the answers out: each file in each release, by `plain` alone, with the environments that uv makes of plain pins.

    python -m tests.live.real_files.measure FOLDER [NAME…]

FOLDER has the unpacked wheels, a folder for each package. It prints, for each file, what each release makes of it and how far
its answers are from those of the release that wrote it. The expectations in ``answers.toml`` were written from this.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.version import Version

from harness.machine import interpreters, tools

HERE = Path(__file__).parent
#: Python and further pins of each release: the NumPy of its day.
RELEASES = {
    "0.18.2": ("3.6", "numpy<1.16", "scipy<1.2"),
    "0.19.2": ("3.6", "numpy<1.16", "scipy<1.2"),
    "0.20.4": ("3.6", "numpy<1.17", "scipy<1.4"),
    "0.21.3": ("3.7", "numpy<1.18", "scipy<1.4"),
    "0.22.2.post1": ("3.8", "numpy<1.19", "scipy<1.5"),
    "0.23.2": ("3.8", "numpy<1.20", "scipy<1.6"),
    "0.24.2": ("3.8", "numpy<1.21", "scipy<1.7"),
    "1.0.2": ("3.9", "numpy<1.22", "scipy<1.8"),
    "1.1.3": ("3.10", "numpy<1.24", "scipy<1.10"),
    "1.2.2": ("3.11", "numpy<1.25", "scipy<1.11"),
    "1.3.2": ("3.11", "numpy<1.27", "scipy<1.12"),
    "1.4.2": ("3.12", "numpy<1.27", "scipy<1.14"),
    "1.5.2": ("3.12", "numpy<2.2", "scipy<1.15"),
    "1.6.1": ("3.13", "numpy<2.3", "scipy<1.16"),
    "1.7.2": ("3.13", "numpy<2.4", "scipy<1.17"),
    "1.8.0": ("3.13", "numpy<2.4", "scipy<1.18"),
    "1.9.1": ("3.13", "numpy", "scipy"),
}


def asked(file: Path, words: list[str], release: str, packages: list[str]) -> dict:
    python, *pins = RELEASES[release]
    given = [f"scikit-learn=={release}", *pins, *packages]
    command = [
        tools.uv(),
        "run",
        "--no-project",
        "--quiet",
        "--python",
        str(interpreters.find_or_download(python)),
        *(f"--with={one}" for one in given),
    ]
    done = subprocess.run(
        [*command, "python", "-I", str(HERE / "plain.py"), str(file), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout.startswith("{"):
        return {"load": f"no answer: {done.stderr[-300:]}"}
    return json.loads(done.stdout.splitlines()[-1])


def far(one: dict, other: dict) -> str:
    told = []
    for name in sorted({*one, *other} - {"load", "type", "where"}):
        a, b = one.get(name), other.get(name)
        if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            numbers = [
                abs(x - y) for x, y in zip(a, b, strict=True) if not isinstance(x, str) and not isinstance(y, str)
            ]
            worst = max(numbers, default=0.0) if numbers else float(a != b)
            told.append(f"{name} {worst:.1e}")
        elif a != b:
            told.append(f"{name}: {str(b)[:150]}")
    return ", ".join(told)


def main(folder: Path, names: list[str]) -> None:
    for one in tomllib.loads((HERE / "answers.toml").read_text("utf-8"))["model"]:
        if names and not any(name in one["file"] for name in names):
            continue
        (file,) = folder.glob(f"{one.get('of', '*')}/{one['file']}")
        words = [one["how"], str(one["rows"]), *([one["key"]] if "key" in one else [])]
        print(f"== {one['file']}", flush=True)
        written: dict = {}
        for release in [release for release in RELEASES if Version(release) >= Version(one["writer"])]:
            told = asked(file, words, release, one.get("packages", []))
            written = written or told
            is_loaded = told["load"] == "ok"
            print(f"   {release}: {far(written, told) if is_loaded else told['load']}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
