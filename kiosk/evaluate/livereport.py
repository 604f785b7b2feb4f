"""The figures of a liveness evaluation as text, as JSON and as a page."""

from __future__ import annotations

import json
from dataclasses import asdict

from kiosk.evaluate.html import page, section, sentences, table
from kiosk.evaluate.liveness import KindFigures, LivenessFigures
from kiosk.evaluate.record import Circumstances, rate_record
from kiosk.evaluate.words import in_full, reasons

FORMAT = "mudaqqiq-liveness-evaluation-1"
_READING = (
    (
        "APCER: share of the attacks of one kind that pass. BPCER: share of bona fide clips that do not. "
        "Words as in ISO/IEC 30107-3; this is no test by its rules, and nothing here is certified."
    ),
    ("The check raises the cost of an attack. A kind of attack that is not in the table was not measured."),
    (
        "One clip is one presentation and one try; at the counter a person may have more. What was asked "
        "for while the clip was taken is played back with it."
    ),
    (
        "Clips that cannot be played are counted apart. Intervals are exact binomial ones (95 %) and take "
        "clips as independent, which several clips of one person or one mask are not."
    ),
)


def as_text(figures: LivenessFigures, circumstances: Circumstances) -> str:
    """Return the figures for the terminal."""
    lines = [f"{name}: {value}" for name, value in circumstances]
    lines.append(f"models: {figures.model_id}")
    for words, kind in _kinds(figures):
        ends = f"{reasons(kind.endings)}; not playable: {reasons(kind.unplayable)}"
        lines.append(f"{words} {kind.kind}: {in_full(kind.errors)}  [{ends}]")
    return "\n".join(lines)


def as_json(figures: LivenessFigures, circumstances: Circumstances) -> str:
    """Return the figures for programs."""
    bona_fide = figures.bona_fide
    record = {
        "format": FORMAT,
        "circumstances": dict(circumstances),
        "models": figures.model_id,
        "limits": asdict(figures.limits) | {"tries": 1},
        "bpcer": _record(bona_fide) if bona_fide is not None else None,
        "apcer": {kind.kind: _record(kind) for kind in figures.attacks},
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def as_page(figures: LivenessFigures, circumstances: Circumstances) -> str:
    """Return the report."""
    rows = [
        (words, kind.kind, in_full(kind.errors), reasons(kind.endings), reasons(kind.unplayable))
        for words, kind in _kinds(figures)
    ]
    bad = [(number, 2) for number, (_, kind) in enumerate(_kinds(figures)) if kind.errors.errors]
    head = ("rate", "kind", "errors of clips = share (95 % interval)", "how they ended", "not playable")
    return page(
        "Liveness: measured errors by kind of attack",
        table(("what", "value"), [*circumstances, ("models", figures.model_id)]),
        section("How to read this", sentences(_READING)),
        section("Errors", table(head, rows, bad)),
    )


def _kinds(figures: LivenessFigures) -> list[tuple[str, KindFigures]]:
    own = [("BPCER", figures.bona_fide)] if figures.bona_fide is not None else []
    return [*own, *(("APCER", kind) for kind in figures.attacks)]


def _record(kind: KindFigures) -> dict[str, object]:
    return rate_record(kind.errors) | {"endings": dict(kind.endings), "not_playable": dict(kind.unplayable)}
