"""The result: verdict, reason, person; masked, then cleared, unless somebody touches the screen.

Rules kept here: nothing personal is shown that is not in the view; after clearing no widget holds any, and
the screen forgets the view's data too; a touch holds them, at most for two minutes; the verdict, its reason
and its row stay until the visit goes on. Where the face here is covered, or was not seen, the photo of the
ID is kept back until it is touched. Going on is the visit's decision, not this screen's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kiosk.model import Note, Outcome, Reason, Step, Verdict
from kiosk.ui.reasons import REASONS
from kiosk.ui.screens.banner import Banner
from kiosk.ui.screens.base import Screen
from kiosk.ui.screens.details import DetailsPage, notes_of
from kiosk.ui.screens.person import Person, PersonPage, ReasonPanel
from kiosk.ui.text import SECONDS
from kiosk.ui.widgets import Button, CountdownBar, FitLabel, StripedFrame
from kiosk.ui.words import NOTES
from kiosk.view import Request, ResultView

HOLD_LIMIT_S = 120.0
_TICK_MS = 200
_SENTENCES = 2
# Whoever covers her face in public shall not have her photo shown there by the kiosk.
_PRIVATE = frozenset({Reason.FACE_COVERED, Reason.FACE_TIMEOUT})


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a result has aged: times are on the screen's clock; `held_at` is None until a touch."""

    shown_at: float
    held_at: float | None = None
    masked: bool = False
    cleared: bool = False


def age(stage: Stage, view: ResultView, now: float) -> Stage:
    """Return the stage at `now`. A held result is not masked, and cleared after the limit all the same."""
    if stage.cleared:
        return stage
    if stage.held_at is not None:
        done = now - stage.held_at >= HOLD_LIMIT_S
        return replace(stage, masked=False, cleared=done)
    passed = now - stage.shown_at
    return replace(stage, masked=passed >= view.masks_in_s, cleared=passed >= view.clears_in_s)


def in_doubt(verdict: Verdict) -> bool:
    """Whether movements were asked for, or left out, and leave it open who was there."""
    return any(c.step is Step.LIVENESS and c.outcome not in {None, Outcome.PASS} for c in verdict.checks)


class ResultScreen(Screen):
    """Shows one `ResultView`; `clock` is a monotonic clock in seconds."""

    def __init__(self, *, blue_pass: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._view: ResultView | None = None
        self._stage = Stage(0.0)
        self._photo_asked = False
        self.banner = Banner(blue_pass=blue_pass)
        self.person, self.details = PersonPage(), DetailsPage()
        self.reason = ReasonPanel()
        self.body, self.frame = QStackedWidget(), StripedFrame()
        self.next, self.more = Button("primary"), Button("details")
        self.left, self.bar = FitLabel("label"), CountdownBar()
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.frame, 1)
        self._inner = QVBoxLayout(self.frame)
        self._inner.addWidget(self.body, 1)
        for page in (self.reason, self.person, self.details):
            self.body.addWidget(page)
        row, timing = QHBoxLayout(self.foot), QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        timing.addStretch(1)
        timing.addWidget(self.left)
        timing.addWidget(self.bar)
        timing.addStretch(1)
        row.addWidget(self.next)
        row.addWidget(self.more)
        row.addLayout(timing, 1)
        self._row = row
        self.next.clicked.connect(self._ask_next)
        self.more.clicked.connect(self.toggle_details)
        self.person.photos.portrait.touched.connect(self.toggle_photo)

    def show_view(self, view: ResultView) -> None:
        """Draw a new result from its beginning."""
        self.clear()
        self._view = view
        self._stage = Stage(self._clock())
        self._draw()
        self._timer.start()

    @Slot()
    def _ask_next(self) -> None:
        self.requested.emit(Request.NEXT)

    @Slot()
    def toggle_details(self) -> None:
        """Show the check list, or the person again."""
        if self.body.currentWidget() is self.details:
            self._show_body()
        else:
            self.body.setCurrentWidget(self.details)
        self._write_actions()

    @Slot()
    def toggle_photo(self) -> None:
        """Show a photo that is kept back, or take it away again."""
        if self._view is not None and _PRIVATE & set(self._view.verdict.reasons):
            self._photo_asked = not self._photo_asked
            self._draw_person()

    @Slot()
    def hold(self) -> None:
        """Stop the countdown, once; the data stay until somebody goes on, at most two minutes."""
        if self._view is None or self._stage.cleared or self._stage.held_at is not None:
            return
        self._stage = replace(self._stage, held_at=self._clock())
        self.tick()
        self.requested.emit(Request.HOLD)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a touch anywhere on the result as the wish to keep it."""
        super().mousePressEvent(event)
        self.hold()

    @Slot()
    def tick(self) -> None:
        """Let time pass: mask, clear, and move the countdown."""
        if self._view is None:
            return
        before = self._stage
        self._stage = age(before, self._view, self._clock())
        if self._stage.cleared and not before.cleared:
            self._view = replace(self._view, holder=None, live=None, score=None, likeness=None)
            self.details.clear()
            self._draw()
        elif self._stage.masked is not before.masked:
            self._draw_person()
        self._write_countdown()

    def clear(self) -> None:
        """Forget the result altogether."""
        self._timer.stop()
        self._view, self._photo_asked = None, False
        self.person.show_person(None, self.writer)
        self.reason.show_texts("", "", "")
        self.details.clear()
        self.body.setCurrentWidget(self.reason)

    def retranslate(self) -> None:
        """Write the result again."""
        if self._view is not None:
            page = self.body.currentWidget()
            self._draw()
            if page is self.details:
                self.body.setCurrentWidget(self.details)
        self._write_actions()

    def _draw(self) -> None:
        view = self._view
        if view is None:
            return
        meta, sentences = self._meta(view), self._sentences(view)
        beside = (sentences, meta) if view.holder is not None else ("", "")
        self.banner.show_verdict(view.verdict, self.language, *beside)
        self._frame_body(striped=view.verdict.outcome is Outcome.FAIL)
        self.reason.show_texts(sentences, self._notice(view), meta)
        self.details.show_view(view, self.writer)
        self._draw_person()
        self._show_body()
        self._write_actions()

    def _draw_person(self) -> None:
        view = self._view
        person = None
        if view is not None and view.holder is not None:
            kept_back = bool(_PRIVATE & set(view.verdict.reasons)) and view.holder.portrait is not None
            person = Person(
                view.holder,
                view.live,
                view.likeness,
                self._stage.masked,
                covered=kept_back and not self._photo_asked,
                in_doubt=in_doubt(view.verdict),
            )
        self.person.show_person(person, self.writer)

    def _show_body(self) -> None:
        has_person = self._view is not None and self._view.holder is not None
        page: QWidget = self.person if has_person else self.reason
        self.body.setCurrentWidget(page)

    def _sentences(self, view: ResultView) -> str:
        """Return what to do: a sentence for each of the first reasons, or the notes of a PASS.

        That it is not production stands on the ribbon already, where it takes no room from the others.
        """
        verdict = view.verdict
        notes = [note for note in notes_of(verdict) if note is not Note.NOT_PRODUCTION]
        texts = [REASONS[reason] for reason in verdict.reasons] or [NOTES[note] for note in notes]
        return "\n".join(text.sentence(self.language) for text in texts[:_SENTENCES])

    def _notice(self, view: ResultView) -> str:
        if self._stage.cleared:
            return self.tr("The holder's data have been cleared from the screen.")
        signed = any(c.step is Step.SIGNATURE and c.outcome is Outcome.PASS for c in view.verdict.checks)
        if view.verdict.outcome is Outcome.FAIL and not signed:
            return self.tr("No personal data are shown, because nothing on this code is proven.")
        return self.tr("No personal data are shown for this result.")

    def _meta(self, view: ResultView) -> str:
        """Return codes, row and time, which an officer reads out on the telephone."""
        w = self.writer
        parts = [w.code(reason.value) for reason in view.verdict.reasons[:_SENTENCES]]
        row = self.tr("row {row}").format(row=w.code(str(view.row)))
        parts.append(row.replace(" ", "\u00a0"))
        parts.append(w.clock(view.decided_at))
        return w.line(" · ".join(parts))

    def _write_actions(self) -> None:
        self.next.setText(self.tr("Next"))
        on_details = self.body.currentWidget() is self.details
        self.more.setText(self.tr("Back") if on_details else self.tr("Details"))
        self._write_countdown()

    def _write_countdown(self) -> None:
        view, stage = self._view, self._stage
        personal = view is not None and view.holder is not None
        running = view is not None and not stage.cleared and stage.held_at is None
        limits = () if view is None else (view.advances_in_s, view.clears_in_s if personal else None)
        ends = [limit for limit in limits if limit]
        self.bar.setVisible(running and bool(ends))
        if view is None or stage.cleared or not ends:
            self.left.show_text("")
            return
        if not running:
            self.left.show_text(self.tr("Held on the screen; press Next when you are done."))
            return
        end = min(ends)
        left = max(0.0, end - (self._clock() - stage.shown_at))
        self.bar.show_left(left / end)
        span = self.writer.counted(math.ceil(left), SECONDS)
        advances = view.advances_in_s is not None and view.advances_in_s == end
        text = self.tr("Next visitor in {span}") if advances else self.tr("Data are cleared in {span}")
        self.left.show_text(self.writer.line(text.format(span=span) + " · " + self.tr("touch to keep")))

    def apply_metrics(self) -> None:
        """Set the sizes."""
        metrics = self.metrics
        self.banner.apply_metrics(metrics)
        for part in (self.person, self.reason, self.details):
            part.apply_metrics(metrics)
        self._frame_body(striped=False)
        self.next.set_target(metrics.primary_px, metrics.text_px(28))
        self.next.setMinimumWidth(max(metrics.primary_px * 2, metrics.px(240)))
        self.more.set_target(metrics.primary_px, metrics.text_px(24))
        self._row.setSpacing(metrics.gap_px)
        self.left.set_sizes(metrics.text_px(20))
        self.left.setFixedHeight(metrics.px(44))
        self.bar.setFixedHeight(metrics.px(12))
        if self._view is not None:
            self.retranslate()

    def _frame_body(self, *, striped: bool) -> None:
        """Set the edge of the body: striped for a FAIL."""
        metrics = self.metrics
        stripe = metrics.px(13) if striped else 0
        gap = metrics.px(14) + stripe
        self._inner.setContentsMargins(metrics.px(28) + stripe // 2, gap, metrics.px(28) + stripe // 2, gap)
        self.frame.set_stripe(stripe)
