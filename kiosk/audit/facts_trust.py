"""What a row can say about trust and time: which signed data are in use, and what became of the clock.

Rules kept here: a TRUST_CHANGED row carries the whole floor, so that the newest of them is enough to know
below what nothing is accepted again; a status list is named by a mark, never by its address. What the floor
forbids is left to `kiosk.trust.floor`, bringing both together to `kiosk.logfloor`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.audit.facts import check_counts, check_finite, check_text, check_utc

KEY_MARK_BYTES = 8


@dataclass(frozen=True, slots=True)
class RoleSeen:
    """The highest version of one TUF role. `keys` are the marks of its keys, 8 bytes each, in order."""

    role: str
    version: int
    keys: bytes = b""

    def __post_init__(self) -> None:
        check_text(self.role)
        check_counts(self.version)
        if len(self.keys) % KEY_MARK_BYTES:
            raise ValueError(f"the keys of a role have {KEY_MARK_BYTES} bytes each")


@dataclass(frozen=True, slots=True)
class ListSeen:
    """The newest state of one status list; `mark` is 8 bytes made of its address."""

    mark: bytes
    issued_at: datetime
    bits: int

    def __post_init__(self) -> None:
        check_utc(self.issued_at)
        check_counts(self.bits)


@dataclass(frozen=True, slots=True)
class TrustChanged:
    """The trust store in use is another than before: TUF versions of its root and its timestamp.

    `root` is the pinned root's fingerprint. `roles`, `lists` and `floor` are the highest that this kiosk has
    ever used under that root, which may be more than this store says; `floor` is the latest signed time.
    """

    root_version: int
    timestamp_version: int
    policy_id: str
    root: str | None = None
    floor: datetime | None = None
    roles: tuple[RoleSeen, ...] = ()
    lists: tuple[ListSeen, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.policy_id, self.root)
        if self.floor is not None:
            check_utc(self.floor)


@dataclass(frozen=True, slots=True)
class TrustRefused:
    """An update was refused. `refusal` is the word for why, `source` is stick, server or command."""

    refusal: str
    source: str

    def __post_init__(self) -> None:
        check_text(self.refusal, self.source)


@dataclass(frozen=True, slots=True)
class RootReplaced:
    """A supervisor put another root in the place of the pinned one; both by their fingerprints."""

    before: str
    after: str

    def __post_init__(self) -> None:
        check_text(self.before, self.after)


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The wall clock moved by `seconds` against the steady one; negative is backwards.

    Across a restart there is no steady one: then only what being switched off does not explain.
    """

    seconds: float

    def __post_init__(self) -> None:
        check_finite(self.seconds)


@dataclass(frozen=True, slots=True)
class ClockSuspected:
    """The phones of `holders` different holders agree that this clock is ahead by `seconds`."""

    seconds: float
    holders: int

    def __post_init__(self) -> None:
        check_finite(self.seconds)
        check_counts(self.holders)


@dataclass(frozen=True, slots=True)
class ClockConfirmed:
    """A supervisor vouched for the clock: it reads `after` where the kiosk expected `before`."""

    before: datetime
    after: datetime
    floor: datetime

    def __post_init__(self) -> None:
        check_utc(self.before, self.after, self.floor)
