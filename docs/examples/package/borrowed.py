"""Interpreters that are there already, such as those of conda environments: nothing is resolved or installed."""

from pathlib import Path

from pydantic import Field

from harness.environments import Command, NotReadyError, keys, variables
from harness.environments.kind import Built, Kind
from harness.environments.lock import Lock
from harness.machine import processes

_LIST = """
from importlib import metadata
print(*("%s==%s" % (one.metadata["Name"], one.version) for one in metadata.distributions()))
"""


class Keys(keys.Keys):
    interpreter: keys.Word = Field(description="The program python of the environment, with its whole path.")


def missing(environment):
    python = Keys.read(environment).interpreter
    return None if Path(python).is_file() else f"there is no file {python}: mend `interpreter` in matrix.yaml"


def lock(environment):
    done = processes.run([Keys.read(environment).interpreter, "-I", "-c", _LIST], seconds=60)
    if done.code != 0:
        raise NotReadyError(f"it does not tell its packages: {done.stderr[-300:]}")
    return Lock(text="\n".join(sorted(done.stdout.split())) + "\n")


def build(environment, lock, *, folders, limits):
    python = Keys.read(environment).interpreter
    command = Command(argv=(python, "-I", str(folders.stage)), variables=variables.of_guest(environment))
    return Built(environment=environment, lock=lock, seconds=None, how="borrowed", command=command)


def forget(environment, lock):
    """There is nothing to forget: it is not ours."""


KIND = Kind(
    name="borrowed",
    keys=Keys,
    needs=("name",),
    refuses=("numpy", "packages"),
    plain=True,
    missing=missing,
    lock=lock,
    build=build,
    forget=forget,
)
