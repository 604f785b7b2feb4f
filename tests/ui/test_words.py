import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.model import ClockState, Environment, Grade, Hint, Movement, Note, Outcome, Reason, Step
from kiosk.ui import words
from kiosk.ui.fields import Field
from kiosk.ui.language import Language
from kiosk.ui.reasons import REASONS
from kiosk.ui.reasons_table import _STEPS, reasons_table
from kiosk.view import Caution, HolderClass, Likeness, UpdateOutcome

ROOT = Path(__file__).parents[2]
TEXTS = [(Reason, REASONS), (Note, words.NOTES), (Environment, words.ENVIRONMENTS)]
WORDS = [
    (Hint, words.HINTS),
    (Step, words.STEPS),
    (Step, words.PASSED),
    (Outcome, words.OUTCOMES),
    (Grade, words.GRADES),
    (ClockState, words.CLOCKS),
    (HolderClass, words.HOLDER_CLASSES),
    (Likeness, words.LIKENESSES),
    (UpdateOutcome, words.UPDATES),
    (Caution, words.CAUTIONS),
    (Movement, words.MOVEMENTS),
]


def is_arabic(text):
    return any("\u0600" <= c <= "\u06ff" for c in text)


@pytest.mark.parametrize(("kind", "table"), TEXTS, ids=lambda x: getattr(x, "__name__", ""))
def test_every_member_has_title_and_sentence_in_both_languages(kind, table):
    assert set(kind) == set(table)
    for text in table.values():
        assert is_arabic(text.ar_title)
        assert is_arabic(text.ar)
        assert not is_arabic(text.en_title + text.en)
        assert text.en_title
        assert text.en


@pytest.mark.parametrize(("kind", "table"), WORDS, ids=lambda x: getattr(x, "__name__", ""))
def test_every_member_has_its_word_in_both_languages(kind, table):
    assert set(kind) == set(table)
    for word in table.values():
        assert is_arabic(word.ar)
        assert word.en
        assert not is_arabic(word.en)


@pytest.mark.parametrize("language", Language)
def test_no_two_reasons_read_alike(language):
    titles = [text.title(language) for text in REASONS.values()]
    sentences = [text.sentence(language) for text in REASONS.values()]

    assert len(set(titles)) == len(titles)
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_one_sentence(reason):
    text = REASONS[reason]

    assert text.ar.endswith(".")
    assert text.en.endswith(".")
    assert text.en.count(".") == 1
    assert "\n" not in text.ar + text.en


ACCUSING = ("forged", "fake", "fraud", "مزور", "مزيف", "احتيال", "تزوير")


@pytest.mark.parametrize("reason", [Reason.PROOF_STALE, Reason.NOT_A_CREDENTIAL, Reason.PROOF_MISSING])
def test_an_old_or_foreign_code_accuses_nobody(reason):
    text = REASONS[reason]
    said = f"{text.ar_title} {text.ar} {text.en_title} {text.en}".lower()

    assert not [word for word in ACCUSING if word in said]


def test_an_expired_id_is_never_worded_valid():
    text = REASONS[Reason.EXPIRED]

    assert "valid" not in f"{text.en_title} {text.en}"
    assert "سارية" not in text.ar_title + text.ar
    assert "صالحة" not in text.ar_title + text.ar
    assert "منتهية" in text.ar_title


def test_a_doubtful_clock_is_the_kiosk_s_fault_and_not_the_id_s():
    text = REASONS[Reason.CLOCK_DOUBTFUL]

    assert "this kiosk's clock, not the ID" in text.en
    assert "لا في الهوية" in text.ar
    assert "expired" not in text.en


def test_a_superseded_copy_asks_for_the_newer_one():
    assert "newer copy" in REASONS[Reason.SUPERSEDED].en
    assert "النسخة الجديدة" in REASONS[Reason.SUPERSEDED].ar


def test_the_committed_table_of_reasons_is_the_generated_one():
    assert (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8") == reasons_table()


def test_every_reason_with_an_outcome_but_the_visit_s_own_is_listed_under_a_step():
    listed = {reason for reasons in _STEPS.values() for reason in reasons}
    whole_visit = {Reason.VISIT_TIMEOUT, Reason.INTERNAL}

    assert {r for r in Reason if r.outcome is not None} - whole_visit == listed


def test_the_card_s_labels_are_in_both_languages():
    assert all(is_arabic(field.value.ar) and field.value.en for field in Field)


def test_the_words_can_be_read_without_qt():
    code = (
        "import sys, kiosk.ui.reasons, kiosk.ui.reasons_table, kiosk.ui.text, kiosk.ui.words;"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )

    assert 0 == subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode
