"""The check list: every step with tick, cross, bang or dash, and what stands behind the verdict.

Rules kept here: a step that did not run says "not checked", never nothing; of a living person the list says
what was seen and no more; the likeness has its number here and nowhere else.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kiosk.model import Check, Note, Outcome, Step, Verdict
from kiosk.ui import theme
from kiosk.ui.reasons import REASONS
from kiosk.ui.signs import SIGN_OF, SignWidget
from kiosk.ui.text import RIYADH, Writer
from kiosk.ui.theme import Metrics
from kiosk.ui.widgets import FitLabel
from kiosk.ui.words import CHECK_PASSED, NOT_CHECKED, NOTES, PASSED, STEPS
from kiosk.view import ResultView

_LEAST_NOTE_PX = 10
_COLOURS = {
    Outcome.PASS: (theme.PASS_GROUND, theme.CARD),
    Outcome.FAIL: (theme.FAIL_GROUND, theme.CARD),
    Outcome.REFER: (theme.REFER_GROUND, theme.REFER_INK),
    None: (theme.EDGE, theme.INK),
}


def notes_of(verdict: Verdict) -> tuple[Note, ...]:
    """Return the notes of the verdict and of its checks, each once."""
    return tuple(dict.fromkeys((*verdict.notes, *(note for c in verdict.checks for note in c.notes))))


class CheckRow(QWidget):
    """One step: its sign, its name, and how it ended."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = SignWidget("check")
        self.sign.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.name = FitLabel(weight=QFont.Weight.DemiBold)
        self.state = FitLabel("label", weight=QFont.Weight.Medium)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.sign)
        self._row.addWidget(self.name, 5)
        self._row.addWidget(self.state, 6)

    def show_check(self, step: Step, check: Check | None, writer: Writer) -> None:
        """Write one step; `check` is None when the step is not in the verdict."""
        language = writer.language
        outcome = check.outcome if check else None
        state = NOT_CHECKED.say(language)
        if check and outcome is not None:
            passed = PASSED[step] if step is Step.LIVENESS else CHECK_PASSED
            state = REASONS[check.reason].title(language) if check.reason else passed.say(language)
        self.sign.show_sign(SIGN_OF[outcome], *_COLOURS[outcome], state)
        self.name.show_text(STEPS[step].say(language))
        self.state.show_text(state)

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        self.setMaximumHeight(metrics.px(48))
        self.sign.setFixedWidth(metrics.px(30))
        self._row.setSpacing(metrics.px(14))
        self.name.set_sizes(metrics.text_px(20))
        self.state.set_sizes(metrics.text_px(19))


class DetailsPage(QWidget):
    """The nine steps, and beside them row, time, likeness and notes."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = [CheckRow() for _ in Step]
        self.list_card, self.side_card = QFrame(), QFrame()
        self.facts = FitLabel(weight=QFont.Weight.Medium)
        self.notes = FitLabel("label")
        for label in (self.facts, self.notes):
            label.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._list, self._side = QVBoxLayout(self.list_card), QVBoxLayout(self.side_card)
        self._list.setSpacing(0)
        for card in (self.list_card, self.side_card):
            card.setObjectName("card")
        for row in self.rows:
            self._list.addWidget(row)
        self._side.addWidget(self.facts, 1)
        self._side.addWidget(self.notes, 1)
        self._layout.addWidget(self.list_card, 10)
        self._layout.addWidget(self.side_card, 9)

    def show_view(self, view: ResultView, writer: Writer) -> None:
        """Write the steps and facts of a result."""
        by_step = {check.step: check for check in view.verdict.checks}
        for step, row in zip(Step, self.rows, strict=True):
            row.show_check(step, by_step.get(step), writer)
        facts = [
            self.tr("Row {row}").format(row=writer.code(str(view.row))),
            self.tr("Decided {day}, {time}").format(
                day=writer.day(view.decided_at.astimezone(RIYADH).date()), time=writer.clock(view.decided_at)
            ),
        ]
        if view.score is not None:
            score = writer.code(f"{view.score:.3f}")
            facts.append(self.tr("Face likeness {score} (at most 1)").format(score=score))
        self.facts.show_text("\n".join(writer.line(fact) for fact in facts))
        sentences = [NOTES[note].sentence(writer.language) for note in notes_of(view.verdict)]
        self.notes.show_text("\n".join("• " + sentence for sentence in sentences))

    def clear(self) -> None:
        """Forget what is personal: the likeness."""
        self.facts.show_text("")

    def apply_metrics(self, metrics: Metrics) -> None:
        """Set the sizes."""
        high = metrics.is_portrait
        direction = QBoxLayout.Direction.TopToBottom if high else QBoxLayout.Direction.LeftToRight
        self._layout.setDirection(direction)
        self._layout.setSpacing(metrics.px(16))
        pad = metrics.px(18)
        for box in (self._list, self._side):
            box.setContentsMargins(pad, metrics.px(8), pad, metrics.px(8))
        for row in self.rows:
            row.apply_metrics(metrics)
        self.facts.set_sizes(metrics.text_px(20))
        self.notes.set_sizes(metrics.text_px(19), _LEAST_NOTE_PX)
