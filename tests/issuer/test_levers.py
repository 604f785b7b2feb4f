"""The emergency levers from the command to the verdict, and back: nothing counts before the update."""

from __future__ import annotations

from datetime import timedelta

import pytest

from issuer import issuing
from issuer.errors import Refused
from issuer.keyring import Role
from issuer.ledger import State
from issuer.levers import distrust_key, make_new_key, set_min_iat
from issuer.publish import publish
from kiosk.model import Reason
from kiosk.trust.store import load_trust
from kiosk.trust.update import update_store
from tests.issuer.makers import NOON
from tests.issuer.test_round_trip import Desk

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def pull(desk, issuer):
    """Pull a lever by command and publish by command; the kiosk is told by `desk.publish` alone."""

    def act(*words, at):
        stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        done = issuer(words[0], desk.registry.directory, *words[1:], "--at", stamp)
        sent = issuer("publish", desk.registry.directory, "--to", desk.tree, "--at", stamp)
        assert [0, 0] == [done.code, sent.code], done.err + sent.err
        return done.json

    return act


def bring(desk, now):
    update_store(desk.tree, desk.store, now)


def renewed_on(desk, copy, now):
    return issuing.renew(desk.registry, copy.id, now).copy


def test_a_distrusted_key_counts_from_its_date_on_and_is_trusted_again(desk, pull):
    early = desk.enrol()
    late = renewed_on(desk, desk.enrol(number="1000000008", holder_class="citizen"), NOON + 2 * DAY)
    now = NOON + 3 * DAY
    desk.publish(now)
    assert (None, None) == (desk.reason(early, now), desk.reason(late, now))

    make_new_key(desk.registry, Role.CREDENTIAL, "ed25519", now)
    said = pull("distrust-key", "credential-1", "--from", "2026-11-24T09:00:00Z", at=now + HOUR)

    assert "2026-11-24T09:00:00Z" == said["distrusted_from"]
    assert (None, None) == (desk.reason(early, now), desk.reason(late, now)), "the update has not arrived"
    bring(desk, now + HOUR)
    assert None is desk.reason(early, now + HOUR)
    assert Reason.ISSUER_DISTRUSTED is desk.reason(late, now + HOUR)

    pull("distrust-key", "credential-1", "--lift", at=now + 2 * HOUR)
    assert Reason.ISSUER_DISTRUSTED is desk.reason(late, now + 2 * HOUR)
    bring(desk, now + 2 * HOUR)
    assert None is desk.reason(late, now + 2 * HOUR)


def test_a_least_issue_time_refuses_what_is_older_and_is_lifted_again(desk, pull):
    early = desk.enrol()
    late = renewed_on(desk, desk.enrol(number="1000000008", holder_class="citizen"), NOON + 2 * DAY)
    now = NOON + 3 * DAY
    desk.publish(now)
    kid = desk.registry.keyring().find("credential-1").public.kid.hex()

    said = pull("set-min-iat", kid, "--before", "2026-11-24T00:00:00+03:00", at=now + HOUR)

    assert ("credential-1", "2026-11-23T21:00:00Z") == (said["name"], said["min_iat"])
    assert None is desk.reason(early, now + HOUR)
    bring(desk, now + HOUR)
    assert (Reason.ISSUED_BEFORE_MINIMUM, None) == (
        desk.reason(early, now + HOUR),
        desk.reason(late, now + HOUR),
    )

    pull("set-min-iat", kid, "--lift", at=now + 2 * HOUR)
    bring(desk, now + 2 * HOUR)
    assert None is desk.reason(early, now + 2 * HOUR)


@pytest.mark.parametrize(("command", "reason"), [("suspend", Reason.SUSPENDED), ("revoke", Reason.REVOKED)])
def test_a_copys_own_levers_arrive_with_the_update_too(desk, pull, command, reason):
    copy = desk.enrol()
    desk.publish()

    pull(command, copy.id, at=NOON + HOUR)
    assert None is desk.reason(copy, NOON + HOUR)
    bring(desk, NOON + HOUR)
    assert reason is desk.reason(copy, NOON + HOUR)

    if command == "suspend":
        pull("reinstate", copy.id, at=NOON + 2 * HOUR)
        bring(desk, NOON + 2 * HOUR)
        assert None is desk.reason(copy, NOON + 2 * HOUR)


def test_after_a_leak_a_new_key_issues_and_what_it_issues_passes(desk):
    leaked = desk.enrol()
    desk.publish()
    distrust_key(desk.registry, "credential-1", NOON)
    with pytest.raises(Refused, match="no credential key may sign"):
        renewed_on(desk, leaked, NOON + HOUR)

    make_new_key(desk.registry, Role.CREDENTIAL, "es256", NOON + HOUR)
    new = renewed_on(desk, leaked, NOON + HOUR)
    other = desk.registry.read()
    desk.publish(NOON + HOUR)

    assert State.SUPERSEDED is other.copies[leaked.id].state
    assert Reason.ISSUER_DISTRUSTED is desk.reason(leaked, NOON + HOUR)
    assert None is desk.reason(new, NOON + HOUR)


def test_after_a_leak_of_the_lists_key_a_new_one_signs_the_lists(desk):
    copy = desk.enrol()
    desk.publish()
    distrust_key(desk.registry, "status-list-1", NOON + HOUR)
    with pytest.raises(Refused, match="no status-list key may sign"):
        publish(desk.registry, desk.tree, NOON + 2 * HOUR)

    make_new_key(desk.registry, Role.STATUS_LIST, "ed25519", NOON + 2 * HOUR)
    desk.publish(NOON + 2 * HOUR)

    assert 2 == load_trust(desk.store).version
    assert None is desk.reason(copy, NOON + 2 * HOUR)


def test_an_old_key_stays_in_the_list_of_issuers_beside_the_new(desk):
    desk.enrol()
    make_new_key(desk.registry, Role.CREDENTIAL, "ed25519", NOON + HOUR)
    old = issuing.renew(desk.registry, "c000001", NOON).copy
    new = renewed_on(desk, old, NOON + HOUR)
    desk.publish(NOON + HOUR)

    assert 2 == len(load_trust(desk.store).issuers)
    assert (Reason.SUPERSEDED, None) == (desk.reason(old, NOON + HOUR), desk.reason(new, NOON + HOUR))


@pytest.mark.parametrize("name", ["root-1", "timestamp-1", "status-1", "credential-9", "01234567", ""])
def test_only_keys_of_the_issuer_have_levers(registry, name):
    before = registry.keyring()

    for lever in (distrust_key, set_min_iat):
        with pytest.raises(Refused):
            lever(registry, name, NOON)

    assert before == registry.keyring()


@pytest.mark.parametrize("role", [Role.ROOT, Role.TARGETS, Role.SNAPSHOT, Role.TIMESTAMP])
def test_a_key_that_the_root_lists_is_not_made_without_the_root(registry, role):
    with pytest.raises(Refused, match="rotate-root"):
        make_new_key(registry, role, "ed25519", NOON)


@pytest.mark.parametrize(
    "words",
    [
        ("distrust-key", "DIR", "credential-1"),
        ("distrust-key", "DIR", "credential-1", "--from", "yesterday"),
        ("distrust-key", "DIR", "credential-1", "--from", "2026-11-22T00:00:00Z", "--lift"),
        ("set-min-iat", "DIR", "credential-1"),
        ("set-min-iat", "DIR", "credential-1", "--before", "2026-11-22"),
        ("rotate-root", "DIR", "--new", "0"),
        ("rotate-root", "DIR", "--new", "17"),
        ("rotate-root", "DIR", "--replace", "root"),
        ("keys",),
        ("keys", "new", "DIR", "dancer"),
    ],
)
def test_bad_words_of_the_levers_end_in_one_sentence(issuer, registry, words):
    answer = issuer(*(registry.directory if word == "DIR" else word for word in words))

    assert (2, 1, "") == (answer.code, answer.err.count("\n"), answer.out)


def test_a_least_issue_time_in_the_future_is_refused_for_it_would_refuse_everybody(desk, issuer):
    words = ("set-min-iat", desk.registry.directory, "credential-1", "--before", "2027-11-24T00:00:00Z")

    done = issuer(*words, "--at", "2026-11-24T00:00:00Z")

    assert (done.code, "future" in done.err) == (2, True)
    assert desk.registry.keyring().find("credential-1").min_iat is None
