"""Zip archives: skops' files, and others that hold pickles. Nothing is unpacked on disk."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from harness.inspection import pickled, skops
from harness.inspection.limits import Damaged, Ended, TooLarge
from harness.inspection.result import Calls, Inspection, Part, PartKind
from harness.inspection.streams import FileSource, Unpacked, Window, raw_made
from harness.inspection.walker import Budget

if TYPE_CHECKING:
    from harness.inspection.limits import Limits

_END = 1 << 16
_DIRECTORY = b"PK\x05\x06"
_MOST_DIRECTORY = 8 << 20
_LOCAL = 30  # bytes of a member's header before its names
_PARTS = 60


def read(file: IO[bytes], limits: Limits) -> Inspection:
    """Inspect an archive."""
    try:
        members = {member.filename: member for member in _members(file, limits)}
        if skops.SCHEMA in members:
            return skops.read(lambda name: _window(file, members[name], limits) if name in members else None, limits)
        return _others(file, members, limits)
    except Ended as error:
        return Inspection(path="", size=0, format="zip", trouble=pickled.trouble_of(error))


def _members(file: IO[bytes], limits: Limits) -> list[zipfile.ZipInfo]:
    size = file.seek(0, 2)
    file.seek(max(size - _END - 22, 0))
    end = file.read()
    at = end.rfind(_DIRECTORY)
    if at < 0 or len(end) - at < 22:  # the shortest end of an archive
        raise Damaged("the archive has no directory at its end", size)
    count, length = int.from_bytes(end[at + 10 : at + 12], "little"), int.from_bytes(end[at + 12 : at + 16], "little")
    if count > limits.members or (length > _MOST_DIRECTORY and length != 0xFFFFFFFF):
        raise TooLarge("members", limits.members, size)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError, EOFError) as error:
        raise Damaged(f"the archive's directory is broken ({str(error)[:80]})", size) from error
    if len(members) > limits.members:
        raise TooLarge("members", limits.members, size)
    return members


def _window(file: IO[bytes], member: zipfile.ZipInfo, limits: Limits) -> Window:
    """A window on what is in a member."""
    if member.header_offset < 0:  # where bytes before the directory are missing
        raise Damaged(f"the archive has no member {member.filename[:60]!r} where it says")
    file.seek(member.header_offset)
    header = file.read(_LOCAL)
    if header[:4] != b"PK\x03\x04" or len(header) < _LOCAL:
        raise Damaged(f"the archive has no member {member.filename[:60]!r} where it says", member.header_offset)
    if member.flag_bits & 1:
        raise Damaged(f"{member.filename[:60]!r} is encrypted", member.header_offset)
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = FileSource(file, member.header_offset + _LOCAL + names, member.compress_size)
    if member.compress_type == zipfile.ZIP_STORED:
        return Window(packed)
    if member.compress_type == zipfile.ZIP_DEFLATED:
        return Window(Unpacked(packed, raw_made, limits.unpacked))
    raise Damaged(f"{member.filename[:60]!r} is compressed in a way that is not read here", member.header_offset)


def _others(file: IO[bytes], members: dict[str, zipfile.ZipInfo], limits: Limits) -> Inspection:
    """An archive of another kind: each member that is a pickle is inspected."""
    budget = Budget(limits)
    found: list[tuple[str, Inspection]] = []
    for name, member in members.items():
        window = _window(file, member, limits)
        head = window.peek(2)
        is_pickle = len(head) == 2 and head[0] == 0x80 and head[1] <= 5
        if is_pickle or name.endswith((".pkl", ".pickle", ".joblib")):
            found.append((name, pickled.read(window, limits, budget=budget)))
    names = ", ".join(repr(name[:60]) for name in list(members)[:5])
    if not found:
        raise Damaged(f"it is an archive without a model that is known here; it holds {names or 'nothing'}")
    return _together(found, len(members))


def _together(found: list[tuple[str, Inspection]], members: int) -> Inspection:
    """One inspection of several, in which each part's path begins with the name of its member."""
    parts = tuple(
        replace(one.content, path=f"{name[:60]}:{one.content.path}")
        for name, one in found[:_PARTS]
        if one.content is not None
    )
    each = [one for _, one in found]
    outside = tuple(call for one in each for call in one.calls.outside)
    return Inspection(
        path="",
        size=0,
        format="zip",
        unpacked=sum(one.unpacked for one in each),
        protocols=tuple(sorted({protocol for one in each for protocol in one.protocols})),
        evidence=tuple(dict.fromkeys(item for one in each for item in one.evidence)),
        content=Part(
            path="",
            kind=PartKind.CONTAINER,
            name="zip",
            detail=f"{members:,} files, {len(found):,} pickles",
            parts=parts,
        ),
        classes=tuple(dict.fromkeys(name for one in each for name in one.classes)),
        needs=tuple({need.module: need for one in each for need in one.needs}.values()),
        own=tuple(dict.fromkeys(name for one in each for name in one.own)),
        calls=replace(each[0].calls, outside=outside, known=sum(one.calls.known for one in each)) if each else Calls(),
        large=tuple(sorted((part for one in each for part in one.large), key=lambda part: -part.size)[:5]),
        notes=tuple(dict.fromkeys(note for one in each for note in one.notes)),
        trouble=next((one.trouble for one in each if one.trouble is not None), None),
    )
