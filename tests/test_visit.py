"""The visit's table: every pair of state and event, and the rules that the table must keep."""

import itertools

import pytest

from kiosk.visit import WAYS, Effect, Event, State, advance, diagram

EVERY_PAIR = list(itertools.product(State, Event))


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_every_pair_of_state_and_event_gives_a_state(state, event):
    to, effects = advance(state, event)

    assert to in State
    assert all(effect in Effect for effect in effects)


@pytest.mark.parametrize(("state", "event"), [pair for pair in EVERY_PAIR if pair not in WAYS])
def test_a_pair_that_is_not_in_the_table_changes_nothing(state, event):
    assert advance(state, event) == (state, ())


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_only_a_recorded_verdict_leads_to_a_result(state, event):
    to, effects = advance(state, event)

    if state is not State.RESULT and to is State.RESULT:
        assert event is Event.RECORDED
    assert (Effect.SHOW_RESULT in effects) == (
        event is Event.RECORDED and to is State.RESULT and bool(effects)
    )


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_whoever_leaves_the_face_without_a_verdict_leaves_a_row(state, event):
    to, effects = advance(state, event)

    if state is State.FACE and to is not State.FACE and event is not Event.RECORDED:
        assert effects[0] is Effect.RECORD_ABANDONED


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_nothing_of_a_visitor_outlives_his_visit(state, event):
    to, effects = advance(state, event)

    if to is not state and to in {State.SCAN, State.ATTENTION, State.CLOSING}:
        assert Effect.FORGET in effects


def test_closing_is_final():
    assert {advance(State.CLOSING, event) for event in Event} == {(State.CLOSING, ())}


def test_every_state_can_be_closed():
    assert {advance(state, Event.CLOSE)[0] for state in State} == {State.CLOSING}


def test_the_diagram_has_one_arrow_for_each_way():
    text = diagram()

    arrows = [line for line in text.splitlines() if ":" in line]
    assert len(WAYS) == len(arrows)
    assert "    FACE --> RESULT: RECORDED" in arrows
