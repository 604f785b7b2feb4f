"""The kiosk's own clock as the suspect: five different holders who agree, and what that may never do."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model import ClockState, Outcome, Reason, Step
from kiosk.verify.drift import AGREE_WITHIN_S, HOLDERS, WITHIN_S, DriftMemory, Sighting, find_offset
from tests.builders import NOON, a_clock, a_live_text, outcomes, verify


def a_memory(*offsets_s, every_s=60.0):
    """A memory of as many different holders, one every minute, and the time after the last."""
    memory = DriftMemory()
    for number, offset_s in enumerate(offsets_s):
        memory.note([b"key %d" % number, b"number %d" % number], offset_s, number * every_s)
    return memory, len(offsets_s) * every_s


@pytest.mark.parametrize(
    ("offsets_s", "found"),
    [
        ([200, 205, 190, 195, 201], 200),
        ([-200, -205, -190, -195, -201], -200),
        ([86_400, 86_405, 86_390, 86_395, 86_401], 86_400),
        ([200, 205, 190, 195], None),
        ([200, 205, 190, 195, 231], None),
        ([200, 205, 190, 195, -201], None),
        ([3, 8, 5, 9, 1], None),
        ([28, 30, 30, 31, 29], None),
        ([0, 200, 205, 190, 195, 201], 200),
        ([200, 205, 0, 190, 195, 201], None),
    ],
)
def test_the_last_five_holders_in_a_row_must_agree_on_more_than_half_a_minute(offsets_s, found):
    memory, now = a_memory(*offsets_s)

    assert found == memory.find_offset(now)


def test_one_phone_that_shows_the_same_code_again_and_again_is_one_holder():
    memory = DriftMemory()
    for second in range(50):
        memory.note([b"key", b"number"], 200.0, float(second))

    assert memory.find_offset(50.0) is None


@pytest.mark.parametrize("shared", [b"the phone's key", b"the ID number", b"the head of the family"])
def test_many_codes_that_share_a_phone_a_number_or_a_family_are_one_holder(shared):
    memory = DriftMemory()
    for number in range(20):
        memory.note([shared, b"another %d" % number], 200.0, float(number))

    assert memory.find_offset(20.0) is None


def test_voices_fall_silent_after_an_hour_and_when_the_clock_was_set():
    memory, now = a_memory(200, 200, 200, 200, 200, every_s=60.0)

    assert memory.find_offset(WITHIN_S) == 200
    assert memory.find_offset(WITHIN_S + 1) is None
    memory.forget()
    assert memory.find_offset(now) is None


def test_nothing_that_names_a_holder_is_remembered():
    memory = DriftMemory()
    memory.note([b"number 2345678417"], 200.0, 0.0)

    assert "2345678417" not in repr(memory)
    assert "secret" not in repr(memory)


@given(st.lists(st.floats(-1e9, 1e9), max_size=12))
def test_whatever_is_said_the_offset_is_one_that_five_holders_said(offsets_s):
    found = find_offset([Sighting(frozenset(), each, 0.0) for each in offsets_s])

    if found is not None:
        assert all(abs(each - found) <= AGREE_WITHIN_S for each in offsets_s[-HOLDERS:])
        assert found in offsets_s


def proof_step(age_s, **clock):
    reading = a_clock(state=ClockState.HOLDING, **clock)
    return outcomes(verify(a_live_text(NOON - timedelta(seconds=age_s)), clock=reading))[Step.LIVE_PROOF]


@pytest.mark.parametrize(
    ("age_s", "told"),
    [
        (200, (Outcome.REFER, Reason.PROOF_TIME_UNSURE)),
        (230, (Outcome.REFER, Reason.PROOF_TIME_UNSURE)),
        (231, (Outcome.FAIL, Reason.PROOF_STALE)),
        (169, (Outcome.FAIL, Reason.PROOF_STALE)),
        (3600, (Outcome.FAIL, Reason.PROOF_STALE)),
        (-200, (Outcome.REFER, Reason.PROOF_TIME_UNSURE)),
    ],
)
def test_a_code_as_old_as_the_clock_seems_ahead_is_referred_and_no_other(age_s, told):
    assert told == proof_step(age_s, ahead_s=200.0)


@pytest.mark.parametrize("ahead_s", [-1e6, -200.0, 0.0, 31.0, 200.0, 1e6])
@pytest.mark.parametrize("age_s", [-61, 61, 200, 3600])
def test_no_voice_about_the_clock_makes_a_code_pass(age_s, ahead_s):
    assert Outcome.PASS is not proof_step(age_s, ahead_s=ahead_s)[0]


@pytest.mark.parametrize("ahead_s", [-200.0, 200.0])
def test_no_voice_about_the_clock_refuses_a_fresh_code(ahead_s):
    assert (Outcome.PASS, None) == proof_step(0, ahead_s=ahead_s)
