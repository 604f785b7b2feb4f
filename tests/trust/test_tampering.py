"""Every file of a tree and of a slot, changed in every way: nothing is accepted, the old set stays in use."""

import json
import os
from datetime import timedelta

import pytest

from kiosk.model import Fault, Reason
from kiosk.trust.errors import Refusal
from kiosk.trust.store import load_trust
from tests.trust.refusals import PARTS, part_of, refusal_of
from tests.trust.trees import NOON, CoseSigner, a_policy, a_record, place

HOUR = timedelta(hours=1)


def publish_all_new(kiosk):
    """A tree of which no file is in the kiosk already: what it has it does not read again."""
    return kiosk.publish(targets=changed_targets(kiosk, NOON + timedelta(seconds=1)))


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_file_is_refused_as_incomplete(kiosk, part):
    tree = publish_all_new(kiosk)
    part_of(tree, part).unlink()

    assert refusal_of(kiosk, tree) is Refusal.INCOMPLETE


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_changed_byte_is_refused(kiosk, part, share):
    tree = publish_all_new(kiosk)
    path = part_of(tree, part)
    content = bytearray(path.read_bytes())
    start = content.find(b'"signed"') + 20 if path.parent.name == "metadata" else 0
    content[start + int(share * (len(content) - start))] ^= 0x04
    path.write_bytes(content)

    assert refusal_of(kiosk, tree) in {Refusal.TAMPERED, Refusal.AUTHORITY, Refusal.INCOMPLETE}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("length", [0, 1, -1])
def test_a_truncated_file_is_refused(kiosk, part, length):
    tree = publish_all_new(kiosk)
    path = part_of(tree, part)
    path.write_bytes(path.read_bytes()[:length])

    assert refusal_of(kiosk, tree) in {Refusal.TAMPERED, Refusal.AUTHORITY}


@pytest.mark.parametrize("part", PARTS[1:])
def test_a_file_out_of_an_older_tree_is_refused(kiosk, part):
    second = kiosk.publish("second", NOON + HOUR)
    third = kiosk.publish("third", NOON + 2 * HOUR, targets=changed_targets(kiosk, NOON + 2 * HOUR))
    kiosk.update(second, NOON + 2 * HOUR)
    part_of(third, part).write_bytes(part_of(second, part).read_bytes())

    assert refusal_of(kiosk, third, NOON + 3 * HOUR) in {Refusal.TAMPERED, Refusal.INCOMPLETE}


def test_the_time_stamp_of_the_tree_in_use_brings_nothing_of_a_newer_tree(kiosk):
    kiosk.update(kiosk.publish("second"))
    third = publish_all_new(kiosk)
    (third / "metadata" / "timestamp.json").write_bytes(
        (kiosk.folder / "second" / "metadata" / "timestamp.json").read_bytes()
    )
    before = load_trust(kiosk.store)

    assert kiosk.update(third).changed == ()
    assert before == load_trust(kiosk.store)


def changed_targets(kiosk, at):
    policy = json.dumps(a_policy(id="sandbox-2")).encode()
    issuers = kiosk.authority.issuers(a_record(CoseSigner(), "credential"))
    return kiosk.authority.targets(at, **{"policy.json": policy, "issuers.json": issuers})


@pytest.mark.parametrize("part", PARTS)
def test_a_symbolic_link_is_refused_even_to_the_right_bytes(kiosk, part):
    tree = publish_all_new(kiosk)
    path = part_of(tree, part)
    elsewhere = kiosk.folder / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)

    assert refusal_of(kiosk, tree) is Refusal.TAMPERED


@pytest.mark.parametrize("folder", ["metadata", "targets", "targets/status"])
def test_a_linked_folder_is_refused(kiosk, folder):
    tree = publish_all_new(kiosk)
    (tree / folder).rename(kiosk.folder / "elsewhere")
    (tree / folder).symlink_to(kiosk.folder / "elsewhere")

    assert refusal_of(kiosk, tree) is Refusal.TAMPERED


@pytest.mark.parametrize("part", PARTS)
def test_a_huge_file_is_refused_unread(kiosk, part):
    tree = publish_all_new(kiosk)
    os.truncate(part_of(tree, part), 1 << 40)

    assert refusal_of(kiosk, tree) is Refusal.TAMPERED


@pytest.mark.parametrize("part", PARTS)
def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_refused(kiosk, part):
    tree = publish_all_new(kiosk)
    path = part_of(tree, part)
    path.unlink()
    os.mkfifo(path)
    piped = refusal_of(kiosk, tree)
    path.unlink()
    path.mkdir()

    assert piped is refusal_of(kiosk, tree) is Refusal.TAMPERED


def test_extra_files_are_never_read_nor_copied(kiosk):
    tree = kiosk.publish()
    for name in ("autorun.inf", "metadata/evil.json", "targets/0.policy.json", "targets/status/x.cwt"):
        place(tree, name, b"boo")
    os.mkfifo(tree / "metadata" / "pipe")

    kiosk.update(tree)

    slot = kiosk.store / (kiosk.store / "active").readlink()
    assert len(load_trust(kiosk.store).lists) == 1
    assert 7 == sum(path.is_file() for path in slot.rglob("*"))


@pytest.mark.parametrize("part", PARTS)
def test_an_altered_slot_is_trust_invalid_until_an_update_heals_it(kiosk, part):
    path = part_of(kiosk.store / "slots" / "a", part)
    path.write_bytes(path.read_bytes()[:-2])

    with pytest.raises(Fault) as caught:
        load_trust(kiosk.store)
    report = kiosk.update(kiosk.tree)

    assert caught.value.reason is Reason.TRUST_INVALID
    assert report.old_version is None
    assert load_trust(kiosk.store).version == 1


def test_a_link_in_a_slot_is_trust_invalid(kiosk):
    path = part_of(kiosk.store / "slots" / "a", "policy.json")
    path.rename(kiosk.folder / "policy")
    path.symlink_to(kiosk.folder / "policy")

    with pytest.raises(Fault) as caught:
        load_trust(kiosk.store)

    assert caught.value.reason is Reason.TRUST_INVALID
