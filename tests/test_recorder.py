"""The rows of a running kiosk: start, stop and changed trust, what is counted, and who a holder is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.audit.entry import CodesCounted, Start, Stop, TrustChanged, Visit
from kiosk.model import Check, ClockState, Environment, Fault, Outcome, Reason, Step, Verdict
from kiosk.recorder import Moment, Recorder
from tests.builders import NOON, a_clock, a_live_text, a_policy, a_trust, verify

VERDICT = Verdict((Check(Step.DECODE, Outcome.REFER, Reason.NOT_A_CREDENTIAL),), frozenset(Step))


def a_moment(at=NOON, **changes):
    return Moment(a_trust(**changes), a_clock(at))


@pytest.fixture
def recorder(kiosk):
    return Recorder(kiosk.gear)


def kinds(kiosk):
    return [type(fact) for fact in kiosk.facts()]


def test_opening_writes_a_start_and_what_is_trusted_once(kiosk, recorder):
    recorder.open(a_moment())
    recorder.open(a_moment())

    assert [Start, TrustChanged] == kinds(kiosk)
    said = kiosk.facts()[1]
    assert (1, 1, "sandbox-1") == (said.root_version, said.timestamp_version, said.policy_id)
    recorder.close(a_moment())


@pytest.mark.parametrize("changes", [{"version": 2}, {"root_version": 2}])
def test_changed_trust_is_a_row(kiosk, recorder, changes):
    recorder.open(a_moment())
    recorder.open(a_moment(**changes))

    assert [Start, TrustChanged, TrustChanged] == kinds(kiosk)
    recorder.close(a_moment())


def test_each_environment_has_its_own_log(kiosk, recorder):
    recorder.open(a_moment())
    pilot = a_moment(policy=a_policy(environment=Environment.PILOT))
    recorder.open(pilot)
    recorder.record_visit(pilot, VERDICT, purpose="checkpoint")
    recorder.close(pilot)

    assert [Start, TrustChanged, Stop] == kinds(kiosk)
    assert (kiosk.folder / "state" / "log" / "pilot.db").exists()


def test_nothing_is_recorded_before_the_log_is_open(recorder):
    with pytest.raises(Fault) as refused:
        recorder.record_visit(a_moment(), VERDICT, purpose="checkpoint")

    assert Reason.LOG_UNWRITABLE is refused.value.reason


def test_a_holder_without_open_keys_is_not_recorded_either(recorder):
    credential = verify(a_live_text()).credential

    with pytest.raises(Fault) as refused:
        recorder.record_visit(a_moment(), VERDICT, purpose="checkpoint", credential=credential)

    assert Reason.LOG_UNWRITABLE is refused.value.reason


def test_the_number_of_the_row_is_returned(kiosk, recorder):
    recorder.open(a_moment())

    assert 3 == recorder.record_visit(a_moment(), VERDICT, purpose="checkpoint")
    assert isinstance(kiosk.facts()[2], Visit)
    recorder.close(a_moment())


def test_the_same_holder_has_the_same_pseudonym_and_no_number(kiosk, recorder):
    credential = verify(a_live_text()).credential
    stranger = replace(credential, identity=replace(credential.identity, number="1012345678"))
    recorder.open(a_moment())
    for each in (credential, credential, stranger, None):
        recorder.record_visit(a_moment(), VERDICT, purpose="checkpoint", credential=each)
    recorder.close(a_moment())

    first, again, other, nobody = (visit.pseudonym for visit in kiosk.visits())
    assert first == again != other
    assert nobody is None


def test_a_credential_whose_list_is_unknown_has_no_list_in_its_row(kiosk, recorder):
    credential = verify(a_live_text()).credential
    recorder.open(a_moment())
    recorder.record_visit(a_moment(lists=()), VERDICT, purpose="checkpoint", credential=credential)
    recorder.close(a_moment())

    assert kiosk.visits()[0].status_list is None


def test_counted_codes_are_written_after_a_minute_and_counted_anew(kiosk, recorder):
    recorder.open(a_moment())
    recorder.count_foreign(a_moment(), b"1")
    recorder.count_foreign(a_moment(), b"1")
    recorder.count_unreadable(a_moment())
    recorder.write_due(a_moment(NOON + timedelta(seconds=59)))
    assert [Start, TrustChanged] == kinds(kiosk)

    recorder.write_due(a_moment(NOON + timedelta(seconds=60)))
    recorder.write_due(a_moment(NOON + timedelta(seconds=180)))

    assert [CodesCounted(60, 1, 1)] == kiosk.facts()[2:]
    recorder.close(a_moment())


def test_what_is_counted_is_written_at_the_end(kiosk, recorder):
    recorder.open(a_moment())
    recorder.count_foreign(a_moment(), b"1")

    recorder.close(a_moment(), Reason.CAMERA_LOST)
    recorder.close(a_moment())

    assert [CodesCounted(0, 0, 1), Stop(Reason.CAMERA_LOST)] == kiosk.facts()[2:]


def test_a_log_is_closed_without_a_row_when_the_time_is_not_known(kiosk, recorder):
    recorder.open(a_moment())

    recorder.close(None)

    assert [Start, TrustChanged] == kinds(kiosk)


def test_a_log_that_was_dropped_is_opened_again_with_a_start(kiosk, recorder):
    recorder.open(a_moment())
    recorder.drop()
    recorder.drop()

    recorder.open(a_moment())

    assert [Start, TrustChanged] * 2 == kinds(kiosk)
    recorder.close(a_moment())


def test_keys_of_past_months_are_destroyed(kiosk, recorder):
    credential = verify(a_live_text()).credential
    recorder.open(a_moment())
    recorder.record_visit(a_moment(), VERDICT, purpose="checkpoint", credential=credential)
    folder = kiosk.folder / "state" / "pseudonyms" / "sandbox"
    assert ["pseudonym-2026-12.key"] == [path.name for path in folder.glob("pseudonym-*")]

    recorder.open(a_moment(NOON + timedelta(days=60)))

    assert [] == list(folder.glob("pseudonym-*"))
    recorder.close(a_moment())


def test_a_doubtful_clock_destroys_no_key(kiosk, recorder):
    credential = verify(a_live_text()).credential
    recorder.open(a_moment())
    recorder.record_visit(a_moment(), VERDICT, purpose="checkpoint", credential=credential)
    folder = kiosk.folder / "state" / "pseudonyms" / "sandbox"

    recorder.open(Moment(a_trust(), a_clock(NOON + timedelta(days=60), ClockState.DOUBTFUL)))

    assert ["pseudonym-2026-12.key"] == [path.name for path in folder.glob("pseudonym-*")]
    recorder.close(a_moment())
