"""config.toml: what it says is what the code allows, and every mistake is one sentence."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config import DEFAULT_CONFIG, SECTIONS, ConfigError, Rule, load_settings, parse_settings

HERE = Path("/somewhere")
ALL_KEYS = [(section, item.name) for section, kind in SECTIONS.items() for item in fields(kind)]


def rule_of(section: str, key: str) -> Rule:
    return next(item for item in fields(SECTIONS[section]) if item.name == key).metadata["rule"]


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text.encode(), HERE)
    return str(caught.value)


def comment_above(section: str, key: str) -> str:
    text = DEFAULT_CONFIG.read_text(encoding="utf-8")
    body = text.partition(f"[{section}]")[2]
    found = re.search(rf"^# (.*)\n{key} = ", body, re.MULTILINE)
    assert found, f"{section}.{key} has no comment"
    return found.group(1)


def test_the_committed_file_says_exactly_the_defaults():
    shown = tomllib.loads(DEFAULT_CONFIG.read_text(encoding="utf-8"))

    assert {section: {item.name for item in fields(kind)} for section, kind in SECTIONS.items()} == {
        section: set(table) for section, table in shown.items()
    }
    assert parse_settings(b"", HERE) == parse_settings(DEFAULT_CONFIG.read_bytes(), HERE)


@pytest.mark.parametrize(("section", "key"), ALL_KEYS)
def test_the_comment_of_a_key_gives_its_unit_and_range(section, key):
    rule = rule_of(section, key)

    assert comment_above(section, key).endswith(f" Unit: {rule.unit}. Allowed: {rule.allowed}.")


@pytest.mark.parametrize(("section", "key"), ALL_KEYS)
def test_a_key_is_refused_by_name_line_value_and_range(section, key):
    text = refusal(f"\n[{section}]\n# a comment\n{key} = []\n")

    assert f"line 4: {section}.{key} is [], allowed is {rule_of(section, key).allowed}" in text
    assert "\n" not in text


@pytest.mark.parametrize(("section", "key"), [pair for pair in ALL_KEYS if rule_of(*pair).high is not None])
def test_a_number_is_allowed_up_to_its_ends_and_not_beyond(section, key):
    rule = rule_of(section, key)
    # masking must not come after clearing, so that pair is moved together
    also = f"clear_seconds = {rule.high:g}\n" if key == "mask_seconds" else ""
    less = "mask_seconds = 2\n" if key == "clear_seconds" else ""

    for value in (rule.low, rule.high):
        settings = parse_settings(f"[{section}]\n{also}{less}{key} = {value:g}\n".encode(), HERE)
        assert value == getattr(getattr(settings, section), key)
    for value in (rule.low - rule.low / 10 - 1, rule.high + 1):
        assert f"{section}.{key} is" in refusal(f"[{section}]\n{key} = {value:g}\n")


@pytest.mark.parametrize("url", ["updates.invalid", "ftp://updates.invalid", "http://", "file:///stick"])
def test_an_address_for_updates_is_one_of_the_web(url):
    assert f"line 2: update.url is '{url}'" in refusal(f'[update]\nurl = "{url}"\n')
    assert "https://a.invalid" == parse_settings(b'[update]\nurl = "https://a.invalid"', HERE).update.url


def test_the_sticks_place_is_relative_to_the_file_too():
    assert HERE / "stick" == parse_settings(b'[update]\nstick = "stick"', HERE).update.stick


def test_an_outbox_is_relative_to_the_file_and_none_by_default(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('[paths]\noutbox = "stick/log"\n', encoding="utf-8")

    assert tmp_path / "stick" / "log" == load_settings(file).paths.outbox_folder
    assert parse_settings(b"", HERE).paths.outbox_folder is None


def test_relative_paths_are_relative_to_the_file(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('[paths]\nstore = "trust"\nlog = "/var/lib/log"\n', encoding="utf-8")

    settings = load_settings(file)

    assert tmp_path / "trust" == settings.paths.store
    assert tmp_path / "state" == settings.paths.state
    assert Path("/var/lib/log") == settings.paths.log
    assert file == settings.source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[camera]\nwidht = 640", "line 2: unknown key camera.widht, did you mean width"),
        ("[camer]\nwidth = 640", "line 1: unknown section [camer], did you mean camera"),
        ("[verify]\npurpose = 'hotel'", "line 1: unknown section [verify], known are paths"),
        ("\ncamera = 3", "line 2: camera must be a section, written [camera]"),
        ("[screen]\nlanguage = 'fr'", 'line 2: screen.language is \'fr\', allowed is "ar" or "en"'),
        ("[screen]\nmask_seconds = 60", "line 2: screen.mask_seconds is 60, allowed is at most"),
        ("[screen]\nfullscreen = 1", "line 2: screen.fullscreen is 1, allowed is true or false"),
        ("[camera]\nfps = true", "line 2: camera.fps is True, allowed is 5 to 60"),
        ("[tighten]\nface_accept = 0.2", "line 2: tighten.face_accept is 0.2, allowed is 0 (as the signed"),
        ("[tighten]\nface_accept = nan", "line 2: tighten.face_accept is nan"),
        ("[paths]\nlog = 'a\\u0000b'\nlog2 = ''", "line 3: unknown key paths.log2"),
        ('[paths]\nlog = "a\\u0000b"', "line 2: paths.log is 'a\\x00b'"),
        ("[camera\n", "not valid TOML"),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("x = " + "9" * 5000, "not valid TOML"),
        ("#" * 70000, "larger than 64 KiB"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_it(text, words):
    assert words in refusal(text)


def test_bytes_that_are_no_text_are_refused_with_their_line():
    with pytest.raises(ConfigError, match="line 2: not UTF-8"):
        parse_settings(b"[paths]\nlog = '\xff'", HERE)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read \(No such file"):
        load_settings(tmp_path / "none.toml")


def test_a_pipe_is_one_sentence_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")

    with pytest.raises(ConfigError, match=r"pipe\.toml: is a pipe"):
        load_settings(tmp_path / "pipe.toml")


def test_a_folder_in_the_files_place_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


def settings_or_sentence(content: bytes) -> None:
    try:
        settings, sentence = parse_settings(content, HERE), "fine"
    except ConfigError as err:
        settings, sentence = None, str(err)

    assert sentence.isprintable()
    assert settings is None or settings.paths.store.is_absolute()


@given(st.binary(max_size=400))
def test_any_bytes_give_settings_or_one_sentence(content):
    settings_or_sentence(content)


SCALARS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["true", "false", "''", '"ar"', "[]", "{}", "1979-05-27", "{a=1}", "[[1]]", "0x1F", "1e400"]
    ),
    st.text(max_size=20).map(repr),
)
LINES = st.one_of(
    st.sampled_from([f"[{section}]" for section in SECTIONS]),
    st.builds(
        "{} = {}".format, st.sampled_from([key for _, key in ALL_KEYS] + ["camera", "paths.log"]), SCALARS
    ),
)


@given(st.lists(LINES, max_size=8))
def test_any_lines_of_toml_give_settings_or_one_sentence(lines):
    settings_or_sentence("\n".join(lines).encode("utf-8", "surrogatepass"))
