"""The Arabic of the window's own words is complete, compiled, and in step with the code."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kiosk.ui import translation

UI = Path(translation.__file__).parent
SOURCES = sorted([*UI.glob("*.py"), *UI.glob("screens/*.py")])
TOOLS = Path(sys.executable).parent


def messages(path):
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    return {
        (context.findtext("name"), message.findtext("source")): message.find("translation")
        for context in root.iter("context")
        for message in context.iter("message")
    }


@pytest.mark.slow
def test_lupdate_finds_nothing_new_and_leaves_nothing_unfinished(tmp_path):
    copy = tmp_path / "kiosk_ar.ts"
    shutil.copy(UI / "i18n" / "kiosk_ar.ts", copy)
    command = [TOOLS / "pyside6-lupdate", *SOURCES, *translation.LUPDATE, "-ts", copy]
    subprocess.run(command, check=True, capture_output=True, cwd=UI)

    updated = messages(copy)

    assert set(updated) == set(messages(UI / "i18n" / "kiosk_ar.ts"))
    assert [] == [key for key, entry in updated.items() if entry.get("type") or not entry.text]


@pytest.mark.slow
def test_the_committed_qm_is_the_compiled_ts(tmp_path):
    made = tmp_path / "kiosk_ar.qm"
    command = [TOOLS / "pyside6-lrelease", UI / "i18n" / "kiosk_ar.ts", "-qm", made]
    subprocess.run(command, check=True, capture_output=True)

    assert (UI / "i18n" / "kiosk_ar.qm").read_bytes() == made.read_bytes()


def test_every_translation_keeps_the_placeholders_of_its_source():
    for (_, source), entry in messages(UI / "i18n" / "kiosk_ar.ts").items():
        assert sorted(re.findall(r"\{\w+\}", source)) == sorted(re.findall(r"\{\w+\}", entry.text))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_words_are_translated_by_self_tr_of_a_literal(path):
    code = path.read_text(encoding="utf-8")

    assert not re.search(r"\btr\(\s*f[\"']", code)
    assert not re.search(r"(?<!self)\.tr\(", code)
    assert not re.search(r"self\.tr\(\s*[^\"'\s]", code)
