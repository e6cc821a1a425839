"""A cluster as the engine of a run: one of this machine's own, or one whose scheduler has an address."""

from __future__ import annotations

import contextlib
import logging
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dask
from distributed import Client, LocalCluster
from distributed.comm.addressing import get_address_host_port

from harness.engine.cluster.objects import ObjectStore
from harness.engine.cluster.pool import Pool
from harness.engine.cluster.session import ClusterSession
from harness.engine.cluster.worker import SLOT, Guests, Setting, version
from harness.environments.stage import stage
from harness.errors import InputError, MachineError
from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.run.recorder import Recorder
    from harness.run.session import Session
    from harness.terms import Environment

#: How long to wait for the scheduler and for a first worker. Seconds.
CONNECT_SECONDS, WORKER_SECONDS = 20, 300
#: Threads of this process that wait for environments.
_AT_ONCE = 64


@contextlib.contextmanager
def local(workers: int, *, store: str | None, cell_seconds: float | None) -> Iterator[Cluster]:
    """A cluster of this machine, which nobody else can reach. Raises MachineError."""
    if workers < 1:
        raise InputError(f"--workers {workers}: at least one is needed")
    place = tools.workspace() / ".harness" / "cluster"
    place.mkdir(parents=True, exist_ok=True)
    # The guests have limits of memory of their own; a worker itself needs little.
    with (
        dask.config.set({"temporary-directory": str(place), "distributed.worker.daemon": True}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=max(1, tools.processors() // workers),
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=None,
            resources={SLOT: 1},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        _connected(cluster.scheduler_address, store, cell_seconds) as engine,
    ):
        yield engine


@contextlib.contextmanager
def remote(address: str, *, store: str | None, cell_seconds: float | None) -> Iterator[Cluster]:
    """The cluster of a scheduler. Raises MachineError where it does not answer, or has no worker."""
    with _connected(address, store, cell_seconds) as engine:
        yield engine


@contextlib.contextmanager
def _connected(address: str, store: str | None, cell_seconds: float | None) -> Iterator[Cluster]:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is told by the run
    _need_answer(address)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        raise _silent(address, error) from error
    with client:
        link = client.dashboard_link
        yield Cluster(
            client=client, address=address, store=store, cell_seconds=cell_seconds, link=str(link) if link else None
        )


def _need_answer(address: str) -> None:
    """Raises MachineError where nothing listens, at once; InputError for what is no address."""
    try:
        host, port = get_address_host_port(address, strict=True)
    except (ValueError, TypeError) as error:
        raise InputError(f"{address}: this is no address of a scheduler, such as tcp://10.0.0.1:8786") from error
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise _silent(address, error) from error


def _silent(address: str, error: Exception) -> MachineError:
    return MachineError(f"no scheduler answers at {address} ({error}): start one with `dask scheduler`")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """See `harness.run.session.Engine`."""

    client: Client
    address: str
    store: str | None  # None: the folder of the run's objects
    cell_seconds: float | None
    link: str | None  # of the dashboard

    @contextlib.contextmanager
    def at_work(self, recorder: Recorder) -> Iterator[Workers]:
        """See `harness.run.session.Engine`."""
        objects = recorder.folder.path / "objects"
        store = ObjectStore(_absolute(self.store) if self.store else str(objects))
        try:
            self.client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError as error:
            raise MachineError(
                f"{self.address}: no worker came: start some with `dask worker {self.address}`"
            ) from error
        matrix = recorder.plan.matrix
        guests = Guests(
            Setting(
                run_id=recorder.folder.path.name,
                plan=recorder.plan,
                store=store.url,
                version=version(),
                matrix=matrix.read_text() if matrix is not None else None,
            )
        )
        try:
            self.client.register_plugin(guests)
        except Exception as error:
            raise MachineError(
                f"{self.address}: its workers cannot run this program ({type(error).__name__}: {error}): "
                "install the same persistence-matrix[dask] on each"
            ) from error
        pool = Pool(self.client, guests.name)
        try:
            yield Workers(recorder, pool, store, self.cell_seconds)
        finally:
            pool.close()
            if pool.broken is None:
                with contextlib.suppress(Exception):  # they end anyway, or are lost
                    self.client.unregister_worker_plugin(guests.name)


def _absolute(store: str) -> str:
    return store if "://" in store else str(Path(store).resolve())


class Workers:
    """See `harness.run.session.Workplace`."""

    def __init__(self, recorder: Recorder, pool: Pool, store: ObjectStore, cell_seconds: float | None) -> None:
        self.at_once = min(_AT_ONCE, max(1, len(recorder.plan.environments)))
        self._recorder, self._pool, self._store, self._cell_seconds = recorder, pool, store, cell_seconds

    def session(self, environment: Environment, files: Mapping[str, Path]) -> Session:
        """See `harness.run.session.Workplace`."""
        stage(files)  # workers of this machine find it made
        folder = self._recorder.folder
        digests = {name: folder.keep_object(path.read_bytes()) for name, path in files.items()}
        for digest in digests.values():
            self._store.ensure(digest, folder.object_path(digest))
        return ClusterSession(
            environment,
            self._recorder,
            self._pool,
            self._store,
            files=digests,
            cell_seconds=self._cell_seconds,
        )
