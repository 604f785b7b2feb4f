"""When rows may leave the kiosk: below what the head office acknowledged, or below an export made now. Pure.

Rules kept here: rows go in whole tiles of 256, so that every proof can still be made from the hashes that
stay; where a head office is named in the policy, its receipt decides, and whoever does without it has to say
so; the newest rows always stay. Making the export is left to `export`, removing the rows to `AuditLog.prune`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.audit.entry import PruneBasis, Pruned
from kiosk.audit.merkle import TILE

KEPT_ROWS = TILE  # the newest rows stay readable at the kiosk, whatever was exported


class PruneRefused(Exception):
    """No row may be removed. The text is one sentence for the supervisor."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Who has a copy of rows 1 to so many: the head office (0: no receipt yet), and the export made now.

    `head_office`: the policy names one, so its receipt is what counts unless `by_export` was asked for.
    """

    receipted: int
    exported: int
    head_office: bool
    by_export: bool = False


def decide_pruning(copies: Copies, first: int, last: int) -> Pruned:
    """Return which rows of a log from row `first` to `last` may go, and why. Raises PruneRefused."""
    by_receipt = copies.head_office and not copies.by_export
    if by_receipt and not copies.receipted:
        raise PruneRefused(
            "the head office has acknowledged no row yet: bring it `audit bundle`, then `audit receipt`,"
            " or prune by the export alone with --by-export"
        )
    covered = min(copies.receipted if by_receipt else copies.exported, last - KEPT_ROWS)
    below = max(covered, 0) // TILE * TILE + 1
    if below <= first:
        raise PruneRefused(
            f"nothing to prune: rows {first} to {last} are here, rows go {TILE} at a time,"
            f" and the newest {KEPT_ROWS} stay"
        )
    return Pruned(below, PruneBasis.RECEIPT if by_receipt else PruneBasis.EXPORT)
