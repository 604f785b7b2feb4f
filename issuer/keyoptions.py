"""The words of the commands about keys. What the commands do is `keycommands.py`, which loads slowly."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from issuer.keyring import ROOTED_ROLES, Role
from issuer.registry import ALGORITHMS

Instant = Callable[[str], object]
_MOST = 16


def add_commands(
    add: Callable[..., argparse.ArgumentParser],
    subparsers: Any,  # noqa: ANN401 - argparse does not name the class in public
    instant: Instant,
) -> None:
    """Add the commands; `add` makes a parser with the options of all, `instant` parses a time."""
    line = "list the authority's keys, or make the next"
    keys = subparsers.add_parser("keys", help=line, description=line, allow_abbrev=False)
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = add(actions, "list", _run("list_keys"), "list all keys, when they end, and what is due")
    listing.add_argument("--json", action="store_true", help="for machines")
    new = add(actions, "new", _run("new_key"), "make the next key of a role; it signs from now on")
    new.add_argument("role", choices=[role.value for role in Role], metavar="ROLE", help="such as credential")
    new.add_argument("--alg", choices=sorted(ALGORITHMS), default="ed25519", help="of a credential key")
    _add_rotation(add(subparsers, "rotate-root", _run("rotate_root"), "sign the next root, with a threshold"))
    refresh = add(subparsers, "refresh-timestamp", _run("refresh_timestamp"), "sign the time stamp anew")
    refresh.add_argument("--to", type=Path, required=True, metavar="TREE", help="the published tree")
    distrust = add(subparsers, "distrust-key", _run("distrust_key"), "refuse what a key signs from a date on")
    _add_lever(distrust, "--from", "since", instant)
    earliest = add(subparsers, "set-min-iat", _run("set_min_iat"), "refuse what a key signed before a date")
    _add_lever(earliest, "--before", "earliest", instant)


def _add_rotation(parser: argparse.ArgumentParser) -> None:
    add_root_keys(parser)
    parser.add_argument("--new", type=_count, default=0, metavar="N", help="make so many new root keys")
    parser.add_argument(
        "--remove", action="append", default=[], metavar="NAME", help="drop a root key; repeatable"
    )
    roles = [role.value for role in ROOTED_ROLES if role is not Role.ROOT]
    parser.add_argument(
        "--replace", action="append", default=[], choices=roles, help="a new key for a role; repeatable"
    )
    parser.add_argument("--threshold", type=_count, metavar="N", help="how many root keys must sign then")


def add_root_keys(parser: argparse.ArgumentParser) -> None:
    """Add `--root-keys`."""
    parser.add_argument(
        "--root-keys",
        action="append",
        type=Path,
        metavar="DIR",
        help="a folder with root keys, such as a keeper's stick; repeatable, new keys go into the first",
    )


def _add_lever(parser: argparse.ArgumentParser, option: str, place: str, instant: Instant) -> None:
    parser.add_argument("key", metavar="KEY", help="the key's name or kid, see `keys list`")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument(option, dest=place, type=instant, metavar="TIME", help="ISO 8601 with offset")
    way.add_argument("--lift", action="store_true", help="take it back")


def _count(text: str) -> int:
    if text not in {str(number) for number in range(1, _MOST + 1)}:
        raise argparse.ArgumentTypeError(f"not a number from 1 to {_MOST}")
    return int(text)


def _run(name: str) -> Callable[[Namespace], None]:
    """Return the command of that name, loaded when it is called."""

    def run(args: Namespace) -> None:
        from issuer import keycommands  # noqa: PLC0415 - TUF loads slowly, only these commands need it

        command: Callable[[Namespace], None] = getattr(keycommands, name)
        command(args)

    return run
