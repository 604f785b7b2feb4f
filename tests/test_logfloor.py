"""The floor in the audit log: an old stick stays refused though everything in the store was deleted."""

import shutil
from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner

from kiosk.audit.entry import Receipted, TrustChanged
from kiosk.audit.newest import load_since_newest
from kiosk.logfloor import LogFloor, find_floor_row, read_floor, write_floor
from kiosk.model import Fault, Reason
from kiosk.trust.errors import Refusal, UpdateRefused
from kiosk.trust.logged import raise_logged
from kiosk.trust.store import init_store, load_trust
from kiosk.trust.update import update_store
from tests.audit.makers import a_visit, an_entry, as_insider, open_log
from tests.trust.trees import NOON, Authority

HOUR = timedelta(hours=1)


class Site:
    """A store, the log beside it, and one authority with an old stick and a new one."""

    def __init__(self, folder):
        self.folder, self.store, self.log = folder, folder / "store", folder / "log"
        self.authority = Authority()
        self.old = self.authority.write(folder / "old")
        self.new = self.authority.write(folder / "new", NOON + HOUR)
        self.find = LogFloor(self.log, self.store).find
        init_store(self.old / "root.json", self.store, "desk-1", "checkpoint")

    def update(self, tree):
        return update_store(tree, self.store, NOON + 2 * HOUR, find_logged=self.find)

    def use(self):
        """Write the row that a kiosk writes when it uses the promoted set for the first time."""
        trust = load_trust(self.store, self.find)
        self.write(write_floor(raise_logged(self.find(), trust), trust))

    def write(self, *facts):
        with open_log(self.log) as log:
            for fact in facts:
                log.append(an_entry(fact))

    def forget(self):
        """Delete all that the store remembers of what was promoted."""
        for name in ("floor.json", "active", "lock"):
            (self.store / name).unlink(missing_ok=True)
        for name in ("cache", "slots"):
            shutil.rmtree(self.store / name, ignore_errors=True)

    def refusal_of(self, tree):
        with pytest.raises(UpdateRefused) as caught:
            self.update(tree)
        return caught.value.refusal


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_without_a_log_there_is_no_floor_in_it(site):
    assert site.find() is None
    site.update(site.new)
    assert site.find() is None


def test_a_floor_that_was_written_is_read_back(site):
    site.update(site.new)
    trust = load_trust(site.store)
    site.use()

    floor = site.find()
    assert (trust.root_fingerprint, dict(trust.versions)) == (floor.root, dict(floor.versions))
    assert trust.floor == floor.time == NOON + HOUR
    assert raise_logged(None, trust) == floor


def test_an_old_stick_is_refused_though_floor_cache_and_slots_were_deleted(site):
    site.update(site.new)
    site.use()
    site.forget()

    assert site.refusal_of(site.old) is Refusal.OLD
    assert site.update(site.new).new_version == 2


def test_a_slot_switched_back_by_hand_is_refused_though_the_floor_file_was_deleted(site):
    site.update(site.old)
    site.update(site.new)
    site.use()
    (site.store / "floor.json").unlink()
    (site.store / "active").unlink()
    (site.store / "active").symlink_to("slots/a")

    assert load_trust(site.store).version == 1  # what the file alone would let through
    with pytest.raises(Fault) as caught:
        load_trust(site.store, site.find)
    assert caught.value.reason is Reason.TRUST_INVALID
    assert "says the log" in caught.value.detail


def test_the_store_set_up_anew_with_the_same_root_keeps_the_floor(site):
    site.update(site.new)
    site.use()
    shutil.rmtree(site.store)
    init_store(site.old / "root.json", site.store, "desk-1", "checkpoint")

    assert site.refusal_of(site.old) is Refusal.OLD


def test_a_clock_set_back_before_the_floor_in_the_log_updates_nothing(site):
    site.update(site.new)
    site.use()
    site.forget()

    with pytest.raises(UpdateRefused) as caught:
        update_store(site.new, site.store, NOON, find_logged=site.find)
    assert caught.value.refusal is Refusal.CLOCK


def test_an_older_list_under_newer_versions_is_refused(site):
    site.update(site.new)
    site.use()
    site.forget()

    assert site.refusal_of(site.authority.write(site.folder / "mixed", NOON)) is Refusal.OLD


def test_another_root_begins_with_a_floor_of_its_own(site):
    site.update(site.new)
    site.use()
    shutil.rmtree(site.store)
    other = Authority().write(site.folder / "other", NOON + HOUR)
    init_store(other / "root.json", site.store, "desk-1", "checkpoint")

    assert site.update(other).new_version == 1
    site.use()
    assert site.find().versions["timestamp"] == 1


def test_a_version_far_ahead_signed_with_a_stolen_key_ends_with_the_key(site):
    site.update(site.authority.write(site.folder / "far", NOON + HOUR, version=2**31))
    site.use()
    site.authority.version = 2
    assert site.refusal_of(site.authority.write(site.folder / "again", NOON + HOUR)) is Refusal.OLD
    for role in ("timestamp", "snapshot", "targets", "status"):
        site.authority.signers[role] = [CryptoSigner.generate_ed25519()]
    site.authority.rotate_root()

    assert site.update(site.authority.write(site.folder / "after", NOON + HOUR)).new_version == 4
    assert load_trust(site.store, site.find).version == 4
    site.use()
    site.forget()
    site.authority.version = 2
    assert site.refusal_of(site.authority.write(site.folder / "third", NOON + HOUR)) is Refusal.OLD


def test_new_root_keys_alone_do_not_let_an_older_tree_in(site):
    site.update(site.new)
    site.use()
    site.forget()
    site.authority.rotate_root()

    assert site.refusal_of(site.authority.write(site.folder / "older", NOON + HOUR, version=1)) is Refusal.OLD


def test_a_receipt_raises_the_floor_of_time_and_nothing_else(site):
    site.update(site.new)
    site.use()
    site.write(Receipted(1, bytes(32), NOON + 3 * HOUR), Receipted(1, bytes(32)), a_visit())

    assert NOON + 3 * HOUR == site.find().time == load_trust(site.store, site.find).floor
    assert NOON + HOUR == load_trust(site.store).floor


def test_a_receipt_alone_is_a_floor_of_time(site):
    site.update(site.new)
    site.write(Receipted(1, bytes(32), NOON + 3 * HOUR))

    assert NOON + 3 * HOUR == load_trust(site.store, site.find).floor
    assert find_floor_row(site.log / "sandbox.db") is None


def test_rows_of_before_there_was_a_floor_in_them_are_none(site):
    site.write(TrustChanged(1, 1, "sandbox-1"), a_visit())

    assert site.find() is None


def test_what_is_read_of_a_row_is_what_was_written(site):
    site.update(site.new)
    trust = load_trust(site.store)
    floor = raise_logged(None, trust)

    assert floor == read_floor((write_floor(floor, trust),))


HIDE = "UPDATE entry SET kind = 'VISIT' WHERE seq = 2"
DELETE = "DELETE FROM entry WHERE seq = 2"


@pytest.mark.parametrize("statement", [HIDE, DELETE], ids=["hidden", "deleted"])
def test_a_floor_that_was_hidden_among_the_rows_is_found_out(site, statement):
    site.update(site.old)
    site.use()
    site.update(site.new)
    site.use()
    site.write(*[a_visit()] * 150)
    as_insider(site.log / "sandbox.db", statement)

    with pytest.raises(Fault) as caught:
        site.find()
    assert caught.value.reason is Reason.LOG_BROKEN


def test_the_newest_row_of_a_kind_comes_with_all_of_the_others_after_it(site):
    first, second = TrustChanged(1, 1, "one"), TrustChanged(1, 2, "two")
    receipts = [Receipted(size, bytes(32)) for size in range(4)]
    site.write(receipts[0], first, receipts[1], a_visit(), second, receipts[2], a_visit(), receipts[3])

    found = load_since_newest(site.log / "sandbox.db", TrustChanged, Receipted)

    assert (second, receipts[2], receipts[3]) == found
    assert (receipts[3],) == load_since_newest(site.log / "sandbox.db", Receipted)
