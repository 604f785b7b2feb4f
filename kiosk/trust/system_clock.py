"""Observe this machine's clocks and remember them, so that `clock.py` can judge the wall clock.

Rules kept here: only observing and remembering; every decision is in pure functions. What is remembered is no
secret and no authority: without it, or with a damaged file, the kiosk only knows less (a larger uncertainty).
A synchronised clock is what the kernel or systemd says of plain NTP; an authenticated time is left to later.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.model import ClockReading
from kiosk.trust.clock import read_clock
from kiosk.trust.errors import TrustError
from kiosk.trust.files import DiskOps, FileOps, read_given, write_whole
from kiosk.trust.strictjson import format_time, open_table, parse_json

MAX_BYTES = 4096
WRITE_EVERY = timedelta(seconds=60)
_KEYS = ("format", "boot_id", "offset_s", "last_wall", "last_sync", "reboots")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
_TIMEX_BYTES, _STATUS_AT, _STA_UNSYNC, _TIME_ERROR = 256, 40, 0x40, 5
_FAR_S = 1e11
_MARK_COUNTS_S = 3600.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at the machine: wall clock (aware UTC), seconds since boot, which boot, in sync or not."""

    wall: datetime
    since_boot_s: float
    boot_id: str
    synced: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept between looks. `offset_s`: wall minus boot time at the first look or the last sync."""

    boot_id: str
    offset_s: float
    last_wall: datetime
    last_sync: datetime | None
    reboots: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the looks so far say about the wall clock; the arguments of `read_clock`."""

    jump_s: float | None
    since_sync_s: float | None
    reboots: int


def weigh(memory: Memory | None, seen: Observation) -> tuple[Memory, Evidence]:
    """Compare a look with what is remembered; return the new memory and the evidence. Pure.

    Within a boot any step of the wall clock against boot time counts until the next synchronisation, across
    boots only a step back: how long a kiosk was off cannot be known.
    """
    offset_s = seen.wall.timestamp() - seen.since_boot_s
    if memory is None or seen.synced:
        last_sync = seen.wall if seen.synced else None
        fresh = Memory(seen.boot_id, offset_s, seen.wall, last_sync, 0)
        return fresh, Evidence(0.0, 0.0 if seen.synced else None, 0)
    same_boot = seen.boot_id == memory.boot_id
    jump_s = offset_s - memory.offset_s if same_boot else _step_back_s(memory, seen)
    reboots = memory.reboots if same_boot else memory.reboots + 1
    kept = Memory(
        boot_id=seen.boot_id,
        offset_s=memory.offset_s if same_boot else offset_s - jump_s,
        last_wall=max(seen.wall, memory.last_wall),
        last_sync=memory.last_sync,
        reboots=reboots,
    )
    since = None if memory.last_sync is None else (seen.wall - memory.last_sync).total_seconds()
    return kept, Evidence(jump_s, since, reboots)


def _step_back_s(memory: Memory, seen: Observation) -> float:
    return min(0.0, (seen.wall - memory.last_wall).total_seconds())


def observe_machine() -> Observation:
    """Look at the clocks of this machine. Unknown synchronisation counts as none."""
    try:
        boot_id = _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        boot_id = "unknown"
    since_boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    return Observation(datetime.now(UTC), since_boot_s, boot_id, _is_synced())


def _is_synced() -> bool:
    """Ask the kernel, which every NTP client keeps informed, then systemd. Source: adjtimex(2)."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    try:
        state = ctypes.CDLL(None).adjtimex(timex)
    except (OSError, AttributeError):
        state = -1
    status = int.from_bytes(timex.raw[_STATUS_AT : _STATUS_AT + 4], "little")
    if 0 <= state < _TIME_ERROR and not status & _STA_UNSYNC:
        return True
    return synced_lately(_TIMESYNC, time.time())


def synced_lately(mark: Path, wall_s: float) -> bool:
    """Say whether systemd touched its `mark` within the hour before `wall_s`, seconds since 1970.

    It touches the mark at each answer of a time server and leaves it there when no more come.
    Source: systemd-timesyncd.service(8); its longest pause is 2048 s, timesyncd.conf(5).
    """
    try:
        return 0 <= wall_s - mark.stat().st_mtime <= _MARK_COUNTS_S
    except OSError:
        return False


class SystemClock:
    """The machine's clock with its memory in `file`; without a file it remembers within the process only."""

    def __init__(
        self,
        file: Path | None = None,
        observe: Callable[[], Observation] = observe_machine,
        ops: FileOps | None = None,
    ) -> None:
        self._file = file
        self._observe = observe
        self._ops = ops or DiskOps()
        self._memory = None if file is None else _load(file)
        self._written: Memory | None = self._memory

    def read(self, floor: datetime) -> ClockReading:
        """Look at the machine and judge its wall clock against `floor`."""
        seen = self._observe()
        self._memory, evidence = weigh(self._memory, seen)
        self._keep(self._memory)
        return read_clock(
            seen.wall,
            floor,
            boot_offset_jump_s=evidence.jump_s,
            since_sync_s=evidence.since_sync_s,
            reboots=evidence.reboots,
        )

    def _keep(self, memory: Memory) -> None:
        """Write the memory when it tells something new, at most once a minute within a boot."""
        written = self._written
        if self._file is None or (
            written is not None
            and written.boot_id == memory.boot_id
            and abs(memory.last_wall - written.last_wall) < WRITE_EVERY
        ):
            return
        with contextlib.suppress(
            OSError
        ):  # a full disk is for the log to report; the memory is a convenience
            self._ops.make_folder(self._file.parent)
            write_whole(self._ops, self._file, encode_memory(memory))
            self._written = memory


def _load(file: Path) -> Memory | None:
    try:
        return parse_memory(read_given(file, MAX_BYTES))
    except TrustError:
        return None


def parse_memory(content: bytes) -> Memory:
    """Parse the memory file. Raises TrustError."""
    table = open_table(parse_json(content, "clock.json", MAX_BYTES), "clock", _KEYS)
    table.whole("format", 1, 1)
    return Memory(
        boot_id=table.text("boot_id"),
        offset_s=table.number("offset_s", -_FAR_S, _FAR_S),
        last_wall=table.time("last_wall"),
        last_sync=table.time_or_none("last_sync"),
        reboots=table.whole("reboots", 0, 10**6),
    )


def encode_memory(memory: Memory) -> bytes:
    """Write the memory file."""
    values = {
        "format": 1,
        "boot_id": memory.boot_id,
        "offset_s": memory.offset_s,
        "last_wall": format_time(memory.last_wall),
        "last_sync": None if memory.last_sync is None else format_time(memory.last_sync),
        "reboots": memory.reboots,
    }
    return json.dumps(values, indent=1).encode() + b"\n"
