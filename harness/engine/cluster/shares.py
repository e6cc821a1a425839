"""Shares of the work and what workers answer, as they travel; and how a share that kills its workers is split. Pure."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from harness import messages
from harness.messages import GuestDied, Nonsense, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.messages import Event, Inability, Task, Verb

#: How often a share's workers may die before it is split, and those of a single task before it is blamed.
DEATHS_OF_SHARE, DEATHS_OF_TASK = 2, 3
_MOST_BYTES = 1 << 30  # of an answer
_LONGEST_REASON = 4000
_LONGEST_LOG = 200_000


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one worker is to do at once.

    Attributes
    ----------
    verb : None: only build the environment, and say what it can do.
    files : the user's own beside the guest, digests by name.
    lock : the text of the environment's; None: it is to be made.
    unsound : digests whose bytes differ in the run itself: the guest is to refuse them.
    deaths : of workers that had it.
    """

    environment: str
    verb: Verb | None
    batches: list[list[Task]] = field(default_factory=list)
    seconds: float = 0.0
    files: dict[str, str] = field(default_factory=dict)
    lock: str | None = None
    unsound: list[str] = field(default_factory=list)
    measuring: bool = False
    deaths: int = 0

    def encode(self) -> bytes:
        return _packed(asdict(self))

    @classmethod
    def decode(cls, data: bytes) -> Share:
        return cls(**_unpacked(data))

    @property
    def count(self) -> int:
        """How many tasks it has."""
        return sum(map(len, self.batches))

    @property
    def blamed(self) -> str | None:
        """The id of what has killed its workers; None while that is not certain."""
        ids = self.ids()
        return next(iter(ids)) if len(ids) == 1 and self.deaths >= DEATHS_OF_TASK else None

    def ids(self) -> dict[str, Task]:
        """All that needs an answer: tasks, and the formats of a dump; each with its task."""
        return {name: task for batch in self.batches for task in batch for name in _ids(task)}

    def without(self, answered: Iterable[str]) -> Share | None:
        """The same for what has no answer yet; None where all has."""
        done = set(answered)
        left = [[one for task in batch if (one := _narrowed(task, done)) is not None] for batch in self.batches]
        batches = [batch for batch in left if batch]
        return replace(self, batches=batches) if batches else None

    def after_death(self) -> list[Share]:
        """What to try when its worker has died: the same once more, and from then on smaller ones."""
        died = replace(self, deaths=self.deaths + 1)
        if died.deaths < DEATHS_OF_SHARE or len(self.ids()) == 1:
            return [died]
        return [replace(died, batches=half, deaths=DEATHS_OF_SHARE - 1) for half in _halves(self.batches)]


def _halves(batches: list[list[Task]]) -> list[list[list[Task]]]:
    """Two halves; of what shares a child, each task is alone from here on."""
    if len(batches) == 1:
        batches = [[task] for task in batches[0]]
    if len(batches) == 1:  # a dump of several formats
        task = batches[0][0]
        assert "formats" in task
        batches = [[cast("Task", {**task, "formats": [item]})] for item in task["formats"]]
    middle = (len(batches) + 1) // 2
    return [half for half in (batches[:middle], batches[middle:]) if half]


def _ids(task: Task) -> list[str]:
    return [item["id"] for item in task["formats"]] if "formats" in task else [task["id"]]


def _narrowed(task: Task, done: set[str]) -> Task | None:
    if task["id"] in done:
        return None
    if "formats" not in task:
        return task
    left = [item for item in task["formats"] if item["id"] not in done]
    return cast("Task", {**task, "formats": left}) if left else None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Why a worker did not do all: ``kind`` is the name of an exception, see `harness.engine.cluster.worker`."""

    kind: str
    reason: str
    damaged: list[str] = field(default_factory=list)  # digests of what it could not use


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a worker says of a share. Of a worker it is believed as little as of a guest."""

    row: dict[str, Any] | None = None
    abilities: dict[str, Any] | None = None
    lock: str | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)
    ended: Ended | None = None
    host: dict[str, Any] = field(default_factory=dict)
    log: str = ""
    seconds: float = 0.0

    def encode(self) -> bytes:
        return _packed(asdict(self))

    @classmethod
    def decode(cls, data: bytes) -> Answer:
        """Raises ValueError where it is none."""
        try:
            told = _unpacked(data)
            ended = told.pop("ended")
            answer = cls(**told, ended=None if ended is None else Ended(**ended))
        except (TypeError, KeyError, zlib.error, RecursionError, UnicodeDecodeError) as error:
            raise ValueError(f"it is no answer: {type(error).__name__}: {error}") from error
        kinds: dict[str, tuple[type, ...]] = {
            "row": (dict, type(None)), "abilities": (dict, type(None)), "lock": (str, type(None)), "replies": (list,),
            "host": (dict,), "log": (str,), "seconds": (int, float),
        }  # fmt: skip
        wrong = [name for name, types in kinds.items() if not isinstance(getattr(answer, name), types)]
        if wrong:
            raise ValueError(f"its {wrong[0]} is of another kind")
        if answer.ended is not None and not isinstance(answer.ended.reason, str):
            raise ValueError("it does not say why it ended")
        return replace(answer, log=answer.log[-_LONGEST_LOG:])


@dataclass(frozen=True, kw_only=True)
class Able:
    """See `harness.run.session.Abilities`."""

    writers: dict[str, Inability | None]
    readers: dict[str, Inability | None]
    broken: dict[str, str]

    @classmethod
    def read(cls, told: dict[str, Any]) -> Able:
        """Raises ValueError."""
        for name in ("writers", "readers"):
            for inability in _dictionary(told, name).values():
                if inability is not None and not _is_inability(inability):
                    raise ValueError(f"its {name} are none")
        if not all(isinstance(why, str) for why in _dictionary(told, "broken").values()):
            raise ValueError("what is broken has no reasons")
        return cls(writers=told["writers"], readers=told["readers"], broken=told["broken"])


def _dictionary(told: dict[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name)
    if not isinstance(value, dict):
        raise ValueError(f"it does not tell its {name}")  # noqa: TRY004  # of data, not of an argument
    return value


def _is_inability(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("reason"), str)
        and isinstance(value.get("modules"), list)
        and all(isinstance(one, str) for one in value["modules"])
    )


def read_replies(answer: Answer, share: Share, *, guests: int) -> list[Reply[Any]]:
    """The replies of an answer, each checked as what a guest sends is.

    Parameters
    ----------
    guests : how many guests the session knew before: those of another worker are others.

    Raises
    ------
    ValueError
        One is no event of its job, or about a task that the worker was not given.
    """
    assert share.verb is not None
    tasks = {task["id"]: task for batch in share.batches for task in batch}
    by_id = {**share.ids(), **tasks}
    found = []
    for one in answer.replies:
        event = _event(one.get("event"), share.verb)
        task = by_id.get(event["id"])
        if task is None:
            raise ValueError(f"it answers for {event['id'][:80]!r}, which was not its task")
        if event["event"] == "fault":
            raise ValueError("a guest's own trouble is no answer")
        child = one.get("child")
        if child is not None:
            guest, number = child
            if type(guest) is not int or not (number is None or type(number) is int):
                raise ValueError("its child has no number")
            child = (guests + guest, number)
        found.append(Reply(event=event, task=cast("Any", task), child=child, alone=one.get("alone") is True))
    return found


def _event(told: object, verb: Verb) -> Event:
    if not isinstance(told, dict):
        raise ValueError("an event is of another kind")  # noqa: TRY004  # of data, not of an argument
    name, about = told.get("event"), told.get("id")
    if name in ("guest-died", "nonsense"):  # the worker's own word
        why = told.get("how" if name == "guest-died" else "why")
        if not isinstance(about, str) or not isinstance(why, str):
            raise ValueError(f"{name} says of nothing why")
        if name == "guest-died":
            return GuestDied(event="guest-died", id=about, child=None, how=why[:_LONGEST_REASON])
        return Nonsense(event="nonsense", id=about, child=None, why=why[:_LONGEST_REASON])
    return messages.parse(told, verb)


def answered(replies: Iterable[Reply[Any]]) -> set[str]:
    """The ids that need no further answer."""
    return {reply.event["id"] for reply in replies if reply.event["event"] != "fitted"}


def _packed(data: object) -> bytes:
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode("utf-8", "surrogatepass"), 1)


def _unpacked(data: bytes) -> dict[str, Any]:
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, _MOST_BYTES)
    if unpacking.unconsumed_tail:
        raise ValueError(f"it is longer than {_MOST_BYTES} bytes")
    told = json.loads(text.decode("utf-8", "surrogatepass"))
    if not isinstance(told, dict):
        raise ValueError("it is no dictionary")  # noqa: TRY004  # of data, not of an argument
    return told
