"""A status list as large as a country, for measuring: nobody stands behind its entries.

Rules kept here: indices are drawn at random, and the same seed and time give the same bytes on every machine
with this NumPy. The key that signs is made from a word that stands below, so it is nobody's secret: a kiosk
trusts the list only where the `issuers.json` written beside it was put into a tree on purpose.
"""

from __future__ import annotations

import hashlib
import math
from argparse import Namespace
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from cryptography.hazmat.primitives.asymmetric import ed25519
from numpy.typing import NDArray

from issuer.dates import write_instant
from issuer.errors import Misused
from issuer.files import write_file
from issuer.keys import SigningKey
from issuer.ledger import State
from issuer.output import say
from issuer.records import FORMAT, encode_json
from issuer.registry import MAX_LIST_ENTRIES, Authority
from issuer.statuslist import BITS, sign_status_list
from kiosk.cose.cbor import encode_cbor

_KEY_SEED = hashlib.sha256(b"mudaqqiq, a status key for synthetic lists, known to everybody").digest()
_KEY_LIFETIME = timedelta(days=365)
_PER_BYTE = 8 // BITS


@dataclass(frozen=True, slots=True)
class Shares:
    """Which parts of all entries are superseded, and which are revoked or suspended, half of them each."""

    superseded: float
    other: float

    @property
    def parts(self) -> tuple[tuple[State, float], ...]:
        """The share of each state that is not valid."""
        return (
            (State.SUPERSEDED, self.superseded),
            (State.REVOKED, self.other / 2),
            (State.SUSPENDED, self.other / 2),
        )

    def bound_bytes(self, holders: int) -> float:
        """Return the fewest bytes that any code needs for such a list on average: its entropy."""
        shares = [share for _, share in self.parts]
        shares.append(1 - sum(shares))
        return -sum(share * math.log2(share) for share in shares if share > 0) * holders / 8


def simulate(args: Namespace) -> None:
    """Write `status/COHORT.cwt` and the `issuers.json` that trusts it to the folder `args.out`."""
    shares = Shares(args.superseded, args.other)
    if shares.superseded + shares.other > 1:
        raise Misused("--superseded and --other are more than all entries together")
    authority = Authority("sandbox", args.now, args.holders)
    entries = draw_entries(args.holders, shares, args.seed)
    key = SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(_KEY_SEED))
    content = sign_status_list(authority.status_uri(args.cohort), entries, args.now, key)
    (args.out / "status").mkdir(parents=True, exist_ok=True)
    write_file(args.out / "status" / f"{args.cohort}.cwt", content)
    write_file(args.out / "issuers.json", encode_json(_trust(authority, key)))
    say(
        {
            "list": str(args.out / "status" / f"{args.cohort}.cwt"),
            "issuers": str(args.out / "issuers.json"),
            "holders": args.holders,
            "seed": args.seed,
            "raw_bytes": len(entries),
            "signed_bytes": len(content),
            "bound_bytes": round(shares.bound_bytes(args.holders)),
        }
    )


def draw_entries(holders: int, shares: Shares, seed: int) -> bytes:
    """Return the packed entries of `holders` copies with the states of `shares` at random places."""
    if not 1 <= holders <= MAX_LIST_ENTRIES:
        raise Misused(f"--holders is not between 1 and {MAX_LIST_ENTRIES}")
    rng = np.random.default_rng(seed)
    counts = [int(holders * share) for _, share in shares.parts]
    places = rng.choice(holders, sum(counts), replace=False)
    packed: NDArray[np.uint8] = np.zeros(-(-holders // _PER_BYTE), np.uint8)
    for (state, _), own in zip(shares.parts, np.split(places, np.cumsum(counts)[:-1]), strict=True):
        words = (state.code << (own % _PER_BYTE * BITS)).astype(np.uint8)
        np.bitwise_or.at(packed, own // _PER_BYTE, words)
    return packed.tobytes()


def _trust(authority: Authority, key: SigningKey) -> dict[str, object]:
    """Return the `issuers.json` that names the key."""
    return {
        "format": FORMAT,
        "issuers": [
            {
                "issuer": authority.issuer,
                "usage": "status",
                "cose_key": encode_cbor(key.cose_key()).hex(),
                "valid_from": write_instant(authority.created - _KEY_LIFETIME),
                "valid_until": write_instant(authority.created + _KEY_LIFETIME),
                "distrusted_from": None,
                "min_iat": None,
            }
        ],
    }
