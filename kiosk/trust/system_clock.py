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
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.model import ClockReading
from kiosk.trust.clock import read_clock
from kiosk.trust.errors import TrustError
from kiosk.trust.files import DiskOps, FileOps, read_given, write_whole
from kiosk.trust.strictjson import format_time, open_table, parse_json

CLOCK_FILE = "clock.json"
MAX_BYTES = 4096
WRITE_EVERY = timedelta(seconds=60)
OFF_FOR_LONG = timedelta(days=30)
_KEYS = ("format", "boot_id", "offset_s", "last_offset_s", "last_wall", "last_sync", "by_hand", "reboots")
_FORMAT = 2
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
_TIMEX_BYTES, _STATUS_AT, _STA_UNSYNC, _TIME_ERROR = 256, 40, 0x40, 5
_EARLY_S, _LATE_S = -1e10, 1e11  # what can still be written as a date
_STEP_WORTH_WRITING_S = 60.0
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
    """What is kept between looks. `offset_s`: wall minus boot time at the first look or the last sync.

    `last_offset_s` is the same at the last look. `last_sync` is when a supervisor vouched, if `by_hand`.
    """

    boot_id: str
    offset_s: float
    last_offset_s: float
    last_wall: datetime
    last_sync: datetime | None
    by_hand: bool
    reboots: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the looks so far say about the wall clock; the arguments of `read_clock`.

    `step_s` is how far it moved since the look before, with or without a cause.
    """

    jump_s: float | None
    since_sync_s: float | None
    reboots: int
    by_hand: bool = False
    step_s: float = 0.0

    def judge(self, wall: datetime, floor: datetime) -> ClockReading:
        """Judge `wall` against `floor` by this evidence."""
        reading = read_clock(
            wall,
            floor,
            boot_offset_jump_s=self.jump_s,
            since_sync_s=self.since_sync_s,
            reboots=self.reboots,
            by_hand=self.by_hand,
        )
        return replace(reading, step_s=self.step_s)


def weigh(memory: Memory | None, seen: Observation) -> tuple[Memory, Evidence]:
    """Compare a look with what is remembered; return the new memory and the evidence. Pure.

    Within a boot any step of the wall clock against boot time counts until the next synchronisation, across
    boots a step back, and one so far ahead that nobody leaves a kiosk off for so long.
    """
    offset_s = _offset_s(seen)
    if memory is None:
        return _begin(seen), Evidence(0.0, 0.0 if seen.synced else None, 0)
    same_boot = seen.boot_id == memory.boot_id
    moved_s = (seen.wall - memory.last_wall).total_seconds()
    step_s = offset_s - memory.last_offset_s if same_boot else (0.0 if _explains(moved_s) else moved_s)
    if seen.synced:
        return _begin(seen), Evidence(0.0, 0.0, 0, step_s=step_s)
    jumped_s = memory.last_offset_s - memory.offset_s
    kept = Memory(
        boot_id=seen.boot_id,
        offset_s=memory.offset_s if same_boot else offset_s - _carry_over(jumped_s, moved_s),
        last_offset_s=offset_s,
        last_wall=seen.wall,
        last_sync=memory.last_sync,
        by_hand=memory.by_hand,
        reboots=memory.reboots if same_boot else memory.reboots + 1,
    )
    since = None if memory.last_sync is None else (seen.wall - memory.last_sync).total_seconds()
    return kept, Evidence(offset_s - kept.offset_s, since, kept.reboots, memory.by_hand, step_s)


def vouch(memory: Memory | None, seen: Observation) -> tuple[datetime, Memory]:
    """Take the wall clock as right because a supervisor says so. Pure.

    Returns what it was expected to read, by boot time within a boot, else what it read last; and the memory.
    """
    expected = seen.wall
    if memory is not None and seen.boot_id == memory.boot_id:
        expected = datetime.fromtimestamp(memory.offset_s + seen.since_boot_s, UTC)
    elif memory is not None:
        expected = memory.last_wall
    return expected, replace(_begin(seen), last_sync=seen.wall, by_hand=True)


def _begin(seen: Observation) -> Memory:
    offset_s = _offset_s(seen)
    last_sync = seen.wall if seen.synced else None
    return Memory(seen.boot_id, offset_s, offset_s, seen.wall, last_sync, by_hand=False, reboots=0)


def _offset_s(seen: Observation) -> float:
    return seen.wall.timestamp() - seen.since_boot_s


def _explains(off_s: float) -> bool:
    """Say whether a kiosk may have been switched off for so many seconds."""
    return 0 <= off_s <= OFF_FOR_LONG.total_seconds()


def _carry_over(jumped_s: float, moved_s: float) -> float:
    """Return how far the clock has jumped without cause after a restart, across which it moved by `moved_s`.

    A move against an earlier jump may have put it right; a restart alone forgets no jump.
    """
    together_s = jumped_s + moved_s
    if jumped_s * moved_s < 0:
        return 0.0 if _explains(together_s) else together_s
    return jumped_s if _explains(moved_s) else together_s


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
        self._memory = None if file is None else load_memory(file)
        self._written: Memory | None = self._memory

    def read(self, floor: datetime) -> ClockReading:
        """Look at the machine and judge its wall clock against `floor`."""
        seen = self._observe()
        self._memory, evidence = weigh(self._memory, seen)
        self._keep(self._memory)
        return evidence.judge(seen.wall, floor)

    def _keep(self, memory: Memory) -> None:
        """Write the memory when it tells something new, at most once a minute within a boot."""
        written = self._written
        if self._file is None or (
            written is not None
            and written.boot_id == memory.boot_id
            and abs(memory.last_wall - written.last_wall) < WRITE_EVERY
            and abs(memory.last_offset_s - written.last_offset_s) < _STEP_WORTH_WRITING_S
        ):
            return
        with contextlib.suppress(OSError):  # a full disk is for the log to report
            save_memory(self._file, memory, self._ops)
            self._written = memory


def peek_clock(file: Path | None, seen: Observation, floor: datetime) -> ClockReading:
    """Judge a look by what the kiosk remembers in `file`, if anything, and remember nothing new."""
    return weigh(load_memory(file) if file else None, seen)[1].judge(seen.wall, floor)


def save_memory(file: Path, memory: Memory, ops: FileOps) -> None:
    """Write `memory` to `file` in one step. Raises OSError."""
    ops.make_folder(file.parent)
    write_whole(ops, file, encode_memory(memory))


def load_memory(file: Path) -> Memory | None:
    """Return what is remembered, None without a file that can be read: the kiosk then knows less."""
    try:
        return parse_memory(read_given(file, MAX_BYTES))
    except TrustError:
        return None


def parse_memory(content: bytes) -> Memory:
    """Parse the memory file. Raises TrustError."""
    table = open_table(parse_json(content, "clock.json", MAX_BYTES), "clock", _KEYS)
    table.whole("format", _FORMAT, _FORMAT)
    return Memory(
        boot_id=table.text("boot_id"),
        offset_s=table.number("offset_s", _EARLY_S, _LATE_S),
        last_offset_s=table.number("last_offset_s", _EARLY_S, _LATE_S),
        last_wall=table.time("last_wall"),
        last_sync=table.time_or_none("last_sync"),
        by_hand=table.flag("by_hand"),
        reboots=table.whole("reboots", 0, 10**6),
    )


def encode_memory(memory: Memory) -> bytes:
    """Write the memory file."""
    values = {
        "format": _FORMAT,
        "boot_id": memory.boot_id,
        "offset_s": memory.offset_s,
        "last_offset_s": memory.last_offset_s,
        "last_wall": format_time(memory.last_wall),
        "last_sync": None if memory.last_sync is None else format_time(memory.last_sync),
        "by_hand": memory.by_hand,
        "reboots": memory.reboots,
    }
    return json.dumps(values, indent=1).encode() + b"\n"
