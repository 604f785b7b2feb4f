"""The kiosk's signing key: where it lies, who may read it, and that its notes are believed."""

import stat

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.audit.note import parse_note, parse_verifier_key, verify_note
from kiosk.audit.signer import KEY_FILE, KioskKey, sign_note
from kiosk.model import Environment, Fault, Reason

TEXT = "mudaqqiq.invalid/sandbox/00\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "keys", tmp_path / "log"


def open_key(folders, environment=Environment.SANDBOX):
    return KioskKey.open(folders[0], environment, folders[1])


def refusal_of(call, *args):
    with pytest.raises(Fault) as fault:
        call(*args)
    return fault.value.reason


def pem_of(secret, encryption=None):
    return secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


def test_a_key_is_made_once_and_for_its_user_alone(folders):
    first = open_key(folders).key
    path = folders[0] / KEY_FILE

    assert first == open_key(folders).key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [path] == list(folders[0].iterdir())


def test_what_the_key_signs_its_verifier_key_believes(folders):
    signer = open_key(folders)
    key = parse_verifier_key(str(signer.key))

    assert (key,) == verify_note(parse_note(sign_note(TEXT, signer)), key)


def test_two_kiosks_and_two_environments_have_keys_of_different_names(tmp_path):
    names = {
        KioskKey.open(tmp_path / kiosk, environment).key.name
        for kiosk in ("one", "two")
        for environment in (Environment.SANDBOX, Environment.PRODUCTION)
    }

    assert len(names) == 4


def test_the_secret_is_in_no_text_of_the_signer(folders):
    signer = open_key(folders)
    secret = (folders[0] / KEY_FILE).read_text().splitlines()[1]

    assert secret not in f"{signer!r} {signer.key} {signer.key!r}"


@pytest.mark.parametrize("inside", [".", "keys", "keys/deeper"])
def test_a_key_in_a_folder_that_leaves_the_machine_is_refused(tmp_path, inside):
    log, outbox = tmp_path / "log", tmp_path / "outbox"

    assert refusal_of(KioskKey.open, log / inside, Environment.SANDBOX, log) is Reason.LOG_UNWRITABLE
    assert (
        refusal_of(KioskKey.open, outbox / inside, Environment.SANDBOX, log, outbox) is Reason.LOG_UNWRITABLE
    )


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_key_that_others_may_read_is_refused(folders, mode):
    open_key(folders)
    (folders[0] / KEY_FILE).chmod(mode)

    assert refusal_of(open_key, folders) is Reason.LOG_UNWRITABLE


def test_a_key_in_a_folder_that_others_may_enter_is_refused(folders):
    open_key(folders)
    folders[0].chmod(0o755)

    assert refusal_of(open_key, folders) is Reason.LOG_UNWRITABLE


def test_a_key_that_is_not_there_is_not_made_by_who_only_reads(folders):
    assert refusal_of(KioskKey.load, folders[0], Environment.SANDBOX) is Reason.LOG_UNWRITABLE
    assert not folders[0].exists()


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path):
    (tmp_path / "file").touch()

    assert refusal_of(open_key, (tmp_path / "file" / "keys", tmp_path / "log")) is Reason.LOG_UNWRITABLE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 5000,
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        pem_of(ec.generate_private_key(ec.SECP256R1())),
        pem_of(Ed25519PrivateKey.generate(), serialization.BestAvailableEncryption(b"secret")),
    ],
)
def test_a_file_that_is_no_key_of_ours_is_refused(folders, content):
    open_key(folders)
    (folders[0] / KEY_FILE).write_bytes(content)

    assert refusal_of(open_key, folders) is Reason.LOG_BROKEN
