"""Build a wheel from a source archive. `harness.environments.from_source` runs this file as a program in a sandbox.

It imports the standard library and setuptools, which lies in a folder of its own.
"""

import os
import shutil
import sys
import tarfile
import tomllib
from pathlib import Path


def main(archive: str, builder: str, target: str) -> None:
    """Unpack the archive here and write its wheel into the folder ``target``."""
    # Pythons before 3.11.4, such as Debian 12's, have no filters: there the sandbox alone keeps it in its place.
    if hasattr(tarfile, "data_filter"):
        shutil.unpack_archive(archive, "source", filter="data")
    else:
        shutil.unpack_archive(archive, "source")
    (folder,) = Path("source").iterdir()
    os.chdir(folder)
    said = Path("pyproject.toml")
    system = tomllib.loads(said.read_text("utf-8")).get("build-system", {}) if said.exists() else {}
    backend = system.get("build-backend", "setuptools.build_meta:__legacy__")
    sys.path.insert(0, builder)
    from setuptools import build_meta  # noqa: PLC0415  # it lies there

    if backend == "setuptools.build_meta":
        build_meta.build_wheel(target)
    elif backend == "setuptools.build_meta:__legacy__":  # what an archive means that says nothing
        build_meta.__legacy__.build_wheel(target)
    else:
        sys.exit(f"it is built by {backend}, and only what setuptools builds can be built here")


if __name__ == "__main__":
    main(*sys.argv[1:])
