"""Loading trust: a whole small store, and status lists as large as a country's; promoting a large set.

The large list is synthetic: one and a quarter percent of its entries are not zero, at random places, which
is what a list of all holders deflates worst with. The issuer sandbox draws it (`issuer simulate`).
"""

from __future__ import annotations

import itertools
import random
import shutil
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kiosk.bench.national import NationalList, TreeWriter, make_list
from kiosk.bench.rows import Row
from kiosk.bench.sandbox import open_sandbox
from kiosk.bench.timing import Effort, race, timed
from kiosk.bench.tokens import ED25519, Signer
from kiosk.bench.trustset import make_trust
from kiosk.cose.cbor import parse_cbor
from kiosk.cose.sign1 import parse_sign1
from kiosk.model import Grade
from kiosk.trust.statuslist import StatusList, parse_status_list
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from kiosk.verify.cwt import StatusRef
from kiosk.verify.status import check_status

AREA = "trust"
_BARE = "zlib alone"
_LOOKUPS = 20_000
_FULL_SET_SUPERSEDED = 0.19  # makes a list of 35 million a file of some 4 MB
_MS, _NS, _MB = 1e3, 1e9, 1e-6
_LIST_CLAIM = 65533


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure a store of the issuer sandbox, a cohort's list, a country's, and promoting a large set."""
    small, large = effort.entries
    now = now.replace(microsecond=0)
    with tempfile.TemporaryDirectory(prefix="mudaqqiq-bench-") as name, open_sandbox(Path(name)) as sandbox:
        folder = Path(name)
        times = race({"ours": timed(lambda: load_trust(sandbox.store))}, effort.loads, 1)
        policy = next(sandbox.authority.tree.glob("targets/*.policy.json")).read_bytes()
        return (
            Row(AREA, "store loaded and verified", times["ours"].median * _MS, "ms"),
            *_measure_list("list of one cohort", make_list(folder / "small", small, now), effort, now),
            *_measure_list("list of all holders", make_list(folder / "large", large, now), effort, now),
            *_measure_promotion(folder, policy, effort, now),
        )


def _measure_list(name: str, made: NationalList, effort: Effort, now: datetime) -> Iterator[Row]:
    keys, packed = made.keys, _packed(made.content)
    times = race(
        {
            "ours": timed(lambda: parse_status_list(made.content, keys)),
            "bare": timed(lambda: zlib.decompress(packed)),
        },
        effort.loads,
        1,
    )
    ours, bare = times["ours"].median * _MS, times["bare"].median * _MS
    kept, most = _weigh(lambda: parse_status_list(made.content, keys))
    found = parse_status_list(made.content, keys)
    raw, bound = made.raw_bytes * _MB, made.bound_bytes * _MB
    yield Row(AREA, f"{name}, loaded", ours, "ms", _BARE, bare, f"{found.size:,} entries; goal 200 ms")
    yield Row(AREA, f"{name}, kept in memory", kept * _MB, "MB", "the bits alone", raw, "goal 1.2")
    yield Row(AREA, f"{name}, memory while loading", most * _MB, "MB", "the bits alone", raw)
    yield Row(AREA, f"{name}, signed file", len(made.content) * _MB, "MB", "entropy bound", bound)
    yield Row(AREA, f"{name}, one look-up", _time_lookup(found) * _NS, "ns", note="goal 1,000 ns")
    yield Row(AREA, f"{name}, one step of a verification", _time_step(found, now) * _NS, "ns")


def _packed(content: bytes) -> bytes:
    claims = parse_cbor(parse_sign1(content).payload)
    found: bytes = claims[_LIST_CLAIM]["lst"]
    return found


def _weigh(load: Callable[[], StatusList]) -> tuple[int, int]:
    """Return the bytes that loading leaves in memory, and the most it took on the way."""
    tracemalloc.start()
    try:
        found = load()
        kept, most = tracemalloc.get_traced_memory()
        del found
    finally:
        tracemalloc.stop()
    return kept, most


def _time_lookup(found: StatusList) -> float:
    """Return the seconds of one look-up at a random place, the loop around it included."""
    places = random.Random(7).choices(range(found.size), k=_LOOKUPS)  # noqa: S311 - places to look at, no secret

    def look() -> None:
        status_at = found.status_at
        for place in places:
            status_at(place)

    return race({"ours": timed(look)}, 5, 1)["ours"].median / _LOOKUPS


def _time_step(found: StatusList, now: datetime) -> float:
    """Return the seconds of step 5 of a verification, for good copies at random places."""
    trust = replace(make_trust(Signer(ED25519), now), lists={found.uri: found})
    rng = random.Random(8)  # noqa: S311 - places to look at, no secret
    places = (place for place in iter(lambda: rng.randrange(found.size), -1) if not found.status_at(place))
    refs = [StatusRef(found.uri, place) for place in itertools.islice(places, _LOOKUPS)]

    def check() -> None:
        for ref in refs:
            check_status(ref, found.issuer, trust, Grade.FRESH)

    return race({"ours": timed(check)}, 5, 1)["ours"].median / _LOOKUPS


def _measure_promotion(folder: Path, policy: bytes, effort: Effort, now: datetime) -> Iterator[Row]:
    """Time updates from a folder, from one large list to the next: fetched, verified, written, swapped."""
    writer, trees, size = TreeWriter(now), [], 0
    for number, fewer in enumerate((4, 0)):
        made = make_list(folder / f"set{number}", effort.entries[1] - fewer, now, _FULL_SET_SUPERSEDED)
        size = len(made.content)
        contents = {"policy.json": policy, "issuers.json": made.issuers, "status/2031.cwt": made.content}
        trees.append(writer.write(folder / f"tree{number}", contents))
    store = folder / "national"
    init_store(trees[0] / "root.json", store, "bench", "checkpoint")
    update_store(trees[0], store, now)
    copies = [folder / f"national{number}" for number in range(effort.loads + 1)]
    for copy in copies:
        shutil.copytree(store, copy, symlinks=True)
    left = iter(copies)
    times = race({"ours": timed(lambda: update_store(trees[1], next(left), now))}, effort.loads, 1)
    note = f"a list of {size * _MB:.1f} MB; goal 150 ms"
    yield Row(AREA, "large set promoted", times["ours"].median * _MS, "ms", note=note)
