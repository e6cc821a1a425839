"""What a Python holds, read from the files of its packages: none is imported, and no .pth file is run.

The host runs this file alone, as ``python -I -S -B -c TEXT``, in a Python that was there before. It prints JSON, which
`harness.environments.installed` reads. Standard library only, of every Python that guests run under.
"""

import email
import hashlib
import json
import os
import platform
import site
import sys
from urllib.parse import unquote, urlparse


def virtual():
    """The folder of the virtual environment that this Python is of, and its settings; None and nothing if it is of none.

    Without ``site`` an older Python does not know it.
    """
    here = os.path.dirname(os.path.abspath(sys.executable))
    for folder in (here, os.path.dirname(here)):
        try:
            with open(os.path.join(folder, "pyvenv.cfg"), encoding="utf-8") as file:
                pairs = [line.partition("=") for line in file]
        except OSError:
            continue
        return folder, {key.strip().lower(): value.strip() for key, _, value in pairs}
    return None, {}


def folders(place, settings):
    """Where its packages lie, as ``site`` would find them, the first first."""
    base = [sys.base_prefix, sys.base_exec_prefix]
    if place is None:
        return [folder for folder in site.getsitepackages(base) if os.path.isdir(folder)]
    sys.prefix = sys.exec_prefix = place  # some systems' site looks whether it is of a virtual environment
    shown = settings.get("include-system-site-packages") == "true"
    return [folder for folder in site.getsitepackages([place] + (base if shown else [])) if os.path.isdir(folder)]


def added(folder):
    """The folders that .pth files of a folder add: those that they name, not those that they would compute."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".pth"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file]
        for line in lines:
            path = os.path.join(folder, line)
            if line and not line.startswith(("#", "import ", "import\t")) and os.path.isdir(path):
                yield os.path.abspath(path)


def distributions(paths):
    """For each distribution in some folders: what its metadata say, and the folder or file that has them."""
    for folder in filter(os.path.isdir, paths):
        for name in sorted(os.listdir(folder)):
            for ending, file in (
                (".dist-info", "METADATA"),
                (".egg-info", "PKG-INFO"),
                (".egg-info", ""),
                (".egg", "EGG-INFO/PKG-INFO"),
            ):
                path = os.path.join(folder, name, file) if file else os.path.join(folder, name)
                if name.endswith(ending) and os.path.isfile(path):
                    with open(path, encoding="utf-8", errors="replace") as opened:
                        yield email.message_from_file(opened), os.path.dirname(path)


def text_of(*parts):
    """A file's text, or nothing where there is none."""
    try:
        with open(os.path.join(*parts), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def source_of(place):
    """The folder that a distribution is run from, where its installer has not copied it (PEP 610); None if it has."""
    try:
        told = json.loads(text_of(place, "direct_url.json") or "{}")
        address = urlparse(told.get("url", "")) if told.get("dir_info", {}).get("editable") else None
    except (ValueError, AttributeError):
        return None
    return unquote(address.path) if address is not None and address.scheme == "file" else None


def gather():
    """Facts as JSON-able data."""
    place, settings = virtual()
    paths = folders(place, settings)
    sources = [path for folder in paths for path in added(folder)]
    packages = {}
    for told, where in distributions(paths + sources):
        name, version = told["Name"], told["Version"]
        if not name or not version:
            continue
        files = text_of(where, "RECORD") or text_of(where, "installed-files.txt")
        found = {"version": version, "files": hashlib.sha256(files.encode()).hexdigest() if files else None}
        packages.setdefault(name.lower().replace("_", "-"), found)
        sources.append(source_of(where))
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": os.path.abspath(sys.executable),
        "virtual": place,
        "base": sorted({sys.base_prefix, sys.base_exec_prefix}),
        "packages": packages,
        "sources": sorted(set(filter(None, sources))),
    }


if __name__ == "__main__":
    print(json.dumps(gather()))
