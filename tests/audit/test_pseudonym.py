"""One holder, one month, one kiosk: one pseudonym; and no key longer than it is needed."""

import hashlib
import hmac
import stat
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.audit.pseudonym import PseudonymKeys
from kiosk.model import Fault, Reason

NUMBER = "2345678417"
NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def some_keys(folder, name="keys"):
    return PseudonymKeys.open(folder / name, folder / "log")


def reason_of(call, *args):
    with pytest.raises(Fault) as fault:
        call(*args)
    return fault.value.reason


def test_a_number_has_one_pseudonym_within_a_month_and_another_in_the_next(tmp_path):
    keys = some_keys(tmp_path)
    first = keys.pseudonym_of(NUMBER, NOVEMBER)

    assert first == some_keys(tmp_path).pseudonym_of(NUMBER, DECEMBER - timedelta(microseconds=1))
    assert first != keys.pseudonym_of(NUMBER, DECEMBER)
    assert first != keys.pseudonym_of("2345678418", NOVEMBER)


def test_two_kiosks_give_one_holder_two_pseudonyms(tmp_path):
    one, other = some_keys(tmp_path), some_keys(tmp_path, "other")

    assert one.pseudonym_of(NUMBER, NOVEMBER) != other.pseudonym_of(NUMBER, NOVEMBER)


def test_a_pseudonym_is_the_hmac_of_the_number_under_the_months_key(tmp_path):
    pseudonym = some_keys(tmp_path).pseudonym_of(NUMBER, NOVEMBER)

    key = (tmp_path / "keys" / "pseudonym-2026-11.key").read_bytes()
    assert hmac.new(key, NUMBER.encode(), hashlib.sha256).digest() == pseudonym
    assert 32 == len(key)


def test_the_key_is_for_this_user_alone(tmp_path):
    some_keys(tmp_path).pseudonym_of(NUMBER, NOVEMBER)

    assert 0o700 == stat.S_IMODE((tmp_path / "keys").stat().st_mode)
    assert 0o600 == stat.S_IMODE((tmp_path / "keys" / "pseudonym-2026-11.key").stat().st_mode)


@pytest.mark.parametrize("inside", ["log", "log/keys", "log/../log/keys"])
def test_keys_in_the_logs_folder_are_refused(tmp_path, inside):
    assert Reason.LOG_UNWRITABLE is reason_of(some_keys, tmp_path, inside)


def test_keys_in_the_logs_folder_behind_a_link_are_refused(tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "keys").symlink_to(tmp_path / "log")

    assert Reason.LOG_UNWRITABLE is reason_of(some_keys, tmp_path)


@pytest.mark.parametrize(
    ("now", "destroyed"),
    [
        (DECEMBER + timedelta(days=7, microseconds=-1), ()),
        (DECEMBER + timedelta(days=7), ("pseudonym-2026-11.key",)),
        (DECEMBER + timedelta(days=400), ("pseudonym-2026-11.key",)),
    ],
)
def test_a_key_is_destroyed_seven_days_after_its_month(tmp_path, now, destroyed):
    keys = some_keys(tmp_path)
    before = keys.pseudonym_of(NUMBER, NOVEMBER)

    assert destroyed == keys.destroy_due(now)
    assert bool(destroyed) == (before != keys.pseudonym_of(NUMBER, NOVEMBER))


def test_decembers_key_is_due_in_january(tmp_path):
    keys = some_keys(tmp_path)
    keys.pseudonym_of(NUMBER, DECEMBER)

    assert () == keys.destroy_due(datetime(2027, 1, 7, tzinfo=UTC))
    assert ("pseudonym-2026-12.key",) == keys.destroy_due(datetime(2027, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "name", ["notes.txt", "pseudonym-2026-13.key", "pseudonym-0000-01.key", "pseudonym-9999-12.key"]
)
def test_what_is_no_months_key_is_left_alone(tmp_path, name):
    keys = some_keys(tmp_path)
    (tmp_path / "keys" / name).write_bytes(b"mine")

    assert () == keys.destroy_due(datetime(9999, 1, 1, tzinfo=UTC))
    assert (tmp_path / "keys" / name).exists()


def test_a_key_cut_short_is_broken(tmp_path):
    keys = some_keys(tmp_path)
    keys.pseudonym_of(NUMBER, NOVEMBER)
    (tmp_path / "keys" / "pseudonym-2026-11.key").write_bytes(bytes(31))

    assert Reason.LOG_BROKEN is reason_of(keys.pseudonym_of, NUMBER, NOVEMBER)


def test_a_key_left_half_written_by_a_power_cut_is_made_anew(tmp_path):
    keys = some_keys(tmp_path)
    (tmp_path / "keys" / "pseudonym-2026-11.key.new").write_bytes(bytes(7))

    assert 32 == len(keys.pseudonym_of(NUMBER, NOVEMBER))


def test_what_a_power_cut_left_of_a_key_is_destroyed_at_once(tmp_path):
    keys = some_keys(tmp_path)
    left = tmp_path / "keys" / "pseudonym-2026-11.key.new"
    left.write_bytes(bytes(32))

    assert () == keys.destroy_due(NOVEMBER)
    assert not left.exists()


def test_a_key_is_sealed_once_for_each_place_and_its_mark_goes_with_it(tmp_path):
    keys = some_keys(tmp_path)
    month = keys.month_key(NOVEMBER).month
    assert not keys.is_sealed(month, b"here")

    keys.mark_sealed(month, b"here")

    assert some_keys(tmp_path).is_sealed("2026-11", b"here")
    assert not keys.is_sealed("2026-11", b"her")
    assert not keys.is_sealed("2026-11", b"there")
    assert not keys.is_sealed("2026-12", b"here")
    keys.destroy_due(datetime(2027, 1, 1, tzinfo=UTC))
    assert ["CACHEDIR.TAG"] == [path.name for path in (tmp_path / "keys").iterdir()]


def test_backup_programs_are_told_to_leave_the_keys_out(tmp_path):
    some_keys(tmp_path)

    tag = (tmp_path / "keys" / "CACHEDIR.TAG").read_bytes()
    assert tag.startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")


def test_keys_in_a_folder_whose_content_leaves_the_machine_are_refused(tmp_path):
    def within_the_outbox():
        PseudonymKeys.open(tmp_path / "out" / "keys", tmp_path / "log", tmp_path / "out")

    assert Reason.LOG_UNWRITABLE is reason_of(within_the_outbox)


def test_a_key_prints_nothing_of_itself(tmp_path):
    key = some_keys(tmp_path).month_key(NOVEMBER)

    assert str(key.secret) not in repr(key)


def test_a_key_open_to_others_is_refused(tmp_path):
    keys = some_keys(tmp_path)
    keys.pseudonym_of(NUMBER, NOVEMBER)
    (tmp_path / "keys" / "pseudonym-2026-11.key").chmod(0o644)

    assert Reason.LOG_UNWRITABLE is reason_of(keys.pseudonym_of, NUMBER, NOVEMBER)


def test_a_key_folder_open_to_others_is_refused(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o755)

    assert Reason.LOG_UNWRITABLE is reason_of(some_keys, tmp_path)


def test_a_key_folder_that_cannot_be_is_unwritable(tmp_path):
    (tmp_path / "keys").write_bytes(b"")
    keys = PseudonymKeys(tmp_path / "keys")

    assert Reason.LOG_UNWRITABLE is reason_of(some_keys, tmp_path)
    assert Reason.LOG_UNWRITABLE is reason_of(keys.pseudonym_of, NUMBER, NOVEMBER)
    assert Reason.LOG_UNWRITABLE is reason_of(keys.destroy_due, NOVEMBER)
