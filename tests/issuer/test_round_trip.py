"""What the authority issues and publishes, held before the kiosk's own verification."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issuer import issuing
from issuer.dates import end_of_day
from issuer.founding import create_registry
from issuer.ledger import State
from issuer.present import present_text
from issuer.publish import publish
from kiosk.model import Outcome, Presentation, Reason, Source, Step
from kiosk.trust.clock import read_clock
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from kiosk.verify.pipeline import verify_credential
from kiosk.view import HolderClass
from tests.issuer.makers import NOON, a_person, a_photo

HOUR = timedelta(hours=1)


class Desk:
    """An authority, and a kiosk that trusts it."""

    def __init__(self, folder, algorithm="ed25519"):
        self.registry = create_registry(folder / "authority", "sandbox", algorithm, NOON)
        self.tree, self.store = folder / "tree", folder / "store"
        self.enrol = lambda **changes: issuing.enrol(self.registry, a_person(**changes), a_photo, NOON).copy

    def publish(self, now=NOON):
        publish(self.registry, self.tree, now)
        if not self.store.exists():
            init_store(self.tree / "root.json", self.store, "gate 1", "checkpoint")
        update_store(self.tree, self.store, now)

    def examine(self, text, now=NOON, purpose="checkpoint"):
        trust = load_trust(self.store)
        clock = read_clock(now, trust.floor, since_sync_s=0.0)
        shown = Presentation(text, Source.CAMERA)
        return verify_credential(shown, trust, trust.policy.purposes[purpose], clock, lambda: 0.0)

    def reason(self, copy, now=NOON, purpose="checkpoint", **options):
        """The first reason why the code that `copy` shows does not pass, None if all of it does."""
        text = present_text(self.registry, copy, options.pop("drawn", now), **options)
        checks = self.examine(text, now, purpose).checks
        return next(
            (check.reason for check in checks if check.outcome in (Outcome.FAIL, Outcome.REFER)), None
        )


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.mark.parametrize("algorithm", ["ed25519", "es256"])
def test_a_fresh_code_passes_every_step_a_code_can_pass(tmp_path, algorithm):
    desk = Desk(tmp_path, algorithm)
    copy = desk.enrol()
    desk.publish()

    examined = desk.examine(present_text(desk.registry, copy, NOON))

    passed = [check.step for check in examined.checks if check.outcome is Outcome.PASS]
    assert list(Step)[: Step.LIVE_PROOF] == passed


def test_the_kiosk_reads_every_field_as_it_was_enrolled(desk):
    work = {"gender": 2, "occupation": "مهندسة", "employer": "شركة", "sponsor": "7001234567"}
    copy = desk.enrol(**work, guardian="1000000008", holder_class="family")
    desk.publish()

    credential = desk.examine(present_text(desk.registry, copy, NOON)).credential

    read, claims = credential.identity, credential.claims
    assert ("2345678417", "Test Person", "شخص تجريبي") == (read.number, read.name_latin, read.name_arabic)
    assert (date(1990, 4, 18), 2, "PAK") == (read.born, read.gender, read.nationality)
    assert ("مهندسة", "شركة", "7001234567") == (read.occupation, read.employer, read.sponsor_number)
    assert ("1000000008", HolderClass.FAMILY, "1") == (read.guardian, read.holder_class, read.copy_version)
    assert (NOON, end_of_day(date(2031, 5, 20))) == (claims.issued_at, claims.expires_at)
    assert (copy.index, NOON) == (claims.status.index, credential.proof_at)
    assert a_photo(len(read.photo.content)) == read.photo.content


def test_each_state_is_refused_for_its_own_reason(desk):
    old = desk.enrol()
    new = issuing.renew(desk.registry, old.id, NOON).copy
    desk.publish()
    assert (Reason.SUPERSEDED, None) == (desk.reason(old), desk.reason(new))

    for hours, state, reason in (
        (1, State.SUSPENDED, Reason.SUSPENDED),
        (2, State.VALID, None),
        (3, State.REVOKED, Reason.REVOKED),
    ):
        issuing.change_state(desk.registry, new.id, state)
        desk.publish(NOON + hours * HOUR)
        assert reason is desk.reason(new, NOON + hours * HOUR)


def test_old_and_stripped_proofs_are_refused(desk):
    copy = desk.enrol()
    desk.publish()

    assert Reason.PROOF_STALE is desk.reason(copy, NOON + HOUR, drawn=NOON)
    assert Reason.PROOF_TIME_UNSURE is desk.reason(copy, drawn=NOON + HOUR)
    assert Reason.PROOF_MISSING is desk.reason(copy, proof=False)


def test_a_print_is_accepted_at_the_hotel_and_referred_at_the_checkpoint(desk):
    desk.enrol()
    paper = issuing.print_copy(desk.registry, "c000001", NOON).copy
    desk.publish()

    assert None is desk.reason(paper, purpose="hotel")
    assert Reason.LIVE_PROOF_REQUIRED is desk.reason(paper)


def test_a_credential_ends_with_its_last_day_in_riyadh(desk):
    copy = desk.enrol(expires=date(2026, 11, 22))
    desk.publish()
    end = end_of_day(date(2026, 11, 22))

    assert (None, Reason.EXPIRED) == (desk.reason(copy, end - timedelta(seconds=1)), desk.reason(copy, end))


def test_a_credential_of_another_authority_is_unknown(desk, tmp_path):
    other = Desk(tmp_path / "other")
    stranger = other.enrol()
    desk.enrol()
    desk.publish()

    text = present_text(other.registry, stranger, NOON)

    assert Reason.ISSUER_UNKNOWN in [check.reason for check in desk.examine(text).checks]
