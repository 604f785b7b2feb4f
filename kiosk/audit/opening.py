"""What a log must show before it takes a row: room on its disk, whose it is, rows that end as they should."""

from __future__ import annotations

import secrets

from sqlite_utils import Database

from kiosk.audit.chain import EPOCH_BYTES, Flaw, Receipt
from kiosk.audit.reading import LogIdentity, check_tail, load_first_seq, load_identity
from kiosk.audit.schema import create_tables, is_new, sqlite_errors_as_faults
from kiosk.audit.space import Space
from kiosk.audit.tiles import open_tree
from kiosk.model import Environment, Fault, Reason

TAIL = 100  # rows verified at each start; the whole log is verified by `kiosk audit check`


def make_room(space: Space, *, upkeep: bool) -> None:
    """Make sure of room for visits, or for upkeep of a log whose disk is low. Raises Fault."""
    if upkeep:
        space.use_reserve_if_low()
    else:
        space.set_aside()  # first: what it takes is not free for visits
        space.require()


def load_or_create(database: Database, environment: Environment) -> LogIdentity:
    """Return whose log this is, after making an empty file one. Raises Fault: LOG_BROKEN, LOG_UNWRITABLE."""
    with sqlite_errors_as_faults("setting up the log"):
        if is_new(database):
            create_tables(database, environment.value, secrets.token_bytes(EPOCH_BYTES))
    identity = load_identity(database)
    if identity.environment is not environment:
        raise Fault(Reason.LOG_BROKEN, f"the file holds the log of {identity.environment.value}")
    return identity


def load_head(database: Database, identity: LogIdentity) -> Receipt:
    """Return the last row's place, if the rows before it hold and a root can be made of all.

    Raises Fault: LOG_BROKEN, LOG_UNWRITABLE.
    """
    if identity.fences_down:
        raise Fault(Reason.LOG_BROKEN, f"somebody removed the log's guard {identity.fences_down[0]}")
    first = load_first_seq(database)
    if first <= identity.base.seq:
        raise Fault(Reason.LOG_BROKEN, f"row {first}: {Flaw.OUTSIDE.value}")
    report = check_tail(database, identity, TAIL)
    if report.broken:
        raise Fault(Reason.LOG_BROKEN, f"row {report.broken.seq}: {report.broken.flaw.value}")
    open_tree(database, report.head.seq).root()
    return report.head
