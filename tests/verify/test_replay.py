"""The memory of proofs already seen: one showing serves one visit, honest phones only wait."""

from __future__ import annotations

from datetime import timedelta

from kiosk.verify.replay import REFUSED_AFTER_S, ReplayMemory, Showing
from tests.builders import NOON

KEY = (b"payload", NOON)


def test_a_proof_not_seen_before_is_new():
    assert Showing.NEW is ReplayMemory(120).judge(KEY, shown_since=0, now=100)
    assert None is ReplayMemory(120).first_seen(KEY, 0)


def test_a_proof_of_an_earlier_visit_may_change_for_fifteen_seconds_and_is_then_refused():
    memory = ReplayMemory(120)
    memory.remember(KEY, 10)

    assert Showing.WAIT is memory.judge(KEY, shown_since=12, now=12)
    assert Showing.WAIT is memory.judge(KEY, shown_since=12, now=12 + REFUSED_AFTER_S - 0.1)
    assert Showing.REPLAYED is memory.judge(KEY, shown_since=12, now=12 + REFUSED_AFTER_S)


def test_the_same_credential_at_another_time_and_another_at_the_same_are_new():
    memory = ReplayMemory(120)
    memory.remember(KEY, 10)

    assert Showing.NEW is memory.judge((b"payload", NOON + timedelta(seconds=10)), 12, 40)
    assert Showing.NEW is memory.judge((b"other", NOON), 12, 40)


def test_a_proof_is_forgotten_when_the_window_has_passed_and_only_then():
    memory = ReplayMemory(120)
    memory.remember(KEY, 10)
    memory.remember((b"later", NOON), 100)
    memory.remember(KEY, 110)

    assert 10 == memory.first_seen(KEY, 130)
    assert None is memory.first_seen(KEY, 131)
    assert 100 == memory.first_seen((b"later", NOON), 131)


def test_two_memories_share_nothing():
    ReplayMemory(120).remember(KEY, 10)

    assert None is ReplayMemory(120).first_seen(KEY, 10)
