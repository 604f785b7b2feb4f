"""Public vectors made by others: nothing wrong is accepted, and the right layer is named."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from kiosk.inspect.keyfile import parse_key_file
from kiosk.inspect.walk import GivenKeys
from tests.inspect.makers import NO_KEYS, broken, detail_of, inspect_bytes, inspect_text, names
from tests.vectors import load

COSE = load("inspect_cose")
CLAIM169 = load("inspect_claim169")
HEALTH = load("inspect_health")
IN_FORCE = datetime(2026, 6, 1, tzinfo=UTC)


def named(vector):
    return vector["name"]


def jwk(fields):
    return parse_key_file(json.dumps(fields).encode())


def cose_key(fields):
    """A key of the older vector files: coordinates in hex."""
    kinds = {"EC2": "EC", "OKP": "OKP"}
    curve = fields.get("crv", "P-256" if fields["kty"] == "EC2" else "Ed25519")
    parts = {name: _base64url(bytes.fromhex(fields[name])) for name in ("x", "y") if name in fields}
    return jwk({"kty": kinds[fields["kty"]], "crv": curve, **parts})


def _base64url(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def signature_of(report):
    found = next(each for each in report.layers if each.layer.value == "signature")
    return found.reason.value if found.reason else None


@pytest.mark.parametrize("vector", COSE["messages"], ids=named)
def test_cose_examples_say_of_their_signature_what_the_standard_says(vector):
    keys = GivenKeys(jwk(COSE["keys"][vector["key"]]))

    report = inspect_bytes(bytes.fromhex(vector["cbor"]), keys)

    assert vector["signature"] == signature_of(report)


def test_dates_with_a_tag_break_the_cwt():
    vector = next(each for each in COSE["messages"] if each["key"] == "cwt")

    report = inspect_bytes(bytes.fromhex(vector["cbor"]), NO_KEYS)

    assert ("cwt", "MALFORMED") == broken(report)


@pytest.mark.parametrize("vector", load("cose_sign1")["messages"], ids=named)
def test_cose_failures_are_named_at_cose_or_at_the_signature(vector):
    keys = GivenKeys(cose_key(load("cose_sign1")["keys"][vector["key"]]))

    layer, _ = broken(inspect_bytes(bytes.fromhex(vector["cbor"]), keys))

    if vector["breaks"] is None:
        assert "cwt" == layer  # sound COSE around a payload that is no claims set
    else:
        assert layer in {"cose", "signature"}


@pytest.mark.parametrize("kind", ["full", "abbreviated"])
def test_the_countersignatures_of_rfc_9338_fit_their_key_and_no_other(kind):
    source = load("countersignature")["cbor"] if kind == "full" else COSE["countersignature0"]
    right, wrong = jwk(COSE["keys"]["p521"]), jwk(COSE["keys"]["p256"])

    fits = inspect_bytes(bytes.fromhex(source), GivenKeys(wrong, right))
    unfit = inspect_bytes(bytes.fromhex(source), GivenKeys(wrong, wrong))

    assert detail_of(fits, "countersignature") == "fits the key given"
    assert ("countersignature", "PROOF_INVALID") == broken(unfit)


def test_the_cwt_of_rfc_8392_is_sound_in_its_time_and_expired_now():
    vector = load("cwt")
    content, keys = bytes.fromhex(vector["cbor"]), GivenKeys(cose_key(vector["key"]))

    then = inspect_bytes(content, keys, datetime(2015, 10, 5, tzinfo=UTC))
    now = inspect_bytes(content, keys)

    assert ("claim169", "NOT_A_CREDENTIAL") == broken(then)
    assert "coap://as.example.com" == then.claims["iss"]
    assert "2015-10-05T17:09:04Z" == then.claims["exp"]
    assert ("dates", "EXPIRED") == broken(now)


@pytest.mark.parametrize("vector", CLAIM169["codes"], ids=named)
def test_claim_169_codes_break_where_their_makers_broke_them(vector):
    expected = (vector["breaks"], vector["reason"]) if vector["breaks"] else None

    assert expected == broken(inspect_text(vector["qr"], NO_KEYS, IN_FORCE))


@pytest.mark.parametrize("vector", load("claim169")["signed"], ids=named)
def test_signed_claim_169_codes_fit_their_key(vector):
    report = inspect_text(vector["qr"], GivenKeys(cose_key(vector["key"])), IN_FORCE)

    assert None is report.broken
    assert vector["id"] == report.claims["claim169"]["id"]
    assert vector["full_name"] == report.claims["claim169"]["full_name"]


@pytest.mark.parametrize("vector", load("claim169")["unsigned"], ids=named)
def test_unsigned_claim_169_codes_are_read_without_a_key_and_refused_with_one(vector):
    key = GivenKeys(cose_key(load("claim169")["signed"][0]["key"]))

    unasked = inspect_text(vector["qr"], NO_KEYS, IN_FORCE)
    asked = inspect_text(vector["qr"], key, IN_FORCE)

    assert None is unasked.broken
    assert "not checked" == detail_of(unasked, "signature")
    assert ("signature", "SIGNATURE_INVALID") == broken(asked)


@pytest.mark.parametrize("vector", HEALTH["codes"], ids=named)
def test_health_passes_are_named_at_the_layer_that_is_wrong(vector):
    certificate = vector.get("certificate")
    keys = GivenKeys(parse_key_file(certificate.encode())) if certificate else NO_KEYS
    now = datetime.fromisoformat(vector.get("at", HEALTH["at"]))

    assert (vector["breaks"], vector["reason"]) == broken(inspect_text(vector["text"], keys, now))


def test_a_health_pass_is_decoded_to_its_claims_and_its_prefix_is_named():
    vector = HEALTH["codes"][0]

    report = inspect_text(vector["text"], NO_KEYS, datetime(2021, 5, 4, tzinfo=UTC))

    assert ["prefix", "base45", "zlib", "cbor", "cose", "signature", "cwt", "dates", "claim169"] == names(
        report
    )
    assert "HC1: stripped, health pass of the EU and others" == detail_of(report, "prefix")
    assert "Musterfrau-Gößinger" == report.claims["hcert"]["1"]["nam"]["fn"]


def test_a_health_pass_without_its_prefix_is_read_all_the_same():
    vector = HEALTH["codes"][0]

    report = inspect_text(vector["text"].removeprefix("HC1:"), NO_KEYS, datetime(2021, 5, 4, tzinfo=UTC))

    assert ("claim169", "NOT_A_CREDENTIAL") == broken(report)
    assert "none" == detail_of(report, "prefix")
