"""Takes outcomes of earlier runs instead of working them out, and keeps those of this run for later ones.

What is reused is recorded as if a guest had told it, with the run that worked it out, and without figures. Some is
worked out all the same, chosen by the day: where that is not what was kept, this run is not sound, and what was kept
is dropped.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from harness.environments import NotReadyError
from harness.run import dumping, ingredients, loading
from harness.run.sampling import Sample
from harness.store import tracebacks
from harness.store.outcome_cache import Entry
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.run.recorder import Recorder
    from harness.run.session import Session
    from harness.store.outcome_cache import Kind, OutcomeCache
    from harness.store.rows import ArtifactRow, CellRow, FitRow, WrittenRow
    from harness.terms import Artifact, Cell

#: Columns that a run observed on its own machine, on its day.
_FIGURES = ("dump_seconds", "load_seconds", "first_load_seconds", "predict_seconds")
#: Objects of a fit, by the name of their digest in its row.
_OBJECTS = ("fitted_sha256", "inputs_sha256", "data_sha256", "code_sha256")
#: Columns in which two tries of one cell must agree; numbers may differ where memory is read that nobody wrote.
_AGREED = ("status", "parity", "compared", "differing", "findings", "error_type", "version_warning")


class Reuse:
    """What is reused in one run. Used by several threads; an environment is one thread's."""

    def __init__(self, cache: OutcomeCache, recorder: Recorder, *, fresh: bool = False) -> None:
        """``fresh``: everything is worked out, and held against what is kept."""
        self._cache = cache
        self._recorder = recorder
        self._plan = recorder.plan
        self._run = recorder.folder.run["run_id"]
        self._is_continued = bool(recorder.journal.artifacts)
        self._sample = Sample.of_day(recorder.plan, recorder.folder.run["started"][:10], everything=fresh)
        self._measured = {
            cell for name in self._plan.environments for cells in self._plan.measured(name) for cell in cells
        }
        self._holding: dict[str, Mapping[str, Any]] = {}
        self._keys: dict[str, str] = {}  # of environments of which everything is known
        self._lock = threading.Lock()
        self.sampled: Counter[str] = Counter()  # by environment
        self.disagreeing: list[str] = []

    def artifacts(self, session: Session, owed: list[Artifact]) -> list[Artifact]:
        """Record the artifacts that are kept; return those that are to be written. Raises NotReadyError."""
        key = self._key(session)
        if key is None:
            return owed
        known = self._read(key, "artifact")
        measured = {cell.artifact for cell in self._measured}
        kept: dict[Artifact, Entry] = {}
        for artifact in owed:
            entry = known.get(f"artifact:{ingredients.of_artifact(key, artifact, self._plan)}")
            if entry is not None and artifact not in measured and not self._sample.everything:
                kept[artifact] = entry
        if not self._are_written_again(session, kept, known):
            return owed
        return [one for one in owed if one not in kept or not self._take_artifact(one, kept[one], known)]

    def _are_written_again(self, session: Session, kept: Mapping[Artifact, Entry], known: Mapping[str, Entry]) -> bool:
        """Whether the artifacts of the sample are what was kept. Their bytes may differ: some hold the time.

        Those that were kept stay, so that nobody else has to load others.
        """
        sample = {one.id: entry for one, entry in kept.items() if self._sample.has_artifact(one)}
        agree = True
        for name, row, reference in dumping.tried(session, self._recorder, [one for one in kept if one.id in sample]):
            if ingredients.may_be_kept(row):
                references = {reference, _reference(known, sample[name])}
                agree = self._agree(session.name, name, sample[name], row, references) and agree
        return agree

    def _take_artifact(self, artifact: Artifact, entry: Entry, known: Mapping[str, Entry]) -> bool:
        """Record an artifact that is kept; False where something that belongs to it is missing."""
        row = cast("ArtifactRow", entry.row)
        fit = known.get(f"fit:{row.get('fitted_sha256')}")
        if fit is None and row.get("fitted_sha256"):
            return False
        fit_row = None if fit is None else cast("FitRow", fit.row)
        if not all(self._give(digest) for digest in _objects(row, fit_row)):
            return False
        if fit_row is not None:
            self._recorder.keep_fit(fit_row)
        told = {**_without_figures(row), "reused_from": entry.run, "traceback_text": entry.traceback}
        self._recorder.artifact(artifact.id, told, None, row.get("fitted_sha256"), row.get("facts"))
        return True

    def _give(self, digest: str) -> bool:
        return self._cache.give_object(digest, self._recorder.folder.object_path(digest))

    def cells(self, session: Session, owed: list[Cell]) -> list[Cell]:
        """Record the cells that are kept; return those that are to be loaded. Raises NotReadyError."""
        key = self._key(session)
        if key is None:
            return owed
        kept = {} if self._sample.everything else self._kept_cells(key, owed)
        kept = {cell: entry for cell, entry in kept.items() if cell not in self._measured}
        sample = [cell for cell in kept if self._sample.has_cell(cell)]
        if sample:
            loading.load(session, self._recorder, sample)
            if not self._keep_cells(session, sample):
                return loading.owed(self._recorder, session.name)
        for cell, entry in kept.items():
            if not self._sample.has_cell(cell):
                self._take_cell(cell, entry)
        return [cell for cell in owed if cell not in kept]

    def worked_out(self, session: Session, cells: Iterable[Cell]) -> dict[str, str]:
        """By cell that an earlier run has worked out, that run. Raises NotReadyError."""
        key = self._key(session)
        return {} if key is None else {cell.id: entry.run for cell, entry in self._kept_cells(key, cells).items()}

    def take_kept(self, session: Session, cells: Iterable[Cell]) -> list[Cell]:
        """Record the cells that are kept, even where everything is to be worked out; return the others.

        Raises NotReadyError.
        """
        key = self._key(session)
        kept = {} if key is None else self._kept_cells(key, cells)
        for cell, entry in kept.items():
            self._take_cell(cell, entry)
        return [cell for cell in cells if cell not in kept]

    def _kept_cells(self, key: str, cells: Iterable[Cell]) -> dict[Cell, Entry]:
        known = self._read(key, "cell")
        found = ((cell, known.get(f"cell:{self._key_of_cell(key, cell)}")) for cell in cells)
        return {cell: entry for cell, entry in found if entry is not None}

    def _take_cell(self, cell: Cell, entry: Entry) -> None:
        row = _without_figures(cast("CellRow", entry.row))
        self._recorder.cell(cell.id, {**row, "reused_from": entry.run, "traceback_text": entry.traceback})

    def _read(self, key: str, kind: Kind) -> dict[str, Entry]:
        """What earlier runs have worked out; not what this one has, in an environment that holds the same."""
        return {name: entry for name, entry in self._cache.read(key, kind).items() if entry.run != self._run}

    def _key(self, session: Session) -> str | None:
        """The environment's key, None where not everything of it is known. Raises NotReadyError."""
        if session.name not in self._keys:
            holding = session.holding()
            if holding is None:
                return None
            self._holding[session.name] = holding
            self._keys[session.name] = ingredients.of_environment(session.environment, holding, self._plan)
        return self._keys[session.name]

    def _key_of_cell(self, key: str, cell: Cell) -> str | None:
        written = self._recorder.journal.written(cell.artifact.id)
        fit = None if written is None else self._recorder.journal.fits.get(written["fitted_sha256"])
        if written is None or fit is None:
            return None
        return ingredients.of_cell(key, cell, cast("dict[str, Any]", written), fit, self._plan)

    def keep_artifacts(self, session: Session, tried: Sequence[Artifact]) -> None:
        """Keep the outcomes of artifacts that were tried, and hold them against what is kept.

        Of a run that is continued those, too, that were tried before it was stopped.
        """
        tried = [*self._plan.artifacts(session.name)] if self._is_continued else tried
        key = self._keys.get(session.name)
        if key is None or not tried:
            return
        journal, folder = self._recorder.journal, self._recorder.folder
        known = self._cache.read(key, "artifact")
        entries: dict[str, Entry] = {}
        texts = _Tracebacks(self._recorder)
        for artifact in tried:
            row = journal.artifacts.get(artifact.id)
            name = ingredients.of_artifact(key, artifact, self._plan)
            if row is None or row.get("reused_from") or name is None or not ingredients.may_be_kept(row):
                continue
            fit = journal.fits.get(row.get("fitted_sha256") or "")
            before = known.get(f"artifact:{name}")
            if before is not None and before.run == self._run:  # kept before the run was stopped
                continue
            if before is not None:
                references = {None if fit is None else fit.get("reference_sha256"), _reference(known, before)}
                if self._agree(session.name, artifact.id, before, row, references):
                    continue
            for digest in _objects(row, fit):
                self._cache.keep_object(digest, folder.object_path(digest))
            if fit is not None:
                entries[fit["fitted_sha256"]] = Entry(key=fit["fitted_sha256"], kind="fit", run=self._run, row=fit)
            entries[name] = Entry(key=name, kind="artifact", run=self._run, row=row, traceback=texts.of(row))
        self._cache.add(key, "artifact", entries.values())

    def keep_cells(self, session: Session, tried: Sequence[Cell]) -> bool:
        """Keep the outcomes of cells that were tried; return whether they agree with what is kept already.

        Of a run that is continued those, too, that were tried before it was stopped.
        """
        return self._keep_cells(session, [*self._plan.cells(session.name)] if self._is_continued else tried)

    def _keep_cells(self, session: Session, tried: Sequence[Cell]) -> bool:
        key = self._keys.get(session.name)
        if key is None or not tried:
            return True
        known = self._cache.read(key, "cell")
        entries: dict[str, Entry] = {}
        texts = _Tracebacks(self._recorder)
        agree = True
        for cell in tried:
            row, name = self._recorder.journal.cell(cell.id), self._key_of_cell(key, cell)
            if row is None or row.get("reused_from") or name is None or not self._may_be_kept(cell, row):
                continue
            before = known.get(f"cell:{name}")
            if before is not None and before.run == self._run:  # kept before the run was stopped
                continue
            if before is not None and self._agree(session.name, cell.id, before, row):
                continue
            agree = agree and before is None
            entries[name] = Entry(key=name, kind="cell", run=self._run, row=row, traceback=texts.of(row))
        self._cache.add(key, "cell", entries.values())
        self._keep_facts(session, key)
        return agree

    def _agree(
        self,
        environment: str,
        name: str,
        before: Entry,
        now: Mapping[str, Any],
        references: Iterable[str | None] = (),
    ) -> bool:
        """Whether an outcome is what was kept. If not, that is noted, and what was kept with it is dropped."""
        was = dict(before.row)
        same = all(was.get(column) == now.get(column) for column in _AGREED) and len({*references}) < 2  # noqa: PLR2004
        with self._lock:
            self.sampled[environment] += 1
            if not same:
                self.disagreeing.append(name)
        if not same:
            self._cache.drop(before.part)
        return same

    def _may_be_kept(self, cell: Cell, row: CellRow) -> bool:
        """Whether an outcome is its ingredients' alone: no damaged file's, no model's that is never the same twice."""
        if cell.consumer == cell.artifact.producer and row["status"] in (Status.DRIFT, Status.INCOMPARABLE):
            return self._plan.formats[cell.artifact.format].converts
        if row["status"] == Status.REFUSED:
            written = self._recorder.journal.written(cell.artifact.id)
            fit = None if written is None else self._recorder.journal.fits.get(written["fitted_sha256"])
            if written is None or fit is None or not all(map(self._is_whole, _objects(written, fit))):
                return False
        return ingredients.may_be_kept(row)

    def _is_whole(self, digest: str) -> bool:
        try:
            self._recorder.folder.read_object(digest)
        except ValueError:
            return False
        return True

    def _keep_facts(self, session: Session, key: str) -> None:
        row = self._recorder.journal.environments.get(session.name)
        name = ingredients.of_facts(key, self._holding[session.name])
        if (
            row is not None
            and row["status"] == Status.OK
            and f"environment:{name}" not in self._read(key, "environment")
        ):
            self._cache.add(key, "environment", [Entry(key=name, kind="environment", run=self._run, row=row)])

    def environments(self, sessions: Iterable[Session]) -> None:
        """Record what environments are whose guests were not needed."""
        for session in sessions:
            if session.name in self._recorder.journal.environments or session.name not in self._keys:
                continue
            key = self._keys[session.name]
            name = ingredients.of_facts(key, self._holding[session.name])
            entry = self._read(key, "environment").get(f"environment:{name}")
            if entry is None:
                _try(session)
            else:
                session.record_as(dict(entry.row))

    def told(self) -> dict[str, Any]:
        """What ``run.json`` says of what was worked out again."""
        return {"sampled": dict(self.sampled), "disagreeing": sorted(self.disagreeing)}


def _try(session: Session) -> None:
    try:
        session.open()
    except NotReadyError as reason:
        session.give_up(reason)
    finally:
        session.close()


class _Tracebacks:
    """The texts of a run's tracebacks, read when the first is asked for."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._texts: dict[str, str] | None = None

    def of(self, row: ArtifactRow | CellRow) -> str | None:
        digest = row.get("traceback")
        if not digest:
            return None
        if self._texts is None or digest not in self._texts:
            self._texts = dict(tracebacks(self._recorder.folder.path))
        return self._texts.get(digest)


def _without_figures(row: ArtifactRow | CellRow) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _FIGURES}


def _objects(row: ArtifactRow | WrittenRow, fit: FitRow | None) -> list[str]:
    """The digests of all objects that an artifact needs."""
    own = [row["sha256"]] if row.get("sha256") and row["status"] == Status.OK else []
    fitted = {} if fit is None else dict(fit)
    return [str(digest) for digest in (*own, *(fitted.get(name) for name in _OBJECTS)) if digest]


def _reference(known: Mapping[str, Entry], entry: Entry) -> str | None:
    """The digest of what the loaded models of an artifact that is kept are held against."""
    fit = known.get(f"fit:{dict(entry.row).get('fitted_sha256')}")
    return None if fit is None else cast("FitRow", fit.row).get("reference_sha256")
