"""When each environment works. There are two passes, because they need opposite things.

The correctness pass needs many environments at once, as many as there are processors. Each is built and dumps its
artifacts; when all have, each loads everything. A guest stays alive between dumping and loading, so that it imports
only once. Environments that write nothing start their guests while the others are still writing.

The measuring pass needs a quiet machine. It begins when nothing else works, and takes one environment at a time.
"""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config import beside
from harness.config.catalogue import scan_cases
from harness.config.format_files import scan_file
from harness.environments import NotReadyError
from harness.environments.stage import stage
from harness.errors import InputError
from harness.machine import processes, tools
from harness.run import dumping, loading, measuring, rescue_share
from harness.run.environment_session import EnvironmentSession
from harness.run.session import CutShortError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.run.confirming import Alarming
    from harness.run.recorder import Recorder
    from harness.run.reusing import Reuse
    from harness.run.session import Engine, Session
    from harness.terms import Environment, Profile

#: Guests that stay alive between dumping and loading; each holds some 150 MB.
KEPT_GUESTS = 24


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which environments produce and consume now; the others wait for another call on the same run."""

    producers: frozenset[str]
    consumers: frozenset[str]


def unchanged_files(profile: Profile) -> dict[str, Path]:
    """The user's files that a profile needs, by their names beside the guest.

    Raises InputError if one is not what the plan was made from.
    """
    near: dict[Path, dict[str, Path]] = {}
    planned: dict[Path, set[str | None]] = {}
    for case in profile.cases:
        if case.module == Path(case.file).stem:
            planned.setdefault(Path(case.file), set()).add(case.digest)
            near[Path(case.file)] = {name: Path(file) for name, file in case.beside}
    for item in profile.formats:
        if item.file is not None:
            planned.setdefault(Path(item.file), set()).add(item.digest)
    for path, digests in planned.items():
        held = {case.digest for case in scan_cases(path, module=path.stem, near=near.get(path, {})).cases}
        if not digests <= held | {item.digest for item in scan_file(path).formats}:
            raise InputError(f"{path}: it was changed after the plan was made from it: give the command again")
    files = {name: file for those in near.values() for name, file in those.items()}
    return {**files, **{path.name: path for path in sorted(planned)}}


def with_modules(environment: Environment, files: Mapping[str, Path]) -> dict[str, Path]:
    """The same with the environment's own modules. Raises InputError if one is not what the plan was made from."""
    own: dict[str, Path] = {}
    for module in environment.modules:
        found = beside.importable(Path(module.path))
        if beside.digest(found) != module.digest:
            raise InputError(f"{module.path}: it was changed after the plan was made from it: give the command again")
        own |= found
    return {**files, **own}


class Here:
    """The engine of this process: guests in its own care, as many at work as there are processors."""

    link = None

    @contextlib.contextmanager
    def at_work(self, recorder: Recorder) -> Iterator[_Guests]:
        """See `harness.run.session.Engine`."""
        yield _Guests(recorder)


class _Guests:
    def __init__(self, recorder: Recorder) -> None:
        self.at_once = tools.processors()
        self._recorder = recorder

    def session(self, environment: Environment, files: Mapping[str, Path]) -> Session:
        return EnvironmentSession(environment, self._recorder, stage(files))


def both_passes(
    recorder: Recorder,
    selection: Selection,
    engine: Engine | None = None,
    reuse: Reuse | None = None,
    alarming: Alarming | None = None,
) -> None:
    """Dump with the producers, then load with the consumers, then measure what the profile says in those.

    Parameters
    ----------
    engine : where the guests are; None: here.
    reuse : outcomes of earlier runs, which are not worked out again; None: everything is worked out.
    alarming : tells alarms, which are measured again; None: nothing is.

    Raises MachineError and KeyboardInterrupt. No process is left behind in any case.
    """
    profile = recorder.plan.profile
    files = unchanged_files(profile)
    with (engine or Here()).at_work(recorder) as place:
        sessions = [place.session(one, with_modules(one, files)) for one in profile.environments]
        try:
            consumers = correctness_pass(sessions, recorder, selection, place.at_once, reuse)
            _measuring_pass(consumers, recorder)
            if alarming is not None and not recorder.cut_short:
                from harness.run import confirming  # noqa: PLC0415  # pandas takes half a second; a guest waits for it

                confirming.confirm(consumers, recorder, alarming)
        finally:
            for session in sessions:
                session.close()


def correctness_pass(
    sessions: Sequence[Session], recorder: Recorder, selection: Selection, at_once: int, reuse: Reuse | None = None
) -> list[Session]:
    """Dump and load; `both_passes` has the parameters. Return the sessions that consume, the newest first."""
    keep = len(sessions) <= KEPT_GUESTS
    with processes.workers(at_once) as pool:
        producers = [session for session in sessions if session.name in selection.producers]
        producing = [pool.submit(_produce, session, recorder, keep, reuse) for session in producers]
        # The newest first: they can read most, so they take longest, and the longest must not begin last.
        consumers = [session for session in reversed(sessions) if session.name in selection.consumers]
        # In the queue they are behind all producers, so those that wait keep none of them from its turn.
        consuming = [pool.submit(_consume, session, recorder, producing, reuse) for session in consumers]
        import pandas as pd  # noqa: F401, PLC0415  # for tables and answers, while guests import: nobody waits for it

        _all(producing)
        recorder.progress.expect("cells", sum(len(loading.owed(recorder, session.name)) for session in consumers))
        _all(consuming)
    if reuse is not None:
        reuse.environments(sessions)
    return consumers


def _produce(session: Session, recorder: Recorder, keep: bool, reuse: Reuse | None) -> None:
    try:
        artifacts = dumping.owed(recorder, session.name)
        if reuse is not None and artifacts:
            artifacts = reuse.artifacts(session, artifacts)
        try:
            if artifacts:
                session.open()
                dumping.dump(session, recorder, artifacts)
        finally:  # what was written is kept, also by a run that is stopped or cut short
            if reuse is not None:
                reuse.keep_artifacts(session, artifacts)
        if session.name == recorder.plan.writer:  # what all others are held against is known before them
            loading.load(session, recorder, loading.owed(recorder, session.name))
    except NotReadyError as reason:
        session.give_up(reason)
    except CutShortError as reason:
        recorder.cut_short[session.name] = str(reason)
    if not keep:
        session.close()


def _consume(session: Session, recorder: Recorder, producing: list[Future[None]], reuse: Reuse | None) -> None:
    try:
        writes = next(recorder.plan.artifacts(session.name), None) is not None
        if reuse is None and not writes and not all(one.done() for one in producing):
            session.open()
        wait(producing)
        if any(one.cancelled() or one.exception() is not None for one in producing):  # the run ends
            return
        cells = loading.owed(recorder, session.name)
        began = time.monotonic()
        if reuse is not None and cells:
            cells = reuse.cells(session, cells)
        try:
            if cells:
                rescue_share.load(session, recorder, cells, reuse, spent=time.monotonic() - began)
        finally:
            if reuse is not None:
                reuse.keep_cells(session, cells)
    except NotReadyError as reason:
        session.give_up(reason)
    except CutShortError as reason:
        recorder.cut_short[session.name] = str(reason)
    finally:
        session.close()


def _measuring_pass(sessions: list[Session], recorder: Recorder) -> None:
    owed = [(session, measuring.owed(recorder, session.name)) for session in sessions]
    recorder.progress.expect("measured", sum(len(cells) for _, groups in owed for cells in groups))
    for session, groups in owed:
        if not groups:
            continue
        try:
            measuring.measure(session, recorder, groups)
        except NotReadyError as reason:
            measuring.give_up(recorder, groups, str(reason))
        except CutShortError as reason:
            recorder.cut_short[session.name] = str(reason)
        finally:
            session.close()


def _all(submitted: Iterable[Future[None]]) -> None:
    """Wait for all of them; raise the exception of the first that fails."""
    for future in wait(list(submitted), return_when=FIRST_EXCEPTION).done:
        future.result()
