"""Status lists are signed by a role of their own: its keys, its threshold, its paths, and no more power."""

import json
from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, TargetFile, Targets

from kiosk.model import Fault, Reason
from kiosk.trust.errors import Refusal, TrustError, UpdateRefused
from kiosk.trust.floor import encode_floor, parse_floor
from kiosk.trust.metadata import verify_tree
from kiosk.trust.store import load_trust
from tests.trust.refusals import part_of, refusal_of
from tests.trust.test_metadata import chain, reader
from tests.trust.trees import NOON, URI, Authority, CoseSigner, a_list, files_of, place

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def files_for(contents):
    return {name: TargetFile.from_data(name, content, ["sha256"]) for name, content in contents.items()}


def a_role(contents, **changes):
    """What a role says, for `write(parts=...)`; the version is the next one's."""
    fields = {"version": 2, "expires": NOON + WEEK, "targets": files_for(contents)}
    return Targets(**(fields | changes))


def test_the_status_role_has_its_version_end_and_keys_in_the_trust_set(kiosk):
    trust = load_trust(kiosk.store)

    assert 1 == trust.versions["status"]
    assert NOON + timedelta(days=14) == trust.expires["status"]
    assert [URI] == list(trust.lists)


def test_a_visit_goes_on_after_the_end_of_the_status_role_and_an_update_does_not(kiosk):
    ended = kiosk.publish(expires={"status": NOON + HOUR})
    kiosk.update(ended)

    assert NOON + HOUR == load_trust(kiosk.store).expires["status"]
    again = kiosk.publish("again", expires={"status": NOON + HOUR})
    assert Refusal.EXPIRED is refusal_of(kiosk, again, NOON + HOUR)


@pytest.mark.parametrize("who", ["targets", "snapshot", "timestamp", "root"])
def test_another_roles_key_does_not_sign_status_lists(kiosk, who):
    tree = kiosk.publish(signers={"status": kiosk.authority.signers[who]})

    assert Refusal.AUTHORITY is refusal_of(kiosk, tree)


def test_the_status_roles_key_does_not_sign_targets(kiosk):
    tree = kiosk.publish(signers={"targets": kiosk.authority.signers["status"]})

    assert Refusal.AUTHORITY is refusal_of(kiosk, tree)


@pytest.mark.parametrize("signatures", ["none", "one of two", "one of two, twice"])
def test_the_roles_threshold_counts(tmp_path, signatures):
    authority = Authority(threshold=2)
    one = authority.signers["status"][:1]
    signers = {"none": [], "one of two": one, "one of two, twice": one * 2}[signatures]
    files = files_of(authority.write(tmp_path / "tree", signers={"status": signers}))

    with pytest.raises(TrustError) as caught:
        verify_tree(authority.roots[0], reader(files))

    assert caught.value.refusal in {Refusal.AUTHORITY, Refusal.TAMPERED}


def test_one_key_under_two_names_does_not_meet_the_threshold():
    authority = Authority()
    (signer,) = authority.signers["status"]
    twin = type(signer.public_key).from_dict("f" * 64, signer.public_key.to_dict())
    both = Delegations(
        {signer.public_key.keyid: signer.public_key, twin.keyid: twin},
        {"status": DelegatedRole("status", [signer.public_key.keyid, twin.keyid], 2, True, ["status/*"])},  # noqa: FBT003 - the library's order
    )

    with pytest.raises(TrustError, match="one key twice"):
        verify_tree(authority.roots[0], reader(chain(authority, delegations=both)))


@pytest.mark.parametrize("name", ["policy.json", "issuers.json", "status/a/b.cwt", "lists.cwt", "a.json"])
def test_a_status_role_that_names_what_is_not_its_own_is_refused(kiosk, name):
    contents = kiosk.authority.targets()
    lists = {"status/2031.cwt": contents["status/2031.cwt"], name: b"{}"}
    tree = kiosk.publish(parts={"status": a_role(lists)})
    for target in files_for(lists).values():
        place(tree, f"targets/{target.get_prefixed_paths()[0]}", lists[target.path])

    assert Refusal.AUTHORITY is refusal_of(kiosk, tree)


def test_a_policy_that_only_the_status_role_names_is_refused(kiosk):
    contents = kiosk.authority.targets()
    policy = contents.pop("policy.json")
    parts = {
        "targets": a_role(
            {"issuers.json": contents["issuers.json"]}, delegations=kiosk.authority.delegations()
        ),
        "status": a_role({"policy.json": policy, "status/2031.cwt": contents["status/2031.cwt"]}),
    }

    assert Refusal.AUTHORITY is refusal_of(kiosk, kiosk.publish(parts=parts))


def test_a_status_role_that_delegates_further_is_refused(kiosk):
    lists = {"status/2031.cwt": kiosk.authority.targets()["status/2031.cwt"]}
    deeper = a_role(lists, delegations=kiosk.authority.delegations(name="deeper"))

    assert Refusal.AUTHORITY is refusal_of(kiosk, kiosk.publish(parts={"status": deeper}))


def without_delegation(authority):
    """A tree as it was before there was the role: targets names everything."""
    return {"targets": a_role(authority.targets()), "status": a_role({})}


def two_roles(authority):
    delegations = authority.delegations()
    key = next(iter(delegations.keys))
    delegations.roles["other"] = DelegatedRole("other", [key], 1, terminating=True, paths=["status/*"])
    return {"targets": a_role({}, delegations=delegations)}


def delegating(**changes):
    return lambda authority: {"targets": a_role({}, delegations=authority.delegations(**changes))}


@pytest.mark.parametrize(
    "make",
    [
        without_delegation,
        two_roles,
        delegating(paths=["*"]),
        delegating(paths=["status/*", "policy.json"]),
        delegating(paths=["status/2031.cwt"]),
        delegating(paths=[]),
        delegating(paths=None, path_hash_prefixes=[""]),
        delegating(terminating=False),
        delegating(name="lists"),
    ],
)
def test_a_tree_that_delegates_in_another_form_is_refused_in_these_words(kiosk, make):
    tree = kiosk.publish(parts=make(kiosk.authority))

    refusal = refusal_of(kiosk, tree)

    assert Refusal.FORMAT is refusal
    assert Reason.TRUST_INVALID is refusal.reason
    assert "ask the authority" in refusal.value


def test_a_kiosk_without_a_set_says_the_same_of_a_tree_without_the_role(pinned):
    tree = pinned.publish(parts=without_delegation(pinned.authority))

    with pytest.raises(UpdateRefused) as caught:
        pinned.update(tree)

    assert Refusal.FORMAT is caught.value.refusal


def test_targets_that_also_name_a_list_themselves_are_refused(kiosk):
    contents = kiosk.authority.targets()
    both = a_role(contents, delegations=kiosk.authority.delegations())

    assert Refusal.FORMAT is refusal_of(kiosk, kiosk.publish(parts={"targets": both}))


def test_a_snapshot_without_the_status_role_is_refused(kiosk):
    tree = kiosk.publish()
    snapshot = Metadata.from_bytes((tree / "metadata" / "2.snapshot.json").read_bytes())
    del snapshot.signed.meta["status.json"]
    content = kiosk.authority.sign("snapshot", snapshot.signed)
    place(tree, "metadata/2.snapshot.json", content)
    timestamp = Metadata.from_bytes((tree / "metadata" / "timestamp.json").read_bytes())
    timestamp.signed.snapshot_meta = type(timestamp.signed.snapshot_meta).from_data(2, content, ["sha256"])
    place(tree, "metadata/timestamp.json", kiosk.authority.sign("timestamp", timestamp.signed))

    assert Refusal.TAMPERED is refusal_of(kiosk, tree)


def test_an_older_status_role_under_a_newer_snapshot_is_refused_with_and_without_a_cache(kiosk):
    kiosk.update(kiosk.publish("second", NOON + HOUR), NOON + HOUR)
    lists = {"status/2031.cwt": kiosk.authority.targets(NOON + HOUR)["status/2031.cwt"]}
    older = kiosk.publish("older", NOON + HOUR, parts={"status": a_role(lists, version=1)})

    assert Refusal.OLD is refusal_of(kiosk, older, NOON + HOUR)
    (kiosk.store / "cache").rename(kiosk.folder / "cache")
    assert Refusal.OLD is refusal_of(kiosk, older, NOON + HOUR)


def test_the_floor_of_before_the_role_had_one_is_read_and_raised(kiosk):
    path = kiosk.store / "floor.json"
    floor = json.loads(path.read_bytes())
    del floor["versions"]["status"]
    path.write_text(json.dumps(floor))

    assert 1 == load_trust(kiosk.store).version
    kiosk.update(kiosk.publish())

    assert 2 == parse_floor(path.read_bytes()).versions["status"]
    assert path.read_bytes() == encode_floor(parse_floor(path.read_bytes()))


def test_a_slot_without_the_status_roles_metadata_is_trust_invalid(kiosk):
    part_of(kiosk.store / "slots" / "a", "status.json").unlink()

    with pytest.raises(Fault) as caught:
        load_trust(kiosk.store)

    assert Reason.TRUST_INVALID is caught.value.reason


def test_a_new_status_key_counts_and_the_old_one_ends(kiosk):
    old = kiosk.authority.signers["status"]
    kiosk.authority.signers["status"] = [CryptoSigner.generate_ed25519()]

    kiosk.update(kiosk.publish())

    assert 2 == load_trust(kiosk.store).versions["status"]
    assert Refusal.AUTHORITY is refusal_of(kiosk, kiosk.publish("stolen", signers={"status": old}))


def far_ahead(kiosk):
    """What a thief of the keys that work every day can publish: targets stays as it was."""
    contents = kiosk.authority.targets()
    rest = {name: contents[name] for name in ("policy.json", "issuers.json")}
    targets = a_role(rest, version=1, delegations=kiosk.authority.delegations(), expires=NOON + 90 * DAY)
    return kiosk.publish("far", version=2**31, parts={"targets": targets})


def test_versions_far_ahead_end_with_the_keys_that_signed_them(kiosk):
    kiosk.update(far_ahead(kiosk))
    for role in ("timestamp", "snapshot", "status"):
        kiosk.authority.signers[role] = [CryptoSigner.generate_ed25519()]
    kiosk.authority.rotate_root()

    healed = kiosk.publish("healed", version=2)

    assert 2 == kiosk.update(healed).new_version
    assert 2 == load_trust(kiosk.store).versions["status"]


def test_a_status_key_that_stays_keeps_its_floor_even_under_a_new_root(kiosk):
    kiosk.update(far_ahead(kiosk))
    for role in ("timestamp", "snapshot"):
        kiosk.authority.signers[role] = [CryptoSigner.generate_ed25519()]
    kiosk.authority.rotate_root()

    assert Refusal.OLD is refusal_of(kiosk, kiosk.publish("not healed", version=2))


def test_a_list_that_another_issuer_key_signed_is_refused_though_the_role_names_it(kiosk):
    forged = {**kiosk.authority.targets(), "status/2031.cwt": a_list(CoseSigner())}

    assert Refusal.TAMPERED is refusal_of(kiosk, kiosk.publish(targets=forged))
