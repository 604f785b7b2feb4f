"""No private key lies in the clear, and no key opens or is made without its passphrase."""

from __future__ import annotations

import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from issuer import issuing
from issuer.errors import Refused
from issuer.founding import create_registry
from issuer.keyring import Role
from issuer.keys import load_key, make_key, save_key
from issuer.passphrase import ROOT_VARIABLE, SANDBOX, VARIABLE, Asked, Known, Passphrase
from issuer.publish import publish
from issuer.registry import Registry
from issuer.rootkeys import RootKeys
from kiosk.audit.pkcs8 import QUICK, STRONG
from kiosk.cose.keys import Algorithm
from tests.issuer.makers import NOON, PILOTS, a_person, a_photo, a_pilot

WORDS = Passphrase("words of this test", QUICK)


def test_every_private_key_of_a_registry_is_encrypted(registry):
    issuing.enrol(registry, a_person(), a_photo, NOON)
    publish(registry, registry.directory.parent / "tree", NOON)

    files = [path.read_bytes() for path in registry.directory.rglob("*.pem")]

    assert len(files) > 20
    assert all(content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") for content in files)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_opens_with_its_passphrase_alone(tmp_path, algorithm):
    key = make_key(algorithm)
    save_key(tmp_path / "k.pem", key, WORDS)

    assert key.public.kid == load_key(tmp_path / "k.pem", WORDS).public.kid
    with pytest.raises(Refused, match=r"k\.pem does not open"):
        load_key(tmp_path / "k.pem", Passphrase("words of another", QUICK))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_any_program_that_knows_the_standard_opens_the_file(tmp_path, algorithm):
    save_key(tmp_path / "k.pem", make_key(algorithm), WORDS)

    read = subprocess.run(
        ["openssl", "pkey", "-in", "k.pem", "-passin", f"pass:{WORDS.text}", "-noout"],
        cwd=tmp_path,
        check=False,
    )

    assert 0 == read.returncode


def test_a_key_in_the_clear_is_not_used(tmp_path):
    private = make_key(Algorithm.EDDSA).private
    clear = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "k.pem").write_bytes(clear)

    with pytest.raises(Refused, match="not encrypted"):
        load_key(tmp_path / "k.pem", WORDS)


def test_another_passphrase_issues_and_publishes_nothing(enrolled, tmp_path):
    other = Registry(enrolled.directory, Known(WORDS))
    before = enrolled.read()

    for act in (
        lambda: issuing.print_copy(other, "c000001", NOON),
        lambda: publish(other, tmp_path / "tree", NOON),
    ):
        with pytest.raises(Refused, match="does not open"):
            act()

    assert before == enrolled.read()
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize("text", ["", "short", "11 letters."])
def test_a_short_passphrase_is_refused(text):
    with pytest.raises(Refused, match="at least 12"):
        Passphrase(text)


def test_the_passphrase_that_everybody_knows_makes_no_pilot(tmp_path):
    folder = tmp_path / "pilot"
    keys = {"online": (Known(SANDBOX), PILOTS), "root": (PILOTS, Known(SANDBOX))}

    for passphrases, roots in keys.values():
        with pytest.raises(Refused, match="everybody knows"):
            create_registry(
                folder,
                "pilot",
                "ed25519",
                NOON,
                passphrases=passphrases,
                root_keys=RootKeys((folder / "root-keys",), roots),
            )
        assert not folder.exists()


def test_the_passphrase_that_everybody_knows_makes_no_authority_by_command(issuer, own_passphrase, tmp_path):
    known = issuer("init", tmp_path / "a")
    own_passphrase(VARIABLE)
    root_known = issuer("init", tmp_path / "a")

    assert [1, 1] == [known.code, root_known.code]
    assert "issuer: everybody knows that passphrase: choose one of your own\n" == known.err == root_known.err
    assert not (tmp_path / "a").exists()


def test_the_root_has_a_passphrase_of_its_own(tmp_path):
    pilot = a_pilot(tmp_path / "a")
    record = pilot.keyring().having(Role.ROOT)[0]
    apart = RootKeys((pilot.directory / "root-keys",), Known(WORDS))

    with pytest.raises(Refused, match="does not open"):
        apart.find([record])


def test_the_environment_answers_and_its_word_is_worth_slow_guesses(own_passphrase):
    own_passphrase(VARIABLE, "mudaqqiq-sandbox")
    own_passphrase(ROOT_VARIABLE, "words of its keepers")

    assert SANDBOX == Asked().find("any") == Asked().choose("any")
    assert STRONG == Asked(ROOT_VARIABLE, each=True).choose("root-1").work


def test_without_a_word_and_a_person_nothing_opens(issuer, enrolled, monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE)

    answer = issuer("publish", enrolled.directory, "--to", tmp_path / "tree", "--at", "2026-11-22T09:00:00Z")

    assert 1 == answer.code
    assert "set MUDAQQIQ_ISSUER_PASSPHRASE" in answer.err


def test_a_key_that_others_may_read_is_used_and_said(registry, capsys):
    key = registry.directory / "keys" / "status-1.pem"
    publish(registry, registry.directory.parent / "tree", NOON)
    assert not capsys.readouterr().err

    for mode in (0o640, 0o604):
        key.chmod(mode)
        publish(registry, registry.directory.parent / "tree", NOON)
        err = capsys.readouterr().err
        assert ("status-1.pem" in err, err.count("\n")) == (True, 1)
