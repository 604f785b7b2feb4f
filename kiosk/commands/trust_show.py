"""`trust show`: what is trusted, how old it is, below what nothing is accepted, and what the clock is worth.

Nothing is decided here: the store, the policy and the clock decide, this prints. It writes nothing, also not
the kiosk's memory of its clock, and runs beside a kiosk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kiosk.audit.auditors import choose_key
from kiosk.model import ClockReading
from kiosk.trust.floor import FILE_NAME
from kiosk.trust.grading import grade_list, grade_store
from kiosk.trust.issuers import IssuerKey
from kiosk.trust.strictjson import format_time
from kiosk.trust.system_clock import Memory
from kiosk.trust.trustset import TrustSet

_SECONDS_AN_HOUR = 3600
_HOURS_A_DAY = 24
_HEADINGS = ("PART", "VERSION", "DATED", "AGE", "GRADE", "UNTIL")
_NONE = "-"

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is printed. `logged`: the log keeps the floor too; `memory`: what is known of the clock."""

    trust: TrustSet
    clock: ClockReading
    logged: bool = False
    memory: Memory | None = None

    @property
    def now(self) -> datetime:
        """The latest time known to be past, which ages count from."""
        return max(self.clock.now, self.clock.floor)


def describe(shown: Shown) -> dict[str, Any]:
    """Return what `trust show --json` prints."""
    trust, clock, memory = shown.trust, shown.clock, shown.memory
    return {
        "environment": trust.environment.value,
        "station": trust.station.name,
        "station_class": trust.station.station_class,
        "purpose": trust.station.purpose,
        "version": trust.version,
        "versions": dict(trust.versions),
        "expires": {role: format_time(end) for role, end in trust.expires.items()},
        "policy": {
            "id": trust.policy.id,
            "issued": format_time(trust.policy.issued),
            "age_s": max(0, int((shown.now - trust.policy.issued).total_seconds())),
        },
        "issuers": _describe_issuers(trust),
        "lists": [_describe_list(shown, uri) for uri in trust.lists],
        "grade": grade_store(trust, clock).name.lower(),
        "floor": {"time": format_time(trust.floor), "kept_in": _keepers(shown)},
        "clock": {
            "now": format_time(clock.now),
            "state": clock.state.value,
            "uncertainty_s": round(clock.uncertainty_s, 1),
            "last_sync": None if memory is None else _time_or_none(memory.last_sync),
            "by_hand": memory is not None and memory.by_hand,
            "restarts_since": None if memory is None else memory.reboots,
        },
        "auditors_keys": [key.month for key in trust.policy.audit.keys],
        "root_fingerprint": trust.root_fingerprint,
    }


def _describe_issuers(trust: TrustSet) -> list[dict[str, Any]]:
    return [
        {
            "issuer": key.issuer,
            "kid": kid.hex(),
            "algorithm": key.key.algorithm.name,
            "valid_from": format_time(key.valid_from),
            "valid_until": format_time(key.valid_until),
            "distrusted_from": _time_or_none(key.distrusted_from),
            "min_iat": _time_or_none(key.min_iat),
        }
        for kid, key in trust.issuers.items()
    ]


def _describe_list(shown: Shown, uri: str) -> dict[str, Any]:
    found, grade = shown.trust.lists[uri], grade_list(shown.trust, uri, shown.clock)
    age = shown.trust.list_age(uri, shown.now) or timedelta(0)
    return {
        "uri": uri,
        "issuer": found.issuer,
        "issued": format_time(found.issued_at),
        "expires": _time_or_none(found.expires_at),
        "age_s": int(age.total_seconds()),
        "grade": None if grade is None else grade.name.lower(),
        "bits": found.bits,
        "size": found.size,
    }


def _time_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else format_time(instant)


def _keepers(shown: Shown) -> list[str]:
    return ["log", FILE_NAME] if shown.logged else [FILE_NAME]


def table(shown: Shown) -> list[str]:
    """Return the lines that a person reads: where this kiosk stands, its parts, its floor and its clock."""
    trust = shown.trust
    where = [
        ("environment", trust.environment.value),
        ("station", f"{trust.station.name}, class {trust.station.station_class}"),
        ("purpose", trust.station.purpose),
        ("fingerprint", trust.root_fingerprint),
    ]
    rest = [
        ("grade", grade_store(trust, shown.clock).name.lower()),
        ("floor", _say_floor(shown)),
        ("clock", _say_clock(shown)),
        ("auditors", _say_auditors(shown)),
    ]
    return [*_align(where), "", *_align([_HEADINGS, *_parts(shown)]), "", *_align(rest)]


def _align(rows: list[Row] | list[tuple[str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    cells = ([f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in cells]


def _parts(shown: Shown) -> list[Row]:
    trust, now = shown.trust, shown.now
    rows: list[Row] = [
        (role, str(trust.versions.get(role, _NONE)), _NONE, _NONE, _NONE, _until(end, now))
        for role, end in trust.expires.items()
    ]
    policy = trust.policy
    rows.append(
        (f"policy {policy.id}", _NONE, _minute(policy.issued), format_age(now - policy.issued), _NONE, _NONE)
    )
    rows += [_list_row(shown, uri) for uri in trust.lists]
    if not trust.lists:
        rows.append(("no status list: every credential will be REFER STATUS_UNKNOWN", *(_NONE,) * 5))
    rows += [
        (
            f"key {kid.hex()} {key.issuer}{_levers(key)}",
            _NONE,
            _minute(key.valid_from),
            _NONE,
            "distrusted" if key.distrusted_from else _NONE,
            _until(key.valid_until, now),
        )
        for kid, key in trust.issuers.items()
    ]
    return rows


def _levers(key: IssuerKey) -> str:
    """Return what was pulled on a key, with its date: what else explains a refusal."""
    pulled = (("distrusted from", key.distrusted_from), ("nothing before", key.min_iat))
    return "".join(f", {what} {_minute(at)}" for what, at in pulled if at is not None)


def _list_row(shown: Shown, uri: str) -> Row:
    found, grade = shown.trust.lists[uri], grade_list(shown.trust, uri, shown.clock)
    return (
        f"list {uri}, {found.size} entries",
        _NONE,
        _minute(found.issued_at),
        format_age(shown.now - found.issued_at),
        _NONE if grade is None else grade.name.lower(),
        _NONE if found.expires_at is None else _until(found.expires_at, shown.now),
    )


def _until(end: datetime, now: datetime) -> str:
    return f"{_minute(end)}{' EXPIRED' if now >= end else ''}"


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def _say_floor(shown: Shown) -> str:
    kept = "kept in the log and in" if shown.logged else "no log keeps it yet, only"
    return f"{_minute(shown.trust.floor)} UTC and the versions above; {kept} {FILE_NAME}"


def _say_clock(shown: Shown) -> str:
    clock, memory = shown.clock, shown.memory
    said = f"{_minute(clock.now)} UTC, {clock.state.value}, right within {clock.uncertainty_s:.0f} s"
    if memory is None or memory.last_sync is None:
        return f"{said}; no synchronisation is known"
    how = "a supervisor vouched for it" if memory.by_hand else "synchronised"
    plural = "" if memory.reboots == 1 else "s"
    restarts = f", {memory.reboots} restart{plural} since" if memory.reboots else ""
    ago = format_age(clock.now - memory.last_sync)
    return f"{said}; {how} {_minute(memory.last_sync)}, {ago} ago{restarts}"


def _say_auditors(shown: Shown) -> str:
    keys = shown.trust.policy.audit.keys
    if not keys:
        return "no keys: nothing in the log is sealed"
    chosen = choose_key(keys, shown.clock.now)
    overdue = ", the key of this month is missing" if chosen is not None and chosen.overdue else ""
    return f"keys for {len(keys)} months, {keys[0].month} to {keys[-1].month}{overdue}"


def format_age(age: timedelta) -> str:
    """Write an age in the unit a person would use: minutes, hours, then days."""
    seconds = max(0, int(age.total_seconds()))
    hours = seconds // _SECONDS_AN_HOUR
    if hours < 1:
        return f"{seconds // 60} min"
    return f"{hours} h" if hours < 2 * _HOURS_A_DAY else f"{hours // _HOURS_A_DAY} d"
