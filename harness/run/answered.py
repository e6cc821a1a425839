"""Which tasks of a job still have no answer, and which is to blame when a guest dies."""

from __future__ import annotations

import signal
from typing import Generic, cast

from harness.messages import Event, GuestDied, Reply, Task, TaskT
from harness.run.guest_process import GuestDiedError, GuestTroubleError


class Answered(Generic[TaskT]):
    """The tasks of a job that still have no answer."""

    def __init__(self, batches: list[list[TaskT]]) -> None:
        self._batches: list[list[TaskT]] = batches
        self._by_id: dict[str, TaskT] = {}
        self._open: dict[str, list[str]] = {}
        for task in (task for batch in batches for task in batch):
            ids: list[str] = _ids(task)
            self._open[task["id"]] = ids
            self._by_id |= dict.fromkeys([task["id"], *ids], task)
        self.untried: str | None = None  # why some tasks will have no answer
        self._postponed: set[str] = set()  # to the next job; the guest is done with them
        self._ended: set[str] = set()  # tasks at which a guest, or a child, has ended
        self._alone: set[str] = {batch[0]["id"] for batch in batches if len(batch) == 1}

    def todo(self) -> list[list[TaskT]]:
        """The batches for a guest to begin with, without the tasks that have their answer."""
        self._postponed.clear()
        left = ([self._narrowed(task) for task in batch if self._open[task["id"]]] for batch in self._batches)
        return [batch for batch in left if batch]

    def _narrowed(self, task: TaskT) -> TaskT:
        if "formats" not in task:
            return task
        left = [item for item in task["formats"] if item["id"] in self._open[task["id"]]]
        return cast("TaskT", {**task, "formats": left})

    def settle(self, event: Event, *, guest: int = 0) -> Reply[TaskT] | None:
        """Take an event; return it with its task. None for what may come from outside: it is tried once more.

        Parameters
        ----------
        event : one that `harness.messages.parse` has checked.
        guest : which guest sent it, counted from 0: a dead one is replaced.

        Raises
        ------
        GuestTroubleError
            The guest reports trouble of its own.
        GuestDiedError
            The event is about a task that the guest was not given.
        """
        task: TaskT | None = self._by_id.get(event["id"])
        if task is None:
            raise GuestDiedError(f"it answered for {event['id'][:80]!r}, which was not its task")
        if event["event"] == "fault":
            raise GuestTroubleError(event["what"])
        alone = task["id"] in self._alone or event.get("fresh") is True
        if alone and _may_come_from_outside(event) and self._is_first(event["id"]):
            whole = event["id"] == task["id"]
            self._postponed.update(self._open[task["id"]] if whole else [event["id"]])
            return None
        if event["event"] != "fitted":
            owed = self._open[task["id"]]
            self._open[task["id"]] = [] if event["id"] == task["id"] else [i for i in owed if i != event["id"]]
        child = None if event["event"] == "guest-died" else (guest, event["child"])
        return Reply(event=event, task=task, child=child, alone=alone)

    def blame(self, todo: list[list[TaskT]], how: str, *, own: bool = False) -> Reply[TaskT] | None:
        """Note that the guest died: split the batch it was at to try one by one; what was alone is tried once more.

        Parameters
        ----------
        todo : what the guest was given.
        how : how it ended.
        own : whether that was trouble of its own. Then no task is blamed: one that was at hand twice stays untried.
        """
        at = next((batch for batch in todo if any(self._at_hand(task) for task in batch)), None)
        if at is None:
            return None
        if len(at) > 1:
            ids = {task["id"] for task in at}
            self._alone |= ids
            self._batches = [[task] for task in at] + [b for b in self._batches if not ids & {t["id"] for t in b}]
            return None
        owed = self._at_hand(at[0])[0]
        if self._is_first(owed):
            mine = at[0]["id"]  # the others first
            self._batches.sort(key=lambda batch: [task["id"] for task in batch] == [mine])
            return None
        if own:
            self.untried = how
            self._open[at[0]["id"]] = []
            return None
        return self.settle(GuestDied(event="guest-died", id=owed, how=how, child=None))

    def _at_hand(self, task: TaskT) -> list[str]:
        """What the guest that died still owed of a task."""
        return [name for name in self._open[task["id"]] if name not in self._postponed]

    def _is_first(self, name: str) -> bool:
        """Whether nothing has ended yet at this task; from now on something has."""
        first = name not in self._ended
        self._ended.add(name)
        return first


def _may_come_from_outside(event: Event) -> bool:
    """Whether a child was killed as one is that the machine has no memory for."""
    return event["event"] == "died" and event.get("signal") == signal.SIGKILL and not event.get("memory")


def _ids(task: Task) -> list[str]:
    """The ids that a task needs an answer for: its own, or one for each format of a dump."""
    return [item["id"] for item in task["formats"]] if "formats" in task else [task["id"]]
