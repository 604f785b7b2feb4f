"""The verdict: a sign, a word and a colour across the screen, the reason beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from kiosk.model import Outcome, Step, Verdict
from kiosk.ui import theme
from kiosk.ui.language import Language
from kiosk.ui.reasons import REASONS
from kiosk.ui.signs import SIGN_OF, SignWidget
from kiosk.ui.theme import Metrics
from kiosk.ui.widgets import FitLabel, restyle
from kiosk.ui.words import OUTCOMES, PASSED

_HEADLINE_STEPS = (Step.SIGNATURE, Step.DATES, Step.STATUS, Step.LIVE_PROOF, Step.FACE)


def headline(verdict: Verdict, language: Language) -> str:
    """Return the line under the word: the first reason, or what a PASS is made of.

    Only steps that ran and passed are named, so the line never says more than was checked.
    """
    if verdict.reasons:
        return " · ".join(REASONS[reason].title(language) for reason in verdict.reasons[:2])
    passed = {check.step for check in verdict.checks if check.outcome is Outcome.PASS}
    return " · ".join(PASSED[step].say(language) for step in _HEADLINE_STEPS if step in passed)


class Banner(QFrame):
    """The colour goes by a dynamic property that is polished anew for every verdict."""

    def __init__(self, *, blue_pass: bool) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._pass_ground = theme.PASS_BLUE if blue_pass else theme.PASS_GROUND
        self.sign = SignWidget()
        self.word = FitLabel(weight=QFont.Weight.Bold)
        self.headline = FitLabel(weight=QFont.Weight.Medium)
        self.sentence, self.meta = FitLabel(weight=QFont.Weight.Medium), FitLabel(weight=QFont.Weight.Medium)
        self.meta.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._row, words, first = QHBoxLayout(self), QVBoxLayout(), QHBoxLayout()
        words.setSpacing(0)
        first.addWidget(self.word, 3)
        first.addWidget(self.meta, 2)
        words.addLayout(first, 22)
        words.addWidget(self.headline, 11)
        words.addWidget(self.sentence, 10)
        self._row.addWidget(self.sign)
        self._row.addLayout(words, 1)

    def show_verdict(self, verdict: Verdict, language: Language, sentence: str, meta: str) -> None:
        """Draw the outcome, its word, its first reasons; `sentence` and `meta` may be empty."""
        outcome = verdict.outcome
        if self.property("outcome") != outcome.value:
            restyle(self, "outcome", outcome.value)
        grounds = {
            Outcome.PASS: (theme.ON_DARK, self._pass_ground),
            Outcome.FAIL: (theme.ON_DARK, theme.FAIL_GROUND),
            Outcome.REFER: (theme.REFER_INK, theme.REFER_GROUND),
        }
        word = OUTCOMES[outcome].say(language)
        self.sign.show_sign(SIGN_OF[outcome], *grounds[outcome], word)
        self.word.show_text(word)
        self.headline.show_text(headline(verdict, language))
        self.sentence.setVisible(bool(sentence))
        self.sentence.show_text(sentence)
        self.meta.show_text(meta)
        self.setAccessibleName(f"{word}. {headline(verdict, language)}")

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        small = metrics.height < 640  # noqa: PLR2004 - a seven-inch screen: leave room for the person
        height = metrics.px(236 if metrics.is_portrait else 180 if small else 206)
        self.setFixedHeight(height)
        side = min(round(height * 0.74), metrics.px(152))
        self.sign.setFixedSize(side, side)
        self._row.setContentsMargins(metrics.px(44), metrics.px(8), metrics.px(44), metrics.px(12))
        self._row.setSpacing(metrics.px(34))
        self.word.set_sizes(metrics.text_px(84))
        self.headline.set_sizes(metrics.text_px(32))
        self.sentence.set_sizes(metrics.text_px(26))
        self.meta.set_sizes(metrics.text_px(20))
