"""Signed notes and checkpoints, against public examples and against everything that only looks like one.

Examples: the Go project's sumdb note package (golang.org/x/mod/sumdb/note, note_test.go: PeterNeumann,
EnochRoot); checkpoints that sum.golang.org signed in public, with its key from the Go command's source; the
checkpoint example of c2sp.org/tlog-checkpoint, signed by the same key id.
"""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.audit.note import (
    MAX_NOTE,
    MAX_SIGNATURES,
    Checkpoint,
    Note,
    NoteError,
    SignatureType,
    VerifierKey,
    find_signatures,
    format_checkpoint,
    format_note,
    format_signature,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
    verify_note,
)

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
SUMDB_CHECKPOINTS = {
    15_081_221: (
        "BoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=",
        "Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=",
    ),
    19_777_102: (
        "+g50vJoV4VVGa6aiQF3LYGUZHEP4pvGkW38vlR7WKtU=",
        "Az3griMTLHyRzj7jMuyEt85a2JnegVME6Lx3xLEBdzTd3FMDiD5y3bHV24rcl0yijOtWxV0zyygwTdo/rnaennuoqgU=",
    ),
    63_512_409: (
        "F7eHRPqN/cqPtqti14NKdGGaI1Giw8coWP3KxihFZbg=",
        "Az3gri1OBHKT87Xj8UXU8zjoHGy/X+7Nl94f8TZkELVaasolmGApUsWqwVG9vE6hgqYb/ph/w2vdkLIVRH7bMB/FPQ4=",
    ),
}
C2SP_EXAMPLE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("example.com/log", SECRET.public_key().public_bytes_raw())


def a_note(*lines, text=TEXT):
    return format_note(text, lines or (PETER_LINE,))


def signed(text, key=KEY):
    return format_note(text, [format_signature(key, SECRET.sign(text.encode()))])


def test_a_public_note_is_believed_by_its_key():
    key = parse_verifier_key(PETER)

    assert (key,) == verify_note(parse_note(a_note()), key)
    assert str(key) == PETER
    assert key.id.hex() == "c74f20a3"


def test_the_public_private_key_signs_the_public_note_byte_by_byte():
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    secret = Ed25519PrivateKey.from_private_bytes(seed)

    line = format_signature(parse_verifier_key(PETER), secret.sign(TEXT.encode()))

    assert a_note() == format_note(TEXT, [line])


def test_each_key_finds_its_own_signature_and_passes_over_the_other():
    note = parse_note(a_note(PETER_LINE, ENOCH_LINE))
    peter, enoch = parse_verifier_key(PETER), parse_verifier_key(ENOCH)

    assert (peter,) == verify_note(note, peter)
    assert (enoch,) == verify_note(note, enoch)
    assert (enoch, peter) == verify_note(note, enoch, peter)


@pytest.mark.parametrize("size", SUMDB_CHECKPOINTS)
def test_real_checkpoints_of_the_go_checksum_database_are_believed(size):
    root, signature = SUMDB_CHECKPOINTS[size]
    content = f"go.sum database tree\n{size}\n{root}\n\n— sum.golang.org {signature}\n".encode()
    note = parse_note(content)

    checkpoint = parse_checkpoint(note.text)

    assert Checkpoint("go.sum database tree", size, base64.b64decode(root)) == checkpoint
    assert verify_note(note, parse_verifier_key(SUMDB))
    assert note.text == format_checkpoint(checkpoint)


def test_the_example_of_the_specification_is_read_and_a_key_of_another_name_passed_over():
    note = parse_note(C2SP_EXAMPLE.encode())

    assert parse_checkpoint(note.text).size == 20_852_163
    assert note.signatures[0].key_id.hex() == "033de0ae"
    with pytest.raises(NoteError, match="no trusted key"):
        verify_note(note, parse_verifier_key(SUMDB))


def test_a_note_may_hold_empty_lines_and_letters_of_any_language():
    text = "Ogni sera è subito sera.\n\nانتهت المناوبة\n"

    assert Note(text, parse_note(signed(text)).signatures) == parse_note(signed(text))
    assert verify_note(parse_note(signed(text)), KEY)


def test_nobody_trusted_no_belief():
    with pytest.raises(NoteError, match="no trusted key"):
        verify_note(parse_note(a_note()))


def test_a_false_signature_of_a_known_key_spoils_the_note_beside_a_true_one():
    forged = format_signature(parse_verifier_key(PETER), bytes(64))
    note = parse_note(a_note(PETER_LINE, forged))

    with pytest.raises(NoteError, match="false"):
        verify_note(note, parse_verifier_key(PETER))


def test_every_single_changed_byte_is_refused():
    good, peter = a_note(), parse_verifier_key(PETER)
    for place in range(len(good)):
        changed = bytearray(good)
        changed[place] ^= 1

        with pytest.raises(NoteError):
            verify_note(parse_note(bytes(changed)), peter)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}\n{PETER_LINE}"[:-1].encode(),
        b"\x01" + a_note(),
        b"\xff" + a_note(),
        a_note().replace(b"\n", b"\r\n"),
        a_note().replace(b"PeterNeumann ", b"Bad Name "),
        a_note().replace(b"PeterNeumann ", b"Bad+Name "),
        a_note().replace(b"PeterNeumann ", "Bad\u3000Name ".encode()),
        a_note().replace(b" x08", b"  x08"),
        a_note().replace("—".encode(), b"-"),
        a_note() + b"Unexpected line.\n",
        a_note() + b"\n",
        a_note(f"{PETER_LINE[:-3]}\n"),
        a_note("— PeterNeumann x08gow==\n"),
        a_note("— PeterNeumann x08gox==\n"),
        a_note(*[PETER_LINE] * (MAX_SIGNATURES + 1)),
        a_note(text="x" * MAX_NOTE + "\n"),
    ],
)
def test_what_only_looks_like_a_note_is_refused(content):
    with pytest.raises(NoteError):
        parse_note(content)


def test_as_many_signatures_as_the_specification_demands_are_read():
    assert len(parse_note(a_note(*[PETER_LINE] * 16)).signatures) == 16


def test_every_part_and_every_changed_letter_of_a_verifier_key_is_refused():
    parts = [PETER[start:end] for start in range(len(PETER)) for end in range(start, len(PETER) + 1)]
    changed = [PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :] for at in range(len(PETER))]
    for text in (*(part for part in parts if part != PETER), *changed):
        with pytest.raises(NoteError):
            parse_verifier_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # wrong length
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # unknown type
        PETER.replace("c74f20a3", "C74F20A3"),
        f" {PETER}",
        f"{PETER}\n",
    ],
)
def test_keys_that_fit_themselves_but_not_the_form_are_refused(text):
    with pytest.raises(NoteError):
        parse_verifier_key(text)


def test_a_cosignature_signs_the_time_with_the_text():
    cosigner = VerifierKey("office.example/1", KEY.public, SignatureType.COSIGNATURE)
    time = 1_679_315_147
    content = time.to_bytes(8, "big") + SECRET.sign(f"cosignature/v1\ntime {time}\n{TEXT}".encode())
    note = parse_note(format_note(TEXT, [format_signature(cosigner, content)]))

    assert (cosigner,) == verify_note(note, cosigner)
    assert time == find_signatures(note, cosigner)[0].time
    assert cosigner == parse_verifier_key(str(cosigner))


def test_a_cosignature_whose_time_was_changed_is_false():
    cosigner = VerifierKey("office.example/1", KEY.public, SignatureType.COSIGNATURE)
    content = (1).to_bytes(8, "big") + SECRET.sign(f"cosignature/v1\ntime 2\n{TEXT}".encode())

    with pytest.raises(NoteError, match="false"):
        verify_note(parse_note(format_note(TEXT, [format_signature(cosigner, content)])), cosigner)


def test_the_same_key_for_another_purpose_has_another_id():
    assert KEY.id != VerifierKey(KEY.name, KEY.public, SignatureType.COSIGNATURE).id


def test_a_checkpoint_comes_back_with_its_extension_lines():
    checkpoint = Checkpoint("mudaqqiq.invalid/sandbox/00", 7, bytes(32), ("at 2026-11-22", "station بوابة ٣"))

    assert checkpoint == parse_checkpoint(format_checkpoint(checkpoint))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        f"origin\n1\n{'A' * 43}=",
        f"\n1\n{'A' * 43}=\n",
        f"origin\n01\n{'A' * 43}=\n",
        f"origin\n-1\n{'A' * 43}=\n",
        f"origin\n+1\n{'A' * 43}=\n",
        f"origin\n1 \n{'A' * 43}=\n",
        f"origin\n١\n{'A' * 43}=\n",
        f"origin\n9223372036854775808\n{'A' * 43}=\n",
        f"origin\n1\n{'A' * 42}==\n",
        f"origin\n1\n{'A' * 42}B=\n",
        f"origin\n1\n{'A' * 43}=\n\nextension\n",
    ],
)
def test_what_only_looks_like_a_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 1, bytes(32)),
        Checkpoint("origin", -1, bytes(32)),
        Checkpoint("origin", 1, bytes(31)),
        Checkpoint("origin", 1, bytes(32), ("",)),
        Checkpoint("origin", 1, bytes(32), ("two\nlines",)),
    ],
)
def test_a_checkpoint_that_no_text_can_say_is_not_written(checkpoint):
    with pytest.raises(NoteError):
        format_checkpoint(checkpoint)


@settings(max_examples=100)
@given(st.binary(max_size=300) | st.text("—\n +=AB1é", max_size=80).map(str.encode))
def test_any_bytes_give_a_note_that_is_written_back_or_a_refusal(content):
    try:
        note = parse_note(content)
    except NoteError:
        return

    assert content.startswith(note.text.encode() + b"\n")
    with pytest.raises(NoteError):
        verify_note(note, KEY)


@settings(max_examples=100)
@given(st.text(max_size=80) | st.text("+\n =AB1", max_size=80))
def test_any_text_gives_a_checkpoint_that_is_written_back_or_a_refusal(text):
    try:
        checkpoint = parse_checkpoint(text)
    except NoteError:
        return

    assert text == format_checkpoint(checkpoint)
