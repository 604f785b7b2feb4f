"""What every test of a bad tree asks: why it was refused, and whether the old set stays in use."""

import pytest

from kiosk.trust.errors import UpdateRefused
from kiosk.trust.store import load_trust
from tests.trust.trees import NOON

METADATA = ["timestamp.json", "snapshot.json", "targets.json", "status.json"]
PARTS = [*METADATA, "policy.json", "issuers.json", "2031.cwt"]


def refusal_of(kiosk, tree, now=NOON):
    """Update and expect a refusal after which the set of before still loads."""
    before = load_trust(kiosk.store)
    with pytest.raises(UpdateRefused) as caught:
        kiosk.update(tree, now)
    assert before == load_trust(kiosk.store)
    return caught.value.refusal


def part_of(tree, name):
    (path,) = [
        p
        for p in tree.rglob("*")
        if p.name.endswith(name) and not p.is_dir() and (p.parent.name == "metadata" or "targets" in p.parts)
    ]
    return path
