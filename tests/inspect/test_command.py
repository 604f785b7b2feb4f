"""`kiosk inspect`: what it takes, what it prints, how it exits."""

from __future__ import annotations

import json
import zlib

import pytest

from kiosk.__main__ import main
from kiosk.cose.cbor import encode_cbor
from tests.builders import (
    AUTHORITY,
    HOLDER,
    NOON,
    a_live_text,
    a_print_text,
    a_status_token,
    claims,
    identity,
    prove,
    sign1,
    text_of,
)
from tests.inspect.makers import a_picture_of

AT = ["--at", NOON.isoformat()]
LIVE = prove(sign1(claims()))


@pytest.fixture
def key_files(tmp_path):
    paths = []
    for flag, signer in (("--key", AUTHORITY), ("--holder-key", HOLDER)):
        path = tmp_path / f"key{flag}"
        path.write_bytes(encode_cbor(signer.cose_key()))
        paths += [flag, str(path)]
    return paths


def inspect(*words):
    return main(["inspect", *words])


def shown(capsys):
    return json.loads(capsys.readouterr().out)


def test_a_sound_code_exits_0_and_is_never_called_pass(key_files, capsys):
    code = inspect("--text", a_live_text(), *key_files, *AT)

    out = capsys.readouterr().out
    assert 0 == code
    assert "PASS" not in out
    assert "Test Person" in out


def test_json_has_layers_broken_and_claims(key_files, capsys):
    code = inspect("--text", a_live_text(), *key_files, *AT, "--json")

    answer = shown(capsys)
    assert 0 == code
    assert {"layers", "broken", "claims", "profile"} == answer.keys()
    assert {"name": "prefix", "ok": True, "reason": None, "detail": "none"} == answer["layers"][0]
    assert None is answer["broken"]
    assert "Test Person" == answer["claims"]["claim169"]["full_name"]


def test_a_broken_code_exits_1_and_names_the_layer(capsys):
    code = inspect("--text", "GGW", "--json")

    answer = shown(capsys)
    assert (1, "base45") == (code, answer["broken"])
    assert "NOT_A_CREDENTIAL" == answer["layers"][-1]["reason"]


def test_without_a_key_the_signature_is_marked_as_not_checked(capsys):
    code = inspect("--text", a_print_text(), *AT)

    assert 0 == code
    assert "?       signature         not checked" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        LIVE,
        zlib.compress(LIVE),
        text_of(LIVE).encode(),
        b"HC1:" + text_of(LIVE).encode() + b"\r\n",
        LIVE.hex().encode(),
        LIVE.hex().upper().encode() + b"\n",
        a_picture_of(text_of(LIVE)),
    ],
    ids=["cbor", "zlib", "text", "prefixed text", "hex", "HEX", "picture"],
)
def test_a_file_is_taken_by_its_content(content, tmp_path, key_files, capsys):
    path = tmp_path / "code.bin"
    path.write_bytes(content)

    assert 0 == inspect("--file", str(path), *key_files, *AT, "--json")
    assert "claim169" in shown(capsys)["claims"]


@pytest.mark.parametrize("content", [LIVE, zlib.compress(LIVE), text_of(LIVE).encode()])
def test_hex_is_taken_by_its_content(content, capsys):
    assert 0 == inspect("--hex", content.hex(), *AT, "--json")
    assert "claim169" in shown(capsys)["claims"]


def test_a_picture_is_an_argument_of_its_own(tmp_path, capsys):
    path = tmp_path / "code.png"
    path.write_bytes(a_picture_of(a_print_text()))

    assert 0 == inspect(str(path), *AT, "--json")
    assert "image" == shown(capsys)["layers"][0]["name"]


def test_a_status_list_is_looked_up(tmp_path, key_files, capsys):
    path = tmp_path / "list.cwt"
    path.write_bytes(a_status_token(AUTHORITY, {5: 2}))

    code = inspect("--status-list", str(path), "--index", "5", *key_files[:2], *AT, "--json")

    answer = shown(capsys)
    assert 0 == code
    assert {"bits": 2, "size": 64, "index": 5, "status": 2, "name": "SUSPENDED"} == answer["claims"][
        "status_list"
    ]


def test_an_index_outside_the_list_exits_1(tmp_path, capsys):
    path = tmp_path / "list.cwt"
    path.write_bytes(a_status_token(AUTHORITY))

    code = inspect("--status-list", str(path), "--index", "-1", *AT, "--json")

    assert (1, "statuslist") == (code, shown(capsys)["broken"])


@pytest.mark.parametrize(
    "words",
    [
        ["--hex", "zz"],
        ["--hex", "abc"],
        ["--file", "/nowhere/code"],
        ["/nowhere/code.png"],
        ["--file", "/dev/zero"],
        ["--file", "a\0b"],
        ["--text", "A", "--key", "/nowhere/key"],
        ["--text", "A", "--index", "1"],
        ["--status-list", "/nowhere/list"],
        ["--status-list", "/nowhere/list", "--index", "1"],
    ],
)
def test_what_cannot_be_read_is_usage_in_one_sentence(words, capsys):
    code = inspect(*words)

    captured = capsys.readouterr()
    assert (2, "", 1) == (code, captured.out, captured.err.count("\n"))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--text", "A", "--hex", "00"],
        ["code.png", "--text", "A"],
        ["--text", "A", "--at", "noon"],
        ["--status-list", "x", "--index", "one"],
    ],
)
def test_arguments_that_do_not_fit_are_usage(words):
    with pytest.raises(SystemExit) as stopped:
        inspect(*words)

    assert 2 == stopped.value.code


def test_a_file_that_is_no_key_is_usage(tmp_path, capsys):
    path = tmp_path / "key"
    path.write_text("no key")

    assert 2 == inspect("--text", "A", "--key", str(path))
    assert "neither PEM, DER, JWK nor COSE_Key" in capsys.readouterr().err


def test_a_status_list_takes_no_holder_key(tmp_path, key_files):
    path = tmp_path / "list.cwt"
    path.write_bytes(a_status_token(AUTHORITY))

    assert 2 == inspect("--status-list", str(path), "--index", "0", *key_files)


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_nothing_in_a_code_steers_the_terminal(flags, capsys):
    evil = "\x1b[2J\x07\u202eevil\u2066\x9b31m"
    payload = claims(holder=None, k1=evil, k169=identity(k4=evil), **{"k-7": evil})
    payload[evil] = {evil: evil}

    inspect("--text", text_of(sign1(payload)), *flags)

    out = capsys.readouterr().out
    assert not set("\x1b\x07\u202e\u2066\x9b") & set(out)
    assert "evil" in out


def test_a_time_without_an_offset_is_utc(capsys):
    inspect("--text", a_print_text(), "--at", "2026-12-01T09:00:00", "--json")

    assert None is shown(capsys)["broken"]
