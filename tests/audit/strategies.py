"""Any entry at all, for property tests."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from kiosk.audit.entry import (
    CameraChanged,
    ClockConfirmed,
    ClockStep,
    ClockSuspected,
    CodeMeasure,
    CodesCounted,
    Entry,
    Exported,
    FaceMeasure,
    KeySealed,
    LastKnown,
    ListSeen,
    ListUsed,
    LivenessMeasure,
    PruneBasis,
    Pruned,
    Receipted,
    RoleSeen,
    RootReplaced,
    Shredded,
    Start,
    StepResult,
    Stop,
    TrustChanged,
    TrustRefused,
    Visit,
)
from kiosk.model import ClockState, Environment, Grade, Movement, Note, Outcome, Reason, Source, Step

_times = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)
_texts = st.text(st.characters(categories=("L", "N", "P")), max_size=40)
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_counts = st.integers(0, 2**40)
_hashes = st.binary(min_size=32, max_size=32)
_movements = st.lists(st.sampled_from(Movement), max_size=4).map(tuple)
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
    simulated_face_camera=st.booleans(),
    code=st.none()
    | st.builds(
        CodeMeasure,
        decoder=_texts,
        px_per_module=st.none() | _numbers,
        unused_ec=st.none() | _numbers,
        version=st.none() | st.integers(1, 40),
    ),
    liveness=st.none()
    | st.builds(
        LivenessMeasure,
        model_id=_texts,
        asked=_movements,
        made=_movements,
        tries=_counts,
        least_likeness=st.none() | _numbers,
    ),
)
_facts = st.one_of(
    _visits,
    st.builds(
        Start,
        key_id=st.none() | st.binary(max_size=8),
        after=st.none() | st.builds(LastKnown, epoch=_hashes, size=_counts, root=_hashes),
    ),
    st.builds(Stop, reason=st.none() | st.sampled_from(Reason)),
    st.builds(CodesCounted, seconds=_counts, unreadable=_counts, foreign=_counts),
    st.builds(ClockStep, seconds=_numbers),
    st.builds(ClockSuspected, seconds=_numbers, holders=_counts),
    st.builds(ClockConfirmed, before=_times, after=_times, floor=_times),
    st.builds(TrustRefused, refusal=_texts, source=_texts),
    st.builds(RootReplaced, before=_texts, after=_texts),
    st.builds(CameraChanged, before=st.none() | _texts, after=st.none() | _texts, faces=st.booleans()),
    st.builds(KeySealed, month=st.just("2026-11")),
    st.builds(Exported, form=_texts, first=_counts, last=_counts, digest=_hashes, with_sealed=st.booleans()),
    st.builds(Receipted, size=_counts, digest=_hashes, cosigned_at=st.none() | _times),
    st.builds(Pruned, below=_counts, because=st.sampled_from(PruneBasis)),
    st.builds(Shredded, before=_times, count=_counts),
    st.builds(
        TrustChanged,
        root_version=_counts,
        timestamp_version=_counts,
        policy_id=_texts,
        root=st.none() | _texts,
        floor=st.none() | _times,
        roles=st.lists(
            st.builds(
                RoleSeen, role=_texts, version=_counts, keys=st.just(b"") | st.binary(min_size=8, max_size=8)
            ),
            max_size=3,
        ).map(tuple),
        lists=st.lists(
            st.builds(ListSeen, mark=st.binary(max_size=8), issued_at=_times, bits=_counts), max_size=3
        ).map(tuple),
    ),
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
    sealed_key=st.none() | st.binary(max_size=8),
    sealed_hash=st.none() | _hashes,
    key_overdue=st.booleans(),
)
