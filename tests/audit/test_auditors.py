"""The auditors' keys: which one a row is sealed to, and private keys that only a passphrase opens."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audit.auditors import (
    GRACE,
    Chosen,
    KeyRefused,
    choose_key,
    describe_keys,
    encode_private_key,
    encode_public_keys,
    make_pair,
    month_of,
    months_from,
    parse_private_key,
)
from kiosk.audit.pkcs8 import QUICK, STRONG, encrypt_private_key
from kiosk.trust.sealing import parse_auditors

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSPHRASE = "eleven words are better"  # noqa: S105 - of a key that lives as long as this test
PAIRS = {month: make_pair(month) for month in ("2026-10", "2026-11", "2027-01")}
OCTOBER, NOVEMBER, JANUARY = (pair.public for pair in PAIRS.values())
KEYS = (OCTOBER, NOVEMBER, JANUARY)


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "key"),
    [
        (at(2026, 10, 1), OCTOBER),
        (at(2026, 10, 31, 23, 59, 59), OCTOBER),
        (at(2026, 11, 1), NOVEMBER),
        (at(2027, 1, 31), JANUARY),
    ],
)
def test_a_row_is_sealed_to_the_key_of_its_month(now, key):
    assert Chosen(key) == choose_key(KEYS, now)


def test_a_month_without_a_key_takes_the_newest_begun_one_and_is_marked():
    assert Chosen(NOVEMBER, overdue=True) == choose_key(KEYS, at(2026, 12, 1))


def test_after_the_last_month_the_newest_key_goes_on_for_ever_and_is_marked():
    assert Chosen(JANUARY, overdue=True) == choose_key(KEYS, at(2027, 2, 1))
    assert Chosen(JANUARY, overdue=True, long_overdue=True) == choose_key(KEYS, at(2037, 2, 1))


def test_a_clock_before_the_first_month_takes_the_first_key_and_is_marked():
    assert Chosen(OCTOBER, overdue=True) == choose_key(KEYS, at(2020, 1, 1))


@pytest.mark.parametrize(("later", "long"), [(timedelta(0), False), (GRACE, True)])
def test_a_missing_key_becomes_an_alarm_thirty_days_after_the_month_of_the_last(later, long):
    ended = at(2027, 2, 1)

    assert long is choose_key(KEYS, ended + later).long_overdue
    assert not choose_key(KEYS, ended + GRACE - timedelta(seconds=1)).long_overdue


def test_without_any_key_there_is_none_to_choose():
    assert choose_key((), NOON) is None


def test_months_follow_each_other_over_the_year():
    assert ("2026-11", "2026-12", "2027-01") == months_from(NOON, 3)
    assert "2026-11" == month_of(datetime.fromisoformat("2026-12-01T02:00:00+03:00"))


def test_the_public_file_is_what_the_authority_parses():
    assert KEYS == parse_auditors(encode_public_keys(KEYS))
    assert json.loads(encode_public_keys(KEYS))["keys"] == describe_keys(KEYS)


def test_a_private_key_opens_with_its_passphrase_and_only_with_it():
    content = encode_private_key(PAIRS["2026-11"], PASSPHRASE, QUICK)

    opened = parse_private_key(content, PASSPHRASE)

    assert PAIRS["2026-11"].private.private_bytes_raw() == opened.private_bytes_raw()
    for wrong in ("", PASSPHRASE + " ", "another one"):
        with pytest.raises(KeyRefused):
            parse_private_key(content, wrong)


def test_a_private_key_on_disk_is_pkcs8_with_scrypt_at_full_strength():
    content = encode_private_key(PAIRS["2026-11"], PASSPHRASE)

    der = base64.b64decode(b"".join(content.splitlines()[1:-1]))
    scrypt, numbers = bytes.fromhex("2b06010401da47040b"), bytes.fromhex("02024000020108020105")
    assert (16384, 8, 5) == (STRONG.cost, STRONG.block, STRONG.parallel)
    assert scrypt in der
    assert numbers in der
    assert parse_private_key(content, PASSPHRASE)
    assert PAIRS["2026-11"].private.private_bytes_raw() not in der


def test_the_same_key_is_never_encrypted_to_the_same_bytes():
    pair = PAIRS["2026-11"]

    assert 2 == len({encode_private_key(pair, PASSPHRASE, QUICK) for _ in range(2)})


@pytest.mark.parametrize("passphrase", ["", "short", "elevenchars"])
def test_a_short_passphrase_protects_no_key(passphrase):
    with pytest.raises(KeyRefused, match="12"):
        encode_private_key(PAIRS["2026-11"], passphrase)


def test_a_key_of_another_kind_is_refused():
    content = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())
    )

    with pytest.raises(KeyRefused, match="another kind"):
        parse_private_key(content, PASSPHRASE)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_refusal(content):
    with pytest.raises(KeyRefused):
        parse_private_key(content, PASSPHRASE)


@given(st.integers(0, 150), st.integers(1, 255))
def test_a_damaged_key_file_is_refused_or_opens_to_another_key(place, change):
    pair = PAIRS["2026-11"]
    lines = encrypt_private_key(pair.private, PASSPHRASE.encode(), QUICK).splitlines()
    der = bytearray(base64.b64decode(b"".join(lines[1:-1])))
    number_of_rounds = 35 <= place <= 62  # a damaged cost could ask for minutes of work
    der[place] ^= 0 if number_of_rounds else change
    content = b"\n".join([lines[0], base64.b64encode(bytes(der)), lines[-1]])

    try:
        opened = parse_private_key(content, PASSPHRASE)
    except KeyRefused:
        return
    assert opened
