"""Updates from a web server: the same refusals as from a stick, and a network that fails in every way."""

import json
from datetime import timedelta

import pytest

from kiosk.trust.errors import Refusal
from kiosk.trust.store import load_trust
from tests.trust.refusals import PARTS, part_of, refusal_of
from tests.trust.servers import serving
from tests.trust.test_tampering import changed_targets
from tests.trust.trees import NOON, Authority, a_policy

HOUR = timedelta(hours=1)
AT = NOON + HOUR
ALTERED = {Refusal.TAMPERED, Refusal.AUTHORITY, Refusal.INCOMPLETE}


@pytest.fixture
def server(kiosk):
    """A server with a tree of which nothing is in the kiosk yet."""
    tree = kiosk.publish("second", AT, targets=changed_targets(kiosk, AT))
    with serving(tree) as running:
        yield running


def asked_for(server, part):
    return "/" + part_of(server.folder, part).relative_to(server.folder).as_posix()


def test_a_whole_tree_is_promoted_and_asked_for_again_only_as_far_as_it_may_be_new(kiosk, server):
    report = kiosk.update(server.url, AT)
    asked = len(server.asked)
    again = kiosk.update(server.url + "/", AT)

    assert (report.old_version, report.new_version) == (1, 2)
    assert (again.new_version, again.changed) == (2, ())
    assert ["/metadata/2.root.json", "/metadata/timestamp.json"] == server.asked[asked:]
    assert load_trust(kiosk.store).version == 2


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_file_is_refused(kiosk, server, part):
    part_of(server.folder, part).unlink()

    assert refusal_of(kiosk, server.url, AT) is Refusal.INCOMPLETE


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("share", [0.1, 0.8])
def test_a_changed_byte_is_refused(kiosk, server, part, share):
    path = part_of(server.folder, part)
    content = bytearray(path.read_bytes())
    start = content.find(b'"signed"') + 20 if path.parent.name == "metadata" else 0
    content[start + int(share * (len(content) - start))] ^= 0x04
    path.write_bytes(content)

    assert refusal_of(kiosk, server.url, AT) in ALTERED


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("length", [0, -1])
def test_a_truncated_file_is_refused(kiosk, server, part, length):
    path = part_of(server.folder, part)
    path.write_bytes(path.read_bytes()[:length])

    assert refusal_of(kiosk, server.url, AT) in ALTERED


@pytest.mark.parametrize("part", PARTS)
def test_a_file_that_does_not_end_is_refused(kiosk, server, part):
    server.answers[asked_for(server, part)] = (200, {"Content-Length": str(1 << 40)}, bytes(3_000_000))

    assert refusal_of(kiosk, server.url, AT) is Refusal.TAMPERED


@pytest.mark.parametrize("part", PARTS)
def test_a_network_that_breaks_at_any_file_is_no_refusal_of_the_tree(kiosk, server, part):
    name = asked_for(server, part)
    server.answers[name] = (200, {"Content-Length": "100000"}, b"half")
    broken = refusal_of(kiosk, server.url, AT)
    server.answers[name] = (503, {}, b"")
    away = refusal_of(kiosk, server.url, AT)
    del server.answers[name]

    assert broken is away is Refusal.UNREACHABLE
    assert kiosk.update(server.url, AT).new_version == 2


def test_no_server_at_all_is_not_reached(kiosk, server):
    assert refusal_of(kiosk, server.url.replace("127.0.0.1", "127.0.0.2"), AT) is Refusal.UNREACHABLE


def test_an_older_tree_is_refused_with_and_without_the_cache(kiosk, server):
    kiosk.update(kiosk.publish("third", AT + HOUR), AT + HOUR)

    assert refusal_of(kiosk, server.url, AT + HOUR) is Refusal.OLD


def test_a_tree_that_stands_still_is_refused_once_its_time_stamp_has_ended(kiosk, server):
    kiosk.update(server.url, AT)

    assert refusal_of(kiosk, server.url, AT + timedelta(days=8)) is Refusal.EXPIRED
    assert load_trust(kiosk.store).version == 2


def test_a_tree_of_another_authority_is_refused(kiosk, tmp_path):
    with serving(Authority().write(tmp_path / "foreign", AT)) as server:
        assert refusal_of(kiosk, server.url, AT) is Refusal.AUTHORITY


def test_a_tree_of_another_environment_is_refused(kiosk):
    policy = json.dumps(a_policy(environment="pilot", station_classes={"sandbox": ["checkpoint"]})).encode()
    targets = kiosk.authority.targets(AT, **{"policy.json": policy})
    with serving(kiosk.publish("pilot", AT, targets=targets)) as server:
        assert refusal_of(kiosk, server.url, AT) is Refusal.ENVIRONMENT


def test_a_server_and_a_stick_may_take_turns(kiosk, server):
    kiosk.update(server.url, AT)
    third = kiosk.publish("third", AT + HOUR)
    kiosk.update(third, AT + HOUR)
    server.folder = kiosk.publish("fourth", AT + 2 * HOUR)

    assert kiosk.update(server.url, AT + 2 * HOUR).new_version == 4
