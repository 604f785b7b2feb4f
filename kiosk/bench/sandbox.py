"""A trust store set up as any kiosk's is: the demo's authority publishes, the store pins and promotes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.demo.authority import DemoAuthority
from kiosk.trust.store import init_store
from kiosk.trust.update import update_store


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running authority and the store that trusts it."""

    authority: DemoAuthority
    store: Path


@contextmanager
def open_sandbox(folder: Path) -> Iterator[Sandbox]:
    """Set up an authority and a store in `folder`; the authority ends with the block. Raises Fault."""
    with DemoAuthority(folder / "issuer") as authority:
        store = folder / "store"
        init_store(authority.root, store, "bench", "checkpoint")
        update_store(authority.tree, store, datetime.now(UTC))
        yield Sandbox(authority, store)
