"""What the recorder seals to the auditors: whom a visit was about, and the key of the month's pseudonyms."""

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.audit.auditors import GRACE, make_pair
from kiosk.audit.entry import KeySealed, Visit
from kiosk.audit.rows import open_outgoing
from kiosk.audit.seal import Place, SealedPseudonymKey, SealRefused, unseal
from kiosk.audit.space import Room
from kiosk.model import ClockState, Environment
from kiosk.recorder import Moment, Recorder
from kiosk.sealing import find_cautions
from kiosk.trust.sealing import AuditPolicy
from kiosk.view import Caution
from tests.builders import NOON, a_clock, a_live_text, a_policy, a_trust, verify
from tests.test_recorder import VERDICT

DECEMBER, JANUARY = make_pair("2026-12"), make_pair("2027-01")
LATER = datetime(2027, 1, 9, tzinfo=UTC)
NUMBER = "2345678417"


def audit_of(*pairs):
    return AuditPolicy(tuple(pair.public for pair in pairs), seal=True, stated=True)


def a_moment(*pairs, at=NOON, state=ClockState.SYNCED, **changes):
    policy = a_policy(audit=audit_of(*pairs) if pairs else AuditPolicy(), **changes)
    return Moment(a_trust(policy=policy), a_clock(at, state))


@pytest.fixture
def credential():
    return verify(a_live_text()).credential


@pytest.fixture
def record(kiosk):
    """Write one visit at a moment, through a recorder that is opened once."""
    recorder = Recorder(kiosk.gear)
    last = []

    def write(moment, credential=None):
        recorder.open(moment)
        last[:] = [moment]
        return recorder.record_visit(moment, VERDICT, purpose="checkpoint", credential=credential)

    yield write
    recorder.close(last[0] if last else None)


def rows_of(kiosk, name="sandbox"):
    with open_outgoing(kiosk.folder / "state" / "log" / f"{name}.db") as log:
        return log.identity, {row.seq: row for row in log.rows(log.span, with_sealed=True)}


def opened(kiosk, seq, pair):
    identity, rows = rows_of(kiosk)
    return unseal(rows[seq].sealed, pair.private, Place(identity.environment, identity.epoch, seq))


def keys_sealed(kiosk):
    _, rows = rows_of(kiosk)
    return [(row.entry.fact.month, row.entry.sealed_key) for row in rows.values() if is_key(row)]


def is_key(row):
    return isinstance(row.entry.fact, KeySealed)


def test_the_auditor_of_the_month_can_read_whom_a_visit_was_about(kiosk, record, credential):
    seq = record(a_moment(DECEMBER), credential)

    holder = opened(kiosk, seq, DECEMBER)

    assert (NUMBER, "Test Person") == (holder.number, holder.name_latin)
    status = credential.claims.status
    assert (status.uri, status.index) == (holder.status_uri, holder.status_index)
    with pytest.raises(SealRefused):
        opened(kiosk, seq, JANUARY)


def test_a_visit_without_a_verified_credential_has_nothing_to_seal(kiosk, record):
    seq = record(a_moment(DECEMBER))

    entry = rows_of(kiosk)[1][seq].entry
    assert (None, None, False) == (entry.sealed_key, entry.sealed_hash, entry.key_overdue)


@pytest.mark.parametrize("audit", [AuditPolicy(), AuditPolicy(stated=True)])
def test_a_kiosk_without_auditors_works_and_its_row_says_that_nothing_is_sealed(
    kiosk, record, credential, audit
):
    seq = record(Moment(a_trust(policy=a_policy(audit=audit)), a_clock()), credential)

    row = rows_of(kiosk)[1][seq]
    assert len(row.entry.fact.pseudonym) == 32
    assert (None, None, None) == (row.sealed, row.entry.sealed_key, row.entry.sealed_hash)
    assert [] == keys_sealed(kiosk)


def test_a_missing_key_is_replaced_by_the_newest_and_the_row_is_marked(kiosk, record, credential):
    seq = record(a_moment(DECEMBER, at=LATER), credential)

    entry = rows_of(kiosk)[1][seq].entry
    assert (DECEMBER.public.id, True) == (entry.sealed_key, entry.key_overdue)
    assert NUMBER == opened(kiosk, seq, DECEMBER).number


def test_a_row_sealed_to_the_key_of_its_month_is_not_marked(kiosk, record, credential):
    seq = record(a_moment(DECEMBER, JANUARY, at=LATER), credential)

    entry = rows_of(kiosk)[1][seq].entry
    assert (JANUARY.public.id, False) == (entry.sealed_key, entry.key_overdue)


def test_the_months_pseudonym_key_is_sealed_once_and_before_it_is_used(kiosk, record, credential):
    first = record(a_moment(DECEMBER), credential)
    record(a_moment(DECEMBER, at=NOON + timedelta(days=1)), credential)

    _, rows = rows_of(kiosk)
    assert [("2026-12", DECEMBER.public.id)] == keys_sealed(kiosk)
    assert is_key(rows[first - 1])


def test_the_sealed_pseudonym_key_names_the_holder_again(kiosk, record, credential):
    seq = record(a_moment(DECEMBER), credential)

    sealed = opened(kiosk, seq - 1, DECEMBER)

    assert isinstance(sealed, SealedPseudonymKey)
    visit = rows_of(kiosk)[1][seq].entry.fact
    assert isinstance(visit, Visit)
    assert visit.pseudonym == hmac.digest(sealed.secret, NUMBER.encode(), "sha256")


def test_each_month_has_its_own_key_sealed(kiosk, record, credential):
    record(a_moment(DECEMBER, JANUARY), credential)
    record(a_moment(DECEMBER, JANUARY, at=LATER), credential)

    expected = [("2026-12", DECEMBER.public.id), ("2027-01", JANUARY.public.id)]
    assert expected == keys_sealed(kiosk)


def test_a_key_that_comes_late_gets_the_months_pseudonym_key_too(kiosk, record, credential):
    record(a_moment(DECEMBER, at=LATER), credential)
    record(a_moment(DECEMBER, JANUARY, at=LATER), credential)

    expected = [("2027-01", DECEMBER.public.id), ("2027-01", JANUARY.public.id)]
    assert expected == keys_sealed(kiosk)


def test_a_log_begun_anew_holds_the_months_pseudonym_key_again(kiosk, credential):
    for _ in range(2):
        recorder = Recorder(kiosk.gear)
        recorder.open(a_moment(DECEMBER))
        recorder.record_visit(a_moment(DECEMBER), VERDICT, purpose="checkpoint", credential=credential)
        recorder.close(a_moment(DECEMBER))
        sealed = keys_sealed(kiosk)
        for path in (kiosk.folder / "state" / "log").iterdir():
            path.unlink()

    assert [("2026-12", DECEMBER.public.id)] == sealed


def cautions(moment, room=Room.ENOUGH):
    return find_cautions(moment.trust, moment.clock, room)


@pytest.mark.parametrize("environment", [Environment.PILOT, Environment.PRODUCTION])
def test_a_policy_that_forgot_the_auditors_is_a_warning_outside_the_sandbox(environment):
    assert (Caution.NOT_SEALED,) == cautions(a_moment(environment=environment))
    assert () == cautions(a_moment(DECEMBER, environment=environment))
    assert () == cautions(a_moment())


def test_an_authority_that_wants_nothing_sealed_is_not_warned_for_ever():
    policy = a_policy(audit=AuditPolicy(stated=True), environment=Environment.PRODUCTION)

    assert () == cautions(Moment(a_trust(policy=policy), a_clock()))


def test_a_late_key_is_a_warning_after_thirty_days_and_not_by_a_clock_in_doubt():
    late = datetime(2027, 1, 1, tzinfo=UTC) + GRACE

    assert () == cautions(a_moment(DECEMBER, at=late - timedelta(seconds=1)))
    assert (Caution.AUDIT_KEY_OVERDUE,) == cautions(a_moment(DECEMBER, at=late))
    assert () == cautions(a_moment(DECEMBER, at=late, state=ClockState.DOUBTFUL))


@pytest.mark.parametrize("room", [Room.FILLING, Room.LOW])
def test_a_filling_disk_is_a_warning(room):
    assert (Caution.DISK_FILLING,) == cautions(a_moment(DECEMBER), room)


def test_the_status_line_carries_the_warnings(kiosk, open_kiosk):
    assert () == shown_warnings(kiosk)

    trust = kiosk.gear.trust()
    bare = replace(trust, policy=replace(trust.policy, audit=AuditPolicy(), environment=Environment.PILOT))
    pilot = replace(bare, environment=Environment.PILOT)
    other = open_kiosk(folder=kiosk.folder / "other", trust=lambda: pilot)

    assert (Caution.NOT_SEALED,) == shown_warnings(other)


def shown_warnings(kiosk):
    kiosk.show(None)
    return kiosk.status[-1].warnings
