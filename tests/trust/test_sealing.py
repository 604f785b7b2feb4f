"""The policy's section on the log: the auditors' keys, read strictly, and harmless where it is missing."""

import contextlib
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model import AuditorKey
from kiosk.trust.errors import TrustError
from kiosk.trust.policy import parse_policy
from kiosk.trust.sealing import NO_AUDIT_POLICY, AuditPolicy, parse_auditors
from tests.trust.trees import a_policy


def a_key(month="2026-11", **changes):
    public = X25519PrivateKey.from_private_bytes(hashlib.sha256(str(month).encode()).digest()).public_key()
    raw = public.public_bytes_raw()
    return {"month": month, "id": hashlib.sha256(raw).hexdigest()[:16], "public": raw.hex(), **changes}


def with_public(raw):
    return a_key(public=raw.hex(), id=hashlib.sha256(raw).hexdigest()[:16])


def parsed(audit):
    return parse_policy(json.dumps(a_policy(audit=audit)).encode()).audit


def an_audit(*keys, **changes):
    return {"keys": list(keys or (a_key(),)), "seal": True, **changes}


def test_a_policy_without_the_section_seals_nothing_and_says_that_it_does_not_say():
    policy = parse_policy(json.dumps(a_policy()).encode())

    assert NO_AUDIT_POLICY == policy.audit
    assert not policy.audit.stated


def test_the_keys_are_read_month_by_month():
    audit = parsed(an_audit(a_key("2026-11"), a_key("2026-12"), head_office="office+1a2b3c4d+AAAA"))

    raw = bytes.fromhex(a_key("2026-12")["public"])
    assert AuditorKey("2026-12", hashlib.sha256(raw).digest()[:8], raw) == audit.keys[1]
    assert (True, True, "office+1a2b3c4d+AAAA") == (audit.seal, audit.stated, audit.head_office)


@pytest.mark.parametrize("keys", [[], [a_key()]])
def test_an_authority_may_state_that_nothing_is_sealed(keys):
    assert AuditPolicy(stated=True) == parsed({"keys": keys, "seal": False})


@pytest.mark.parametrize(
    "audit",
    [
        None,
        [],
        {},
        {"seal": False},
        {"keys": []},
        {"keys": [], "seal": True},
        {"keys": {}, "seal": True},
        an_audit(seal=1),
        an_audit(extra=1),
        an_audit(head_office=""),
        an_audit(head_office=None),
        an_audit([]),
        an_audit(a_key(extra=1)),
        an_audit({"month": "2026-11"}),
        an_audit(a_key(month="2026-13")),
        an_audit(a_key(month="2026-1")),
        an_audit(a_key(month="٢٠٢٦-11")),
        an_audit(a_key(month=202611)),
        an_audit(a_key(id="00" * 8)),
        an_audit(a_key(id=a_key()["id"].upper())),
        an_audit(a_key(id=None)),
        an_audit(a_key(public="00")),
        an_audit(a_key(public=None)),
        an_audit(a_key(), a_key()),
        an_audit(a_key("2026-12"), a_key("2026-11")),
        an_audit(*(a_key(f"{2026 + n // 12}-{n % 12 + 1:02}") for n in range(61))),
    ],
)
def test_a_section_that_is_not_exactly_its_format_is_refused(audit):
    with pytest.raises(TrustError):
        parsed(audit)


@pytest.mark.parametrize("raw", [bytes(32), bytes([1]) + bytes(31)])
def test_a_key_that_everybody_could_open_is_refused(raw):
    with pytest.raises(TrustError, match="protects nothing"):
        parsed(an_audit(with_public(raw)))


def test_the_auditors_own_file_is_read_by_the_same_rules():
    content = json.dumps({"format": 1, "keys": [a_key()]}).encode()

    assert ["2026-11"] == [key.month for key in parse_auditors(content)]


@pytest.mark.parametrize(
    "record",
    [{}, [], {"format": 2, "keys": []}, {"format": 1, "keys": [a_key(), a_key()]}, {"format": 1, "keys": 1}],
)
def test_another_file_than_the_auditors_is_refused(record):
    with pytest.raises(TrustError):
        parse_auditors(json.dumps(record).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, st.sampled_from(["keys", "seal", "head_office"]) | st.none())
def test_any_section_gives_a_policy_or_a_trust_error(value, key):
    audit = value if key is None else an_audit(**{key: value})

    with contextlib.suppress(TrustError):
        assert parsed(audit).stated


@given(st.binary(max_size=200))
def test_any_bytes_give_keys_or_a_trust_error(content):
    with pytest.raises(TrustError):
        parse_auditors(content)
