"""The signed policy: what it may say, and that nothing else passes."""

import contextlib
import json
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model import EngineKind, Environment, FaceLimits, LivenessLimits, Source
from kiosk.trust.errors import TrustError
from kiosk.trust.policy import FACE_BOUNDS, SHOWN, parse_policy
from tests.trust.trees import NOON, a_policy


def encode(policy):
    return json.dumps(policy).encode()


def changed(*path, to):
    policy = a_policy()
    inner = policy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return encode(policy)


def test_a_policy_is_read_into_values():
    policy = parse_policy(encode(a_policy()))

    assert policy.environment is Environment.SANDBOX
    assert policy.issued == NOON
    assert policy.list_age.ageing == timedelta(days=7)
    assert policy.proof_sources == {Source.CAMERA, Source.SCANNER}
    assert (policy.proof_window_s, policy.forward_leeway_s) == (60, 300)
    assert policy.face == FaceLimits()
    assert not policy.stale_list_accepted
    assert policy.purposes["checkpoint"].show == SHOWN
    assert policy.purposes["hotel"].print_copy_accepted
    assert policy.station_classes["lobby"] == {"hotel"}


def test_every_face_limit_has_bounds():
    assert {field.name for field in fields(FaceLimits)} == {*FACE_BOUNDS, "engine"}


def test_the_policy_names_the_engine_and_its_thresholds_keep_that_engines_bounds():
    policy = a_policy()
    policy["face"] |= {"engine": "dlib", "accept": 0.5, "refer": 0.4}
    dlib = parse_policy(encode(policy)).face
    policy["face"]["accept"] = 0.44

    with pytest.raises(TrustError, match="the least for dlib"):
        parse_policy(encode(policy))
    assert (EngineKind.DLIB, 0.5) == (dlib.engine, dlib.accept)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("face", "engine"), "arcface"),
        (("face", "engine"), 1),
        (("face", "accept"), 0.39),
        (("face", "accept"), 0),
        (("face", "accept"), 2),
        (("face", "tries"), 0),
        (("face", "tries"), 10**9),
        (("face", "window_s"), -0.1),
        (("face", "window_s"), 4.5),
        (("face", "try_s"), 16.0),
        (("face", "frames"), 42),
        (("face", "code_absent_s"), 0.0),
        (("face", "min_eye_distance_px"), 29.0),
        (("face", "min_nostril_contrast"), 0.0),
        (("face", "min_mouth_contrast"), 0.0),
        (("face", "min_mouth_detail_ratio"), 0.0),
        (("face", "min_sharpness_var"), 0.0),
        (("face", "accept"), "0.45"),
        (("face", "accept"), True),
        (("face", "refer"), 0.56),
        (("face", "refer"), 0.55),
        (("face", "frames"), 3.0),
        (("face", "frames"), 0),
        (("face", "min_luminance_mean"), 230),
        (("proof", "window_s"), 601),
        (("proof", "window_s"), True),
        (("proof", "window_s"), 60.0),
        (("proof", "sources"), ["camera", "file"]),
        (("proof", "sources"), ["camera", "paste"]),
        (("proof", "sources"), ["camera", "camera"]),
        (("proof", "sources"), "camera"),
        (("proof", "sources"), [["camera"]]),
        (("list_age", "fresh_hours"), 200),
        (("list_age", "stale_hours"), 24 * 365 + 1),
        (("clock", "forward_leeway_s"), -1),
        (("stale_list",), "accept"),
        (("environment",), "Sandbox"),
        (("issued",), "2026-11-22T00:00:00+00:00"),
        (("issued",), "2026-02-30T00:00:00Z"),
        (("issued",), "٢٠٢٦-11-22T00:00:00Z"),
        (("issued",), 1),
        (("format",), 2),
        (("format",), True),
        (("id",), ""),
        (("id",), "a\nb"),
        (("id",), "x" * 256),
        (("purposes",), {}),
        (("purposes",), {"": {}}),
        (("purposes", "hotel", "face"), 1),
        (("purposes", "hotel", "show"), ["names", "religion"]),
        (("purposes", "hotel", "print_copy"), True),
        (("station_classes", "lobby"), ["casino"]),
        (("station_classes",), []),
    ],
)
def test_a_value_outside_its_bounds_is_refused(path, value):
    with pytest.raises(TrustError):
        parse_policy(changed(*path, to=value))


@pytest.mark.parametrize(
    "path", [("extra",), ("face", "extra"), ("purposes", "hotel", "extra"), ("proof", "x")]
)
def test_an_unknown_key_is_refused(path):
    with pytest.raises(TrustError, match="does not know"):
        parse_policy(changed(*path, to=1))


def test_a_policy_may_say_how_movements_are_asked_for():
    table = {"movements": 4, "tries": 1, "answer_s": 3.5, "timeout_s": 30}

    policy = parse_policy(changed("liveness", to=table))

    assert LivenessLimits(4, 1, 3.5, 30.0) == policy.liveness
    assert LivenessLimits() == parse_policy(encode(a_policy())).liveness


@pytest.mark.parametrize(
    "change",
    [{"movements": 1}, {"movements": 5}, {"tries": 4}, {"answer_s": 1}, {"timeout_s": 61}, {"extra": 1}],
)
def test_movements_outside_their_bounds_are_refused(change):
    table = {"movements": 3, "tries": 2, "answer_s": 4.0, "timeout_s": 20.0} | change

    with pytest.raises(TrustError, match="liveness"):
        parse_policy(changed("liveness", to=table))


def test_a_policy_may_name_the_only_cameras():
    names = ["046d:0825:A1B2", "046d:0826:"]

    assert frozenset(names) == parse_policy(changed("cameras", to=names)).cameras
    assert frozenset() == parse_policy(encode(a_policy())).cameras


@pytest.mark.parametrize(
    "names", [[], "046d:0825:A1", [1], ["046D:0825:A1"], ["046d:0825"], ["046d:0825:a b"], ["046d:0825:\n"]]
)
def test_a_camera_that_is_not_named_as_the_format_says_is_refused(names):
    with pytest.raises(TrustError, match="cameras"):
        parse_policy(changed("cameras", to=names))


@pytest.mark.parametrize("key", sorted(a_policy()))
def test_a_missing_key_is_refused(key):
    policy = a_policy()
    del policy[key]

    with pytest.raises(TrustError, match="lacks"):
        parse_policy(encode(policy))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"format": 1, "format": 1}',
        b'{"format": NaN}',
        b'{"format": -Infinity}',
        b'{"format": 1e999}',
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b"1" * 5_000,
        b" " * 65_537,
        b'{"id": "\\ud800"}',
    ],
)
def test_what_is_not_strict_json_is_refused(content):
    with pytest.raises(TrustError):
        parse_policy(content)


def test_a_number_too_large_for_a_float_is_refused():
    content = encode(a_policy()).replace(b'"accept": 0.55', b'"accept": 1e999')

    with pytest.raises(TrustError, match="accept"):
        parse_policy(content)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_policy_or_a_trust_error(content):
    with pytest.raises(TrustError):
        parse_policy(content)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_policy_with_any_replaced_part_gives_a_policy_or_a_trust_error(data):
    policy = a_policy()
    key = data.draw(st.sampled_from(sorted(policy)))
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    inner = policy[key]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(json_values)
    else:
        policy[key] = data.draw(json_values)

    with contextlib.suppress(TrustError):
        assert parse_policy(encode(policy)).face.accept >= 0.4
