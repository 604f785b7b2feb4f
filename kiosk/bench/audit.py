"""The log: how long a visit waits for its row, and what a log of a million rows costs to check, prove, open.

An append is held against one insert of the same values by sqlite-utils, the library under the log, into a
table of its own with the same durability: the ratio is what chain, sealing and fences cost. A check is held
against SQLite's own check of the same file, a proof against hashing every row anew.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from kiosk.audit.canonical import columns_of, encode_entry
from kiosk.audit.merkle import inclusion_proof, root_of, verify_inclusion
from kiosk.audit.reading import load_last_seq, load_row
from kiosk.audit.rowbytes import READABLE_COLUMNS
from kiosk.audit.schema import connect_reader, connect_writer
from kiosk.audit.tiles import load_row_hashes, open_tree
from kiosk.bench.auditlog import append_sealed, make_key, make_log, make_visit, open_log
from kiosk.bench.rows import Row
from kiosk.bench.timing import Effort, race, timed
from kiosk.bench.watched import watch_check

AREA = "audit"
_MS, _MB = 1e3, 1e-6
_TIMEOUT_S = 5.0
_PLAIN = "sqlite-utils insert, as durable"


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure appends on the disk of the temporary folder, then a long log."""
    with tempfile.TemporaryDirectory(prefix="mudaqqiq-bench-") as name:
        folder = Path(name)
        appends = tuple(_measure_append(folder, effort, now))
        path = make_log(folder / "long", effort.logged, now)
        return (
            *appends,
            *_measure_check(path, effort),
            *_measure_proof(path, effort),
            _measure_open(path, folder / "empty", effort),
        )


def _measure_append(folder: Path, effort: Effort, now: datetime) -> Iterator[Row]:
    key, table = make_key(now), connect_writer(folder / "plain.db", _TIMEOUT_S)
    with closing(table), open_log(folder / "log") as log:
        contestants = {
            "ours": timed(lambda: append_sealed(log, key, now)),
            "plain": timed(_inserter(table, now)),
        }
        times = race(contestants, effort.appends, 1)
    ours, plain = times["ours"], times["plain"]
    goal = "goal 5 ms"
    yield Row(AREA, "row sealed and on disk", ours.median * _MS, "ms", _PLAIN, plain.median * _MS, goal)
    yield Row(AREA, "row sealed and on disk, p95", ours.p95 * _MS, "ms", _PLAIN, plain.p95 * _MS)


def _inserter(database: Database, now: datetime) -> Callable[[], None]:
    body = encode_entry(make_visit(now, 1))
    values = {
        **dict(zip(READABLE_COLUMNS, columns_of(body), strict=True)),
        "body": body,
        "sealed": bytes(304),
    }
    numbers = itertools.count(1)

    def insert() -> None:
        database.table("plain").insert({"seq": next(numbers), **values}, pk="seq")

    return insert


def _measure_check(path: Path, effort: Effort) -> Iterator[Row]:
    found = [watch_check(path) for _ in range(effort.checks)]
    best = min(found, key=lambda each: each.seconds)
    if best.rows != effort.logged:
        raise RuntimeError("the benchmark's own log does not hold")
    rows = f"{effort.logged:,} rows, best of {effort.checks}"
    peer = "SQLite integrity_check"
    yield Row(AREA, "log checked", best.seconds, "s", peer, _integrity_check(path), f"{rows}; goal 5 s")
    peak = max(each.peak_bytes for each in found)
    yield Row(AREA, "log checked, memory of both processes", peak * _MB, "MB", note="goal 100 MB")


def _integrity_check(path: Path) -> float:
    with closing(connect_reader(path)) as database:
        began = time.perf_counter()
        database.execute("PRAGMA integrity_check").fetchall()
        return time.perf_counter() - began


def _measure_proof(path: Path, effort: Effort) -> Iterator[Row]:
    with closing(connect_reader(path)) as database:
        size = load_last_seq(database)
        root, index, row = open_tree(database, size).root(), size // 3, load_row(database, size // 3 + 1)
        if row is None or type(row.hash) is not bytes:
            raise RuntimeError("the benchmark's own log has no such row")
        leaf = row.hash
        prove = timed(lambda: inclusion_proof(index, size, open_tree(database, size).subtree))
        proof = inclusion_proof(index, size, open_tree(database, size).subtree)
        verify = timed(lambda: verify_inclusion(leaf, index, size, proof, root))
        times = race({"prove": prove, "verify": verify}, effort.rounds, 1)
        began = time.perf_counter()
        whole = root_of([each for tile in range(-(-size // 256)) for each in load_row_hashes(database, tile)])
        anew = time.perf_counter() - began
    if whole != root or not verify_inclusion(leaf, index, size, proof, root):
        raise RuntimeError("the benchmark's own proof does not hold")
    rows = f"one of {size:,} rows"
    peer = "all rows hashed anew"
    yield Row(AREA, "row proved", times["prove"].median * _MS, "ms", peer, anew * _MS, f"{rows}; goal 50 ms")
    yield Row(AREA, "proof verified", times["verify"].median * _MS, "ms", note=f"{len(proof)} hashes")


def _measure_open(path: Path, empty: Path, effort: Effort) -> Row:
    open_log(empty).close()
    contestants = {
        "long": timed(lambda: open_log(path.parent).close()),
        "empty": timed(lambda: open_log(empty).close()),
    }
    times = race(contestants, effort.starts, 1)
    long, short = times["long"].median * _MS, times["empty"].median * _MS
    return Row(
        AREA, "log opened", long, "ms", "an empty log", short, f"{effort.logged:,} rows; goal 1 s more"
    )
