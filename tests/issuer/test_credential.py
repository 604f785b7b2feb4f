from __future__ import annotations

import random
import zlib
from dataclasses import replace
from datetime import timedelta

import base45
import pytest

from issuer import issuing
from issuer.credential import MAX_TEXT, MIN_PHOTO, issue_credential, photo_room
from issuer.errors import Refused
from issuer.founding import create_registry
from issuer.keyring import Role
from issuer.keys import make_key
from issuer.present import add_proof, draw, present_text
from issuer.wire import code_text
from kiosk.cose.cbor import parse_cbor
from kiosk.cose.countersign import parse_countersignature, verify_countersignature
from kiosk.cose.encoding import decode_base45, inflate
from kiosk.cose.keys import Algorithm, parse_cose_key
from kiosk.cose.layers import LayerError
from kiosk.cose.sign1 import parse_sign1, verify_sign1
from tests.issuer.makers import NOON, a_person, a_photo, with_check_digit

LONG = {
    "name_latin": "Abdulrahman Muhammad Alhussain Ibrahim Suleiman Alqahtani",
    "name_arabic": "عبدالرحمن محمد الحسين إبراهيم سليمان القحطاني",
    "occupation": "مهندس شبكات واتصالات أول",
    "employer": "الشركة التجريبية العالمية للاتصالات وتقنية المعلومات المحدودة بالرياض",
    "sponsor": "7001234567",
    "guardian": "1000000008",
}


def a_long_person(letters):
    """Names and work whose letters follow no pattern that deflates."""
    dice = random.Random(1)  # noqa: S311 - not a secret
    arabic, occupation, employer = (
        "".join(dice.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأإؤئةى", k=length))
        for length in (letters, 60, 60)
    )
    latin = "".join(dice.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", k=letters))
    work = {"occupation": occupation, "employer": employer}
    return a_person(**LONG | work | {"name_arabic": arabic, "name_latin": latin})


def opened(text):
    return parse_sign1(inflate(decode_base45(text)))


def claims_of(registry, copy):
    return parse_cbor(parse_sign1(registry.credential(copy)).payload)


@pytest.mark.parametrize("algorithm", ["ed25519", "es256"])
def test_a_code_opens_layer_by_layer_and_both_signatures_hold(tmp_path, algorithm):
    registry = create_registry(tmp_path / "a", "sandbox", algorithm, NOON)
    copy = issuing.enrol(registry, a_person(), a_photo, NOON).copy

    message = opened(present_text(registry, copy, NOON))

    verify_sign1(message, registry.key(Role.CREDENTIAL, NOON).public)
    assert {
        1: {"ed25519": -8, "es256": -7}[algorithm],
        4: registry.key(Role.CREDENTIAL, NOON).public.kid,
    } == message.headers
    proof = parse_countersignature(message.unprotected[11])
    assert {1: -7, 15: {6: int(NOON.timestamp())}} == proof.headers
    verify_countersignature(proof, message, parse_cose_key(parse_cbor(message.payload)[8][1]))


def test_another_reader_opens_the_text_too(enrolled):
    copy = enrolled.read().copies["c000001"]
    text = present_text(enrolled, copy, NOON)

    assert zlib.decompress(base45.b45decode(text)).startswith(b"\xd2")
    assert text.startswith("NCF")


def test_the_claims_are_those_of_the_profile(registry):
    person = a_person(gender=2, occupation="مهندسة", employer="شركة", sponsor="7001234567")
    copy = issuing.enrol(registry, person, a_photo, NOON).copy

    claims = claims_of(registry, copy)

    assert {1, 4, 6, 8, 169, 65535} == claims.keys()
    assert "https://sandbox.mudaqqiq.invalid/issuer" == claims[1]
    assert 1937077200 == claims[4]  # 2031-05-20T21:00:00Z
    assert int(NOON.timestamp()) == claims[6]
    uri = "https://sandbox.mudaqqiq.invalid/status/2031"
    assert {"status_list": {"idx": copy.index, "uri": uri}} == claims[65535]
    expected = {1: "2345678417", 2: "1", 3: "eng", 4: "Test Person", 8: "19900418", 9: 2, 13: "PAK", 17: 4}
    expected |= {16: a_photo(700), 19: "شخص تجريبي", 20: "ara", 22: "resident", 23: "SAU"}
    assert expected | {24: "مهندسة", 25: "شركة", 26: "7001234567"} == claims[169]
    key = claims[8][1]
    assert (2, 1, bool) == (key[1], key[-1], type(key[-3]))


def test_a_print_has_no_holder_key_and_no_proof(enrolled):
    copy = issuing.print_copy(enrolled, "c000001", NOON).copy

    message = opened(present_text(enrolled, copy, NOON))

    assert 8 not in parse_cbor(message.payload)
    assert {} == message.unprotected


def test_a_stripped_proof_leaves_the_credential_alone(enrolled):
    copy = enrolled.read().copies["c000001"]

    text = present_text(enrolled, copy, NOON, proof=False)

    assert {} == opened(text).unprotected
    assert 8 in parse_cbor(opened(text).payload)


def test_a_proof_of_another_holder_does_not_hold(enrolled):
    issuing.enrol(enrolled, a_person(number=with_check_digit("211111111")), a_photo, NOON)
    copies = enrolled.read().copies
    mixed = add_proof(enrolled.credential(copies["c000001"]), enrolled.holder_key(copies["c000002"]), NOON)

    message = parse_sign1(mixed)

    with pytest.raises(LayerError):
        verify_countersignature(
            parse_countersignature(message.unprotected[11]),
            message,
            enrolled.holder_key(copies["c000001"]).public,
        )


def test_the_photo_has_its_seven_hundred_bytes_where_there_is_room(registry):
    issued = issuing.enrol(registry, a_person(), a_photo, NOON)

    assert (700, frozenset()) == (issued.photo_bytes, issued.dropped)


def test_long_records_cost_the_photo_some_bytes_first(registry):
    issued = issuing.enrol(registry, a_person(**LONG), a_photo, NOON)

    assert MIN_PHOTO <= issued.photo_bytes < 700
    assert frozenset() == issued.dropped


@pytest.mark.parametrize(("name_letters", "dropped"), [(60, frozenset({25})), (100, frozenset({24, 25}))])
def test_the_employer_goes_first_and_then_the_occupation(registry, name_letters, dropped):
    issued = issuing.enrol(registry, a_long_person(name_letters), a_photo, NOON)
    claims = claims_of(registry, issued.copy)[169]

    assert dropped == issued.dropped
    assert not dropped & claims.keys()
    assert claims.keys() >= {15, 16, 26}
    assert MIN_PHOTO <= issued.photo_bytes


def test_names_that_leave_no_room_for_a_photo_are_refused(enrolled):
    copy = enrolled.read().copies["c000001"]

    with pytest.raises(Refused, match="shorten"):
        photo_room(enrolled.authority, a_long_person(200), copy, make_key(Algorithm.ES256))


def test_a_photo_larger_than_its_room_is_not_issued(enrolled):
    ledger = enrolled.read()
    copy, person = ledger.copies["c000001"], ledger.persons["2345678417"]
    keys = (enrolled.key(Role.CREDENTIAL, NOON), enrolled.holder_key(copy))

    with pytest.raises(Refused, match="does not fit"):
        issue_credential(enrolled.authority, copy, person, a_photo(1000), keys)


@pytest.mark.parametrize("extra", [{}, LONG])
def test_no_code_of_a_phone_ever_leaves_version_25(registry, extra):
    copy = issuing.enrol(registry, a_person(**extra), a_photo, NOON).copy

    texts = [present_text(registry, copy, NOON + timedelta(seconds=10 * n)) for n in range(50)]

    assert max(map(len, texts)) <= MAX_TEXT
    assert draw(max(texts, key=len), copy.kind).version <= 25


def test_the_same_copy_and_time_draw_the_same_code_and_ten_seconds_later_another(enrolled):
    copy = enrolled.read().copies["c000001"]
    now, again, later = (
        present_text(enrolled, copy, NOON + timedelta(seconds=shift)) for shift in (0, 0, 10)
    )

    assert now == again
    assert now != later


def test_a_print_takes_more_error_correction_where_it_stays_small(registry):
    copy = issuing.enrol(registry, a_person(), lambda _: a_photo(450), NOON).copy
    paper = issuing.print_copy(registry, copy.id, NOON).copy

    small = draw(present_text(registry, paper, NOON), paper.kind)
    large = draw(code_text(registry.credential(copy)) + "A" * 400, paper.kind)

    assert ("M", True) == (small.error_correction, small.version <= 25)
    assert "L" == large.error_correction


def test_a_text_that_no_code_holds_is_refused(enrolled):
    with pytest.raises(Refused):
        draw("A" * 5000, replace(enrolled.read().copies["c000001"]).kind)
