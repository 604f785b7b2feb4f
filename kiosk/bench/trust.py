"""Loading trust: a whole small store, and status lists as large as a country's.

The large list is synthetic: one and a quarter percent of its entries are not zero, at random places, which
is what a list of all holders deflates worst with.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from kiosk.bench.rows import Row
from kiosk.bench.sandbox import open_sandbox
from kiosk.bench.timing import Effort, race, timed
from kiosk.bench.tokens import ED25519, ISSUER, STATUS_URI, Signer, sign_claims
from kiosk.trust.issuers import IssuerKey, Usage
from kiosk.trust.statuslist import CONTENT_TYPE, StatusList, parse_status_list
from kiosk.trust.store import load_trust

AREA = "trust"
_SHARE_SET = 0.0125
_DAY = timedelta(days=1)
_BARE = "zlib alone"
_LOOKUPS = 20_000
_MS, _NS, _MB = 1e3, 1e9, 1e-6


def measure(effort: Effort, now: datetime) -> tuple[Row, ...]:
    """Measure a store of the issuer sandbox, a cohort's list and a country's."""
    small, large = effort.entries
    return (
        _measure_store(effort),
        *_measure_list("list of one cohort", small, effort, now),
        *_measure_list("list of all holders", large, effort, now),
    )


def _measure_store(effort: Effort) -> Row:
    with (
        tempfile.TemporaryDirectory(prefix="mudaqqiq-bench-") as folder,
        open_sandbox(Path(folder)) as sandbox,
    ):
        times = race({"ours": timed(lambda: load_trust(sandbox.store))}, effort.loads, 1)
    return Row(AREA, "store loaded and verified", times["ours"].median * _MS, "ms")


def _measure_list(name: str, entries: int, effort: Effort, now: datetime) -> Iterator[Row]:
    signer = Signer(ED25519)
    packed = zlib.compress(_draw_entries(entries), 6)
    content = _sign_list(signer, packed, now)
    keys = [IssuerKey(ISSUER, Usage.STATUS, signer.public, now - 365 * _DAY, now + 365 * _DAY)]
    times = race(
        {
            "ours": timed(lambda: parse_status_list(content, keys)),
            "bare": timed(lambda: zlib.decompress(packed)),
        },
        effort.loads,
        1,
    )
    ours, bare = times["ours"].median * _MS, times["bare"].median * _MS
    yield Row(AREA, f"{name}, loaded", ours, "ms", _BARE, bare, f"{entries:,} entries")
    yield Row(AREA, f"{name}, signed file", len(content) * _MB, "MB")
    yield Row(AREA, f"{name}, one look-up", _time_lookup(parse_status_list(content, keys)) * _NS, "ns")


def _time_lookup(found: StatusList) -> float:
    """Return the seconds of one look-up, the loop around it included."""
    places = random.Random(7).choices(range(found.size), k=_LOOKUPS)  # noqa: S311 - places to look at, no secret

    def look() -> None:
        status_at = found.status_at
        for place in places:
            status_at(place)

    return race({"ours": timed(look)}, 5, 1)["ours"].median / _LOOKUPS


def _draw_entries(count: int) -> bytes:
    """Return `count` entries of two bits, packed from the least significant bit; `count` is one of fours."""
    rng = np.random.default_rng(169)
    words = np.zeros(count, np.uint8)
    places = rng.integers(0, count, round(count * _SHARE_SET))
    words[places] = rng.integers(1, 4, places.size, np.uint8)
    quarters = words.reshape(-1, 4)
    packed = np.zeros(len(quarters), np.uint8)
    for place, shift in zip(range(4), itertools.count(0, 2), strict=False):
        packed |= quarters[:, place] << shift
    return packed.tobytes()


def _sign_list(signer: Signer, packed: bytes, now: datetime) -> bytes:
    claims = {
        2: STATUS_URI,
        4: int((now + 30 * _DAY).timestamp()),
        6: int((now - timedelta(hours=1)).timestamp()),
        65534: 43200,
        65533: {"bits": 2, "lst": packed},
    }
    return sign_claims(signer, claims, {1: signer.algorithm, 4: signer.public.kid, 16: CONTENT_TYPE})
