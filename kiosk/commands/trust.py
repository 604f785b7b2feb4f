"""`kiosk trust`: pin the root, promote a tree, see what is trusted and how old, vouch for the clock.

Nothing is decided here: the store, the update and the clock decide, this prints. What is done by hand at a
configured kiosk becomes a row of its log; with --store there is no kiosk and no log. Exit codes: 0 done, 2
usage, 4 refused with one sentence.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.audit.entry import RootReplaced, TrustChanged, TrustRefused
from kiosk.commands.trust_clock import run as run_clock
from kiosk.commands.trust_clock import time_told
from kiosk.commands.trust_rows import find_logged, find_settings, open_rows, write_row
from kiosk.commands.trust_show import Shown, describe, format_age, table
from kiosk.config import Update
from kiosk.logfloor import write_floor
from kiosk.model import ClockState, Fault, Reason
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.logged import FindFloor, raise_logged
from kiosk.trust.metadata import root_fingerprint
from kiosk.trust.store import init_store, load_pinned, load_trust, read_new_root
from kiosk.trust.system_clock import CLOCK_FILE, load_memory, observe_machine, peek_clock
from kiosk.trust.trustset import BUILD_TIME
from kiosk.trust.update import UpdateReport, update_store
from kiosk.trust.watch import find_stick

if TYPE_CHECKING:
    from kiosk.commands.audit_rows import RowWriter

EXIT_FAULT = 4
_STATION, _PURPOSE = "desk-1", "checkpoint"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `trust` and its actions."""
    parser = subparsers.add_parser("trust", help="pin the root, update the trust store, show it")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser("init", help="pin an authority's root and this station, once")
    init.add_argument("--root", type=Path, required=True, metavar="ROOT.json", help="the root to pin")
    init.add_argument("--station", help=f"the name of this station ({_STATION})")
    init.add_argument("--purpose", help=f"what this station checks for ({_PURPOSE})")
    init.add_argument("--station-class", help="the class in the signed policy (the environment's name)")
    init.add_argument(
        "--replace-root", action="store_true", help="for a supervisor: put it in the place of another; a row"
    )
    update = actions.add_parser("update", help="fetch a signed tree, verify it and promote it")
    update.add_argument(
        "--from",
        dest="tree",
        metavar="DIR|URL",
        help="the tree's folder or web address ([update]: the stick if it is there, else the url)",
    )
    show = actions.add_parser("show", help="show what is trusted, and how old it is")
    show.add_argument("--json", action="store_true", help="for machines")
    for action, act in ((init, _init), (update, _update), (show, _show)):
        action.add_argument("--store", type=Path, metavar="DIR", help="the trust store ([paths] store)")
        action.set_defaults(act=act)
    clock = actions.add_parser("clock", help="what the clock is worth, and a supervisor's word for it")
    clock.add_argument(
        "--confirm", type=time_told, metavar="TIME", help="vouch that it is this time now; a row"
    )
    clock.set_defaults(act=run_clock, store=None)
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
    return Path(args.store) if args.store is not None else find_settings(args).paths.store


def _init(args: argparse.Namespace) -> int:
    if args.replace_root:
        return _replace_root(args)
    store, station, purpose = _store(args), args.station or _STATION, args.purpose or _PURPOSE
    fingerprint = init_store(args.root, store, station, purpose, args.station_class)
    _say_pinned(store, station, purpose, fingerprint)
    return 0


def _replace_root(args: argparse.Namespace) -> int:
    """Put another root in the place of the pinned one, after the row that says so."""
    if args.store is not None:
        raise Fault(Reason.TRUST_INVALID, "--replace-root is a row of the kiosk's log: leave --store out")
    store = _store(args)
    pinned, station = load_pinned(store)
    fact = RootReplaced(root_fingerprint(pinned), root_fingerprint(read_new_root(args.root)))
    name, purpose = args.station or station.name, args.purpose or station.purpose
    with open_rows(args) as writer:
        row = writer.append(fact)
        writer.checkpoint()
        fingerprint = init_store(args.root, store, name, purpose, args.station_class, replace=True)
    print(f"recorded  row {row.seq}: the root was {fact.before}")
    _say_pinned(store, name, purpose, fingerprint)
    return 0


def _say_pinned(store: Path, station: str, purpose: str, fingerprint: str) -> None:
    print(f"pinned in {store} for station {station}, purpose {purpose}")
    print(f"root  {fingerprint}")
    print("compare these groups with the authority's own sheet before you go on")


def _update(args: argparse.Namespace) -> int:
    where = args.tree or _find_tree(find_settings(args).update)
    logged = find_logged(args)
    try:
        now = _trusted_now(args)
        report = update_store(where, _store(args), now, find_logged=logged, tell=partial(print, flush=True))
    except UpdateRefused as err:
        name = err.refusal.name
        if err.refusal not in {Refusal.BUSY, Refusal.UNREACHABLE}:
            write_row(args, lambda _: TrustRefused(name, "command"))
        raise
    if report.old_version == report.new_version and not report.changed:
        print(f"version {report.new_version} is in use already, nothing changed")
    else:
        _say_promoted(report)
        write_row(args, partial(_make_floor_row, logged))
    for uri, age in report.list_ages.items():
        print(f"list     {uri}  {format_age(age)} old")
    return 0


def _trusted_now(args: argparse.Namespace) -> datetime:
    """Return the time to judge a tree by; a clock that the configured kiosk doubts refuses."""
    seen = observe_machine()
    if args.store is None:
        reading = peek_clock(find_settings(args).paths.state / CLOCK_FILE, seen, BUILD_TIME)
        if reading.state is ClockState.DOUBTFUL:
            raise UpdateRefused(Refusal.CLOCK, f"it reads {seen.wall:%Y-%m-%d %H:%M} UTC")
    return seen.wall


def _say_promoted(report: UpdateReport) -> None:
    before = "nothing" if report.old_version is None else f"version {report.old_version}"
    print(f"promoted version {report.new_version} after {before}")
    print(f"changed  {', '.join(report.changed) or 'dates only'}")


def _make_floor_row(logged: FindFloor, writer: RowWriter) -> TrustChanged:
    """Return the row of what was promoted, with the floor that it leaves. Raises Fault."""
    trust = load_trust(writer.settings.paths.store, logged)
    return write_floor(raise_logged(logged(), trust), trust)


def _find_tree(update: Update) -> Path | str:
    """Return where the settings say a tree is: a stick that is plugged in comes before the server."""
    if find_stick(update.stick) is not None:
        return update.stick
    if update.url:
        return update.url
    raise Fault(
        Reason.TRUST_MISSING,
        f"no trust tree at {update.stick}, and config.toml names no [update] url: say --from DIR or URL",
    )


def _show(args: argparse.Namespace) -> int:
    logged = find_logged(args)
    trust = load_trust(_store(args), logged)
    floor = logged()
    memory = find_settings(args).paths.state / CLOCK_FILE if args.store is None else None
    shown = Shown(
        trust,
        peek_clock(memory, observe_machine(), trust.floor),
        logged=floor is not None and floor.root == trust.root_fingerprint,
        memory=load_memory(memory) if memory else None,
    )
    if args.json:
        print(json.dumps(describe(shown), ensure_ascii=False, indent=1))
    else:
        print("\n".join(table(shown)))
    return 0
