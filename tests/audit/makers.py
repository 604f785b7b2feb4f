"""Entries, logs and insiders for the tests of the audit log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysqlite3

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.chain import StoredRow, hash_row, make_genesis
from kiosk.audit.entry import (
    Entry,
    FaceMeasure,
    ListUsed,
    StepResult,
    Visit,
)
from kiosk.audit.log import AuditLog
from kiosk.audit.schema import FENCES
from kiosk.audit.space import SpaceLimits
from kiosk.model import ClockState, Environment, Fault, Grade, Note, Outcome, Reason, Source, Step

NOON = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
EPOCH = bytes(range(16))
GENESIS = make_genesis(EPOCH, Environment.SANDBOX)
NO_COLUMNS = (None,) * 6
SMALL = SpaceLimits(reserve_bytes=4096, stop_bytes=1)


def a_visit(**changes):
    fields = {
        "purpose": "checkpoint",
        "outcome": Outcome.PASS,
        "reasons": (),
        "steps": tuple(StepResult(step, Outcome.PASS, 1.25) for step in Step),
        "notes": (Note.NOT_PRODUCTION,),
        "source": Source.CAMERA,
        "issuer_key_id": bytes(8),
        "status_list": ListUsed(7, NOON - timedelta(hours=1), 3600, Grade.FRESH),
        "policy_id": "policy-7",
        "face": FaceMeasure("sface-2021dec", 5, 0.61, 101.5, 240.25, 120.0, 55.0),
        "operator": "104",
        "pseudonym": bytes(32),
    }
    return Visit(**{**fields, **changes})


def an_entry(fact=None, *, at=NOON, environment=Environment.SANDBOX, station="Gate 3"):
    return Entry(at, ClockState.SYNCED, environment, station, "0.1.0", bytes(32), fact or a_visit())


def a_failed_visit(reason=Reason.FACE_MISMATCH):
    return a_visit(outcome=Outcome.FAIL, reasons=(reason,))


def open_log(folder, **options):
    return AuditLog.open(folder, Environment.SANDBOX, **{"limits": SMALL, "timeout_s": 0.05, **options})


def write_log(folder, count):
    """Make a closed log of `count` visits and return its path."""
    with open_log(folder) as log:
        for number in range(count):
            log.append(an_entry(at=NOON + timedelta(seconds=number)))
    return folder / "sandbox.db"


def write_many(folder, count, *, sealed_every=0):
    """Make a closed log of `count` visits a second apart; return its path. The same log is written once."""
    path = folder / "sandbox.db"
    if (count, sealed_every) not in _WRITTEN:
        with open_log(folder) as log, log._database.atomic():
            for number in range(count):
                sealed = b"sealed part %d" % number if sealed_every and number % sealed_every == 0 else None
                entry = an_entry(at=NOON + timedelta(seconds=number))
                log.append(replace(entry, sealed_key=bytes(8)) if sealed else entry, sealed)
        _WRITTEN[count, sealed_every] = path.read_bytes()
    path.write_bytes(_WRITTEN[count, sealed_every])
    path.chmod(0o600)
    return path


_WRITTEN = {}


def as_insider(path: Path, *statements):
    """Run SQL on the file past the fences, which stand again afterwards. A statement may be (sql, values)."""
    connection = pysqlite3.connect(str(path), isolation_level=None)
    for name in FENCES:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        sql, values = (statement, ()) if isinstance(statement, str) else statement
        connection.execute(sql, values)
    for fence in FENCES.values():
        connection.execute(fence)
    connection.close()


def a_row(seq, previous, body, **changes):
    """Make one row that continues `previous`, then change fields of it."""
    try:
        columns = columns_of(body)
    except Fault:
        columns = NO_COLUMNS
    fields = {
        "seq": seq,
        "previous": previous,
        "body": body,
        "hash": hash_row(seq, previous, columns, body),
        "columns": columns,
    }
    return StoredRow(**{**fields, **changes})


def some_rows(count):
    """Make `count` rows that hold, from the genesis on."""
    rows, previous = [], GENESIS.hash
    for seq in range(1, count + 1):
        rows.append(a_row(seq, previous, encode_entry(an_entry(at=NOON + timedelta(seconds=seq)))))
        previous = rows[-1].hash
    return rows
