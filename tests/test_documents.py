"""The documents say what is there: links and test files exist, tables are whole, the diagram is the table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.audit.entry import EntryKind
from kiosk.visit import diagram

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "trust_store" / "README.md"]
THREATS = ROOT / "docs" / "threat-model.md"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path):
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_named_in_a_document_is_there(path):
    named = re.findall(
        r"`((?:tests|kiosk|docs|requirements)/[\w./-]+\.\w+)`", path.read_text(encoding="utf-8")
    )

    assert [] == [name for name in named if not (ROOT / name).exists()]


def test_every_threat_has_its_row_and_its_state():
    rows = re.findall(
        r"^\| (\d+) \|.*\| (now|in part|not yet|out) \| .+ \|$", THREATS.read_text("utf-8"), re.MULTILINE
    )

    assert list(range(1, 37)) == sorted(int(number) for number, _ in rows)


def test_auditors_read_what_each_kind_of_row_holds():
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[A-Z_]{4,}", " ".join(re.findall(r"^\| ([A-Z_, ]+) \|", text, re.MULTILINE))))

    assert {kind.value for kind in EntryKind} <= named


def test_the_diagram_of_states_is_made_from_the_table():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    assert f"```mermaid\n{diagram()}\n```" in text


def test_every_pinned_package_is_in_the_notices():
    locks = "".join(
        (ROOT / "requirements" / f"{name}.lock").read_text()
        for name in ("run", "dev", "peers", "face-recognition")
    )
    packages = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", locks, re.MULTILINE)}
    words = set(
        re.findall(r"[\w.-]+", (ROOT / "THIRD_PARTY_NOTICES.md").read_text("utf-8").lower().replace("_", "-"))
    )

    assert set() == packages - words
