"""The command line that the public TUF conformance suite drives a client by, over our updater's client.

`python -m kiosk.trust.conformance --metadata-dir DIR init ROOT`, `... --metadata-url URL refresh`,
`... --target-name PATH [...] --target-base-url URL --target-dir DIR download`. Exit code 0 when all of it
succeeded, else 1. Only the client and the way it reads are the kiosk's here: the suite's repositories are no
trust trees, so nothing is promoted. Source: theupdateframework/tuf-conformance, CLIENT-CLI.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from kiosk.trust.client import Places, TufClient
from kiosk.trust.errors import TrustError
from kiosk.trust.files import read_given
from kiosk.trust.metadata import MAX_ROOT_BYTES
from kiosk.trust.source import WebSource


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command of the protocol and return its exit code."""
    args = _build_parser().parse_args(argv)
    try:
        args.act(args)
    except (TrustError, OSError) as err:
        sys.stderr.write(f"conformance: {err}\n")
        return 1
    return 0


def _init(args: argparse.Namespace) -> None:
    """Take the root as trusted; nothing is asked of anybody."""
    (args.metadata_dir / "root.json").write_bytes(read_given(args.trusted_root, MAX_ROOT_BYTES))


def _refresh(args: argparse.Namespace) -> None:
    _client(args).refresh()


def _download(args: argparse.Namespace) -> None:
    """Fetch the targets in the order given; what is there with the right hashes is not fetched again."""
    client = _client(args)
    client.refresh()
    for name in args.target_name:
        client.fetch_target(name)


def _client(args: argparse.Namespace) -> TufClient:
    places = Places(args.metadata_dir, args.metadata_url, args.target_dir, args.target_base_url)
    return TufClient(places, WebSource(args.metadata_url).fetch, datetime.now(UTC))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk.trust.conformance", allow_abbrev=False)
    parser.add_argument("--metadata-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--metadata-url", default="", metavar="URL")
    parser.add_argument("--target-name", action="append", default=[], metavar="PATH")
    parser.add_argument("--target-base-url", metavar="URL")
    parser.add_argument("--target-dir", type=Path, metavar="DIR")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    init = commands.add_parser("init", help="trust a root")
    init.add_argument("trusted_root", type=Path, metavar="ROOT")
    init.set_defaults(act=_init)
    commands.add_parser("refresh", help="update the metadata").set_defaults(act=_refresh)
    commands.add_parser("download", help="fetch targets").set_defaults(act=_download)
    return parser


if __name__ == "__main__":
    sys.exit(main())
