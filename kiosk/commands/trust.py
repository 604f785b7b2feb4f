"""`trust init`, `trust update`, `trust show`: pin the root, promote a tree, see what is trusted and how old.

Nothing is decided here: the store, the update and the clock decide, this prints.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.config import DEFAULT_CONFIG, load_settings
from kiosk.model import ClockReading, Fault
from kiosk.trust.floor import FILE_NAME
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.strictjson import format_time
from kiosk.trust.system_clock import SystemClock
from kiosk.trust.trustset import TrustSet
from kiosk.trust.update import update_store

EXIT_FAULT = 4
_SECONDS_AN_HOUR = 3600
_HOURS_A_DAY = 24


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `trust` and its three actions."""
    parser = subparsers.add_parser("trust", help="pin the root, update the trust store, show it")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser("init", help="pin an authority's root and this station, once")
    init.add_argument("--root", type=Path, required=True, metavar="ROOT.json", help="the root to pin")
    init.add_argument("--station", default="desk-1", help="the name of this station (desk-1)")
    init.add_argument("--purpose", default="checkpoint", help="what this station checks for (checkpoint)")
    init.add_argument("--station-class", help="the class in the signed policy (the environment's name)")
    update = actions.add_parser("update", help="verify a signed tree and promote it")
    update.add_argument(
        "--from", dest="tree", type=Path, required=True, metavar="TREE", help="the tree's folder"
    )
    show = actions.add_parser("show", help="show what is trusted, and how old it is")
    show.add_argument("--json", action="store_true", help="for machines")
    for action, act in ((init, _init), (update, _update), (show, _show)):
        action.add_argument("--store", type=Path, metavar="DIR", help="the trust store ([paths] store)")
        action.set_defaults(act=act)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Do the action; a fault is one sentence on standard error and exit code 4."""
    try:
        code: int = args.act(args)
    except Fault as err:
        print(f"kiosk trust: {err}", file=sys.stderr)
        return EXIT_FAULT
    return code


def _store(args: argparse.Namespace) -> Path:
    """Return the store that was named, or the configured one."""
    if args.store is not None:
        return Path(args.store)
    return load_settings(getattr(args, "config", DEFAULT_CONFIG)).paths.store


def _init(args: argparse.Namespace) -> int:
    store = _store(args)
    fingerprint = init_store(args.root, store, args.station, args.purpose, args.station_class)
    print(f"pinned in {store} for station {args.station}, purpose {args.purpose}")
    print(f"root  {fingerprint}")
    print("compare these groups with the authority's own sheet before you go on")
    return 0


def _update(args: argparse.Namespace) -> int:
    report = update_store(args.tree, _store(args), datetime.now(UTC))
    if report.old_version == report.new_version and not report.changed:
        print(f"version {report.new_version} is in use already, nothing changed")
    else:
        before = "nothing" if report.old_version is None else f"version {report.old_version}"
        print(f"promoted version {report.new_version} after {before}")
        print(f"changed  {', '.join(report.changed) or 'dates only'}")
    for uri, age in report.list_ages.items():
        print(f"list     {uri}  {format_age(age)} old")
    return 0


def _show(args: argparse.Namespace) -> int:
    store = _store(args)
    trust = load_trust(store)
    clock = SystemClock().read(trust.floor)
    if args.json:
        print(json.dumps(describe(trust, clock), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_table(trust, clock)))
    return 0


def describe(trust: TrustSet, clock: ClockReading) -> dict[str, Any]:
    """Return what `trust show --json` prints."""
    lists = [
        {
            "uri": uri,
            "issuer": found.issuer,
            "issued": format_time(found.issued_at),
            "age_s": int((clock.now - found.issued_at).total_seconds()),
            "grade": grade.name.lower() if (grade := trust.grade(uri, clock.now)) is not None else None,
            "bits": found.bits,
            "size": found.size,
        }
        for uri, found in trust.lists.items()
    ]
    return {
        "environment": trust.environment.value,
        "station": trust.station.name,
        "station_class": trust.station.station_class,
        "purpose": trust.station.purpose,
        "version": trust.version,
        "versions": dict(trust.versions),
        "expires": {role: format_time(end) for role, end in trust.expires.items()},
        "policy": {"id": trust.policy.id, "issued": format_time(trust.policy.issued)},
        "issuers": _describe_issuers(trust),
        "lists": lists,
        "grade": trust.oldest_grade(clock.now).name.lower(),
        "floor": {"time": format_time(trust.floor), "kept_in": FILE_NAME},
        "clock": {"now": format_time(clock.now), "state": clock.state.value},
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
            "distrusted_from": None if key.distrusted_from is None else format_time(key.distrusted_from),
            "min_iat": None if key.min_iat is None else format_time(key.min_iat),
        }
        for kid, key in trust.issuers.items()
    ]


def _table(trust: TrustSet, clock: ClockReading) -> list[str]:
    """Return the lines that a person reads."""
    rows: list[tuple[str, str]] = [
        ("environment", trust.environment.value),
        ("station", f"{trust.station.name}, class {trust.station.station_class}"),
        ("purpose", trust.station.purpose),
        ("policy", f"{trust.policy.id}, {trust.policy.issued:%Y-%m-%d %H:%M} UTC"),
        ("clock", f"{clock.now:%Y-%m-%d %H:%M} UTC, {clock.state.value}"),
        ("floor", f"{trust.floor:%Y-%m-%d %H:%M} UTC, versions kept in {FILE_NAME}"),
    ]
    rows += [
        (f"key {kid.hex()}", f"{key.issuer}, until {key.valid_until:%Y-%m-%d}")
        for kid, key in trust.issuers.items()
    ]
    rows += _list_rows(trust, clock)
    rows += _role_rows(trust.versions, trust.expires, clock.now)
    rows.append(("fingerprint", trust.root_fingerprint))
    width = max(len(name) for name, _ in rows) + 2
    return [f"{name:<{width}}{text}" for name, text in rows]


def _list_rows(trust: TrustSet, clock: ClockReading) -> list[tuple[str, str]]:
    rows = []
    for uri, found in trust.lists.items():
        grade = trust.grade(uri, clock.now)
        age = format_age(clock.now - found.issued_at)
        word = "unknown" if grade is None else grade.name.lower()
        rows.append(("list", f"{uri}, {age} old, {word}, {found.size} entries"))
    return rows or [("list", "none: every credential will be REFER STATUS_UNKNOWN")]


def _role_rows(
    versions: Mapping[str, int], expires: Mapping[str, datetime], now: datetime
) -> list[tuple[str, str]]:
    return [
        (role, f"version {versions[role]}, {'EXPIRED' if now >= end else 'until'} {end:%Y-%m-%d %H:%M} UTC")
        for role, end in expires.items()
    ]


def format_age(age: timedelta) -> str:
    """Write an age in the unit a person would use: minutes, hours, then days."""
    seconds = max(0, int(age.total_seconds()))
    hours = seconds // _SECONDS_AN_HOUR
    if hours < 1:
        return f"{seconds // 60} min"
    return f"{hours} h" if hours < 2 * _HOURS_A_DAY else f"{hours // _HOURS_A_DAY} d"
