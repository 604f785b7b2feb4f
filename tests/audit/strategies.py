"""Any entry at all, for property tests."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from kiosk.audit.entry import (
    ClockStep,
    CodesCounted,
    Entry,
    FaceMeasure,
    ListUsed,
    Start,
    StepResult,
    Stop,
    TrustChanged,
    Visit,
)
from kiosk.model import ClockState, Environment, Grade, Note, Outcome, Reason, Source, Step

_times = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)
_texts = st.text(st.characters(categories=("L", "N", "P")), max_size=40)
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_counts = st.integers(0, 2**40)
_visits = st.builds(
    Visit,
    purpose=_texts,
    outcome=st.sampled_from(Outcome),
    reasons=st.lists(st.sampled_from(Reason), max_size=4).map(tuple),
    steps=st.lists(
        st.builds(
            StepResult,
            step=st.sampled_from(Step),
            outcome=st.none() | st.sampled_from(Outcome),
            ms=_numbers,
        ),
        max_size=9,
    ).map(tuple),
    notes=st.lists(st.sampled_from(Note), max_size=4).map(tuple),
    source=st.none() | st.sampled_from(Source),
    issuer_key_id=st.none() | st.binary(max_size=8),
    status_list=st.none()
    | st.builds(ListUsed, version=_counts, issued_at=_times, age_s=_counts, grade=st.sampled_from(Grade)),
    policy_id=st.none() | _texts,
    face=st.none() | st.builds(FaceMeasure, model_id=_texts, frames=_counts, score=st.none() | _numbers),
    operator=st.none() | _texts,
    pseudonym=st.none() | st.binary(min_size=32, max_size=32),
    simulated_camera=st.booleans(),
)
_facts = st.one_of(
    _visits,
    st.builds(Start),
    st.builds(Stop, reason=st.none() | st.sampled_from(Reason)),
    st.builds(CodesCounted, seconds=_counts, unreadable=_counts, foreign=_counts),
    st.builds(ClockStep, seconds=_numbers),
    st.builds(TrustChanged, root_version=_counts, timestamp_version=_counts, policy_id=_texts),
)
ANY_ENTRY = st.builds(
    Entry,
    at=_times,
    clock_state=st.sampled_from(ClockState),
    environment=st.sampled_from(Environment),
    station=_texts,
    app_version=_texts,
    config_hash=st.binary(max_size=32),
    fact=_facts,
)
