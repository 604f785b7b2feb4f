"""What an entry holds, and that its bytes mean exactly it."""

from datetime import datetime, timedelta, timezone

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.audit.canonical import MAX_BODY, columns_of, describe_fact, encode_entry, parse_entry
from kiosk.audit.entry import (
    ClockConfirmed,
    ClockStep,
    ClockSuspected,
    CodesCounted,
    EntryKind,
    Exported,
    FaceMeasure,
    KeySealed,
    LastKnown,
    PruneBasis,
    Pruned,
    Receipted,
    RootReplaced,
    Shredded,
    Start,
    StepResult,
    Stop,
    TrustRefused,
    record_notes,
    record_steps,
)
from kiosk.model import Check, Fault, Note, Outcome, Reason, Step, Verdict
from tests.audit.makers import NOON, a_failed_visit, a_visit, an_entry
from tests.audit.strategies import ANY_ENTRY


def refused(body):
    with pytest.raises(Fault) as fault:
        parse_entry(body)
    return fault.value.reason


def entry_or_reason(body):
    try:
        return parse_entry(body)
    except Fault as fault:
        return fault.reason


def changed(**fields):
    """The bytes of an entry with fields of its map replaced, still in canonical form."""
    return cbor2.dumps({**cbor2.loads(encode_entry(an_entry())), **fields}, canonical=True)


@given(ANY_ENTRY)
def test_parsing_the_bytes_of_an_entry_gives_the_entry_back(entry):
    body = encode_entry(entry)

    assert entry == parse_entry(body)
    assert body == encode_entry(parse_entry(body))


@given(st.binary(max_size=200))
@example(b"")
@example(bytes.fromhex("d81c81d81d00"))  # a list that holds itself, by tags 28 and 29
@example(bytes.fromhex("d8236328282a"))  # a broken regular expression, by tag 35
@example(b"\x81" * 5000)
def test_bytes_that_are_no_entry_are_refused_and_nothing_else_happens(body):
    assert Reason.LOG_BROKEN == refused(body)
    with pytest.raises(Fault):
        columns_of(body)


@given(st.data())
def test_a_changed_byte_gives_another_entry_or_none(data):
    body = encode_entry(an_entry())
    place = data.draw(st.integers(0, len(body) - 1))
    flipped = bytearray(body)
    flipped[place] ^= data.draw(st.integers(1, 255))

    assert entry_or_reason(bytes(flipped)) not in {an_entry(), None}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(encode_entry(an_entry()) + b"\0", id="a byte after it"),
        pytest.param(cbor2.dumps(cbor2.loads(encode_entry(an_entry()))), id="keys or floats not canonical"),
        pytest.param(changed(format=1), id="another format"),
        pytest.param(changed(format=True), id="a boolean for a number"),
        pytest.param(changed(kind="PARTY"), id="an unknown kind"),
        pytest.param(changed(kind="START"), id="the kind of another fact"),
        pytest.param(changed(name="Test Person"), id="a field no entry has"),
        pytest.param(changed(at=1.5), id="a time in fractions"),
        pytest.param(changed(at=10**18), id="a time beyond the calendar"),
        pytest.param(changed(station="x" * 200), id="a text too long"),
        pytest.param(changed(station="\x1b[2J"), id="a text that would work the terminal"),
        pytest.param(changed(fact={"purpose": "bank"}), id="a visit without an outcome"),
        pytest.param(changed(fact=None), id="null for a fact"),
        pytest.param(changed(config_hash=bytes(MAX_BODY)), id="too many bytes"),
    ],
)
def test_a_row_is_read_in_one_form_only(body):
    assert Reason.LOG_BROKEN == refused(body)


def test_null_stands_for_no_field_of_a_map():
    fact = cbor2.loads(encode_entry(an_entry()))["fact"]

    assert Reason.LOG_BROKEN == refused(changed(fact={**fact, "operator": None}))


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (a_visit(), EntryKind.VISIT),
        (Start(), EntryKind.START),
        (Stop(Reason.CAMERA_LOST), EntryKind.STOP),
        (CodesCounted(60, 3, 2), EntryKind.CODES_COUNTED),
        (ClockStep(-7.5), EntryKind.CLOCK_STEP),
        (ClockSuspected(190.0, 5), EntryKind.CLOCK_SUSPECTED),
        (ClockConfirmed(NOON, NOON, NOON), EntryKind.CLOCK_CONFIRMED),
        (TrustRefused("OLD", "stick"), EntryKind.TRUST_REFUSED),
        (RootReplaced("0000", "1111"), EntryKind.ROOT_REPLACED),
    ],
)
def test_the_kind_of_an_entry_follows_from_its_fact(fact, kind):
    assert kind is an_entry(fact).kind


def test_the_readable_columns_are_those_of_the_visit():
    body = encode_entry(an_entry(a_failed_visit(Reason.REVOKED)))

    assert columns_of(body) == (
        "2026-11-22T09:00:00.123456+00:00",
        "VISIT",
        "FAIL",
        "REVOKED",
        "checkpoint",
        "Gate 3",
    )


def test_the_readable_columns_of_other_entries_have_no_outcome():
    assert columns_of(encode_entry(an_entry(Start())))[1:] == ("START", None, None, None, "Gate 3")


def test_a_fact_is_described_in_words_for_people():
    assert "seconds=60 unreadable=3 foreign=2" == describe_fact(CodesCounted(60, 3, 2))
    assert "reason=DISK_LOW" == describe_fact(Stop(Reason.DISK_LOW))
    after = LastKnown(bytes(2), 7, bytes([255]))
    assert "key_id=00 after.epoch=0000 after.size=7 after.root=ff" == describe_fact(Start(bytes(1), after))


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 11, 22, 9, 0), NOON.astimezone(timezone(timedelta(hours=3)))],  # noqa: DTZ001 - meant
)
def test_a_time_that_is_not_aware_utc_is_refused(at):
    with pytest.raises(ValueError, match="UTC"):
        an_entry(at=at)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(ValueError, match="finite"):
        StepResult(Step.FACE, Outcome.PASS, number)
    with pytest.raises(ValueError, match="finite"):
        FaceMeasure("sface", 3, score=number)


@pytest.mark.parametrize("text", ["x" * 121, "two\nlines"])
def test_a_text_longer_than_a_stations_name_or_with_a_line_break_is_refused(text):
    with pytest.raises(ValueError, match="printable"):
        an_entry(station=text)


def test_an_entry_that_could_not_be_read_back_is_not_encoded():
    endless = a_visit(reasons=(Reason.EXPIRED,) * 5000)

    with pytest.raises(ValueError, match="bytes"):
        encode_entry(an_entry(endless))


def test_of_a_check_the_log_keeps_step_outcome_and_time_only():
    check = Check(
        Step.DATES, Outcome.FAIL, Reason.EXPIRED, ms=0.12345, notes=(Note.PRINT_COPY,), detail="Test Person"
    )
    verdict = Verdict((check,), frozenset({Step.DATES}), (Note.NOT_PRODUCTION, Note.PRINT_COPY))

    assert (StepResult(Step.DATES, Outcome.FAIL, 0.123),) == record_steps(verdict.checks)
    assert (Note.NOT_PRODUCTION, Note.PRINT_COPY) == record_notes(verdict)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LastKnown(bytes(16), -1, bytes(32)),
        lambda: Exported("csv", -1, 5, bytes(32)),
        lambda: Receipted(-1, bytes(32)),
        lambda: Pruned(-1, PruneBasis.EXPORT),
        lambda: Shredded(NOON, -1),
    ],
)
def test_a_count_below_zero_is_refused(make):
    with pytest.raises(ValueError, match="negative"):
        make()


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "november", ""])
def test_a_month_that_is_none_is_refused(month):
    with pytest.raises(ValueError, match="2026-11"):
        KeySealed(month)
