"""What the commands about keys do with their arguments: list, new, rotate, refresh, and the two levers."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import datetime
from typing import Any

from issuer import levers
from issuer.ceremony import Change
from issuer.ceremony import rotate_root as rotate
from issuer.dates import write_instant
from issuer.due import find_ends, find_warnings, find_working_keys
from issuer.errors import Misused
from issuer.keyring import KeyRecord, Role, write_date
from issuer.output import say
from issuer.publish import refresh_timestamp as refresh
from issuer.registry import Registry
from issuer.rootkeys import choose_root_keys


def list_keys(args: Namespace) -> None:
    """Print every key, the ends of the signed roles, and what is due."""
    registry = Registry(args.directory)
    working = {record.name for record in find_working_keys(registry, args.now)}
    ends, due = find_ends(registry), find_warnings(registry, args.now)
    if args.json:
        keys = [{**_describe(key), "works": key.name in working} for key in registry.keyring().records]
        roles = {role.value: write_instant(end) for role, end in ends.items()}
        say({"keys": keys, "ends": roles, "due": list(due)})
        return
    lines = [_line(key, key.name in working) for key in registry.keyring().records]
    lines += [f"{role.value:<12} signed until {end:%Y-%m-%d %H:%M} UTC" for role, end in ends.items()]
    lines += [f"due: {sentence}" for sentence in due]
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _line(key: KeyRecord, works: bool) -> str:  # noqa: FBT001 - a column of the table
    levers_pulled = [
        f"{what} {at:%Y-%m-%d %H:%M} UTC"
        for what, at in (("distrusted from", key.distrusted_from), ("nothing before", key.min_iat))
        if at is not None
    ]
    life = f"{key.created:%Y-%m-%d} to {key.valid_until:%Y-%m-%d}"
    state = "in use" if works else "not used"
    return f"{key.name:<14} {key.public.kid.hex()}  {life}  {', '.join([state, *levers_pulled])}"


def new_key(args: Namespace) -> None:
    """Make the next key of a role."""
    record = levers.make_new_key(Registry(args.directory), Role(args.role), args.alg, args.now)
    say(_describe(record))


def rotate_root(args: Namespace) -> None:
    """Sign the next root."""
    registry = Registry(args.directory)
    change = Change(
        new=args.new,
        remove=frozenset(args.remove),
        replace=frozenset(Role(name) for name in args.replace),
        threshold=args.threshold,
    )
    rotated = rotate(registry, choose_root_keys(args), change, args.now)
    say(
        {
            "root_version": rotated.version,
            "expires": write_instant(rotated.expires),
            "root_keys": list(rotated.keys),
            "threshold": rotated.threshold,
            "signed_by": list(rotated.signed_by),
            "made": list(rotated.made),
        }
    )


def refresh_timestamp(args: Namespace) -> None:
    """Sign the time stamp anew."""
    registry = Registry(args.directory)
    refreshed = refresh(registry, args.to, args.now)
    say(
        {
            "version": refreshed.version,
            "expires": write_instant(refreshed.expires),
            "due": list(find_warnings(registry, args.now)),
        }
    )


def distrust_key(args: Namespace) -> None:
    """Distrust a key, or trust it again."""
    since: datetime | None = None if args.lift else args.since
    say(_describe(levers.distrust_key(Registry(args.directory), args.key, since)))


def set_min_iat(args: Namespace) -> None:
    """Refuse what a key signed before a date, or accept it again."""
    earliest: datetime | None = None if args.lift else args.earliest
    if earliest is not None and earliest > args.now:
        raise Misused("--before lies in the future: it would refuse every copy there is until then")
    say(_describe(levers.set_min_iat(Registry(args.directory), args.key, earliest)))


def _describe(record: KeyRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "role": record.role.value,
        "kid": record.public.kid.hex(),
        "created": write_instant(record.created),
        "valid_until": write_instant(record.valid_until),
        "distrusted_from": write_date(record.distrusted_from),
        "min_iat": write_date(record.min_iat),
    }
