"""`audit report`: one shift or one day in counts, with the newest checkpoint to take along.

It only reads, also while the kiosk runs. The counts are `audit.summary`'s; the words here are for the paper
that a supervisor signs. The checkpoint is what makes the paper worth keeping: `audit check --checkpoint`
compares a log with it years later. One in the file that is not the kiosk's is not printed at all.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path

import segno

from kiosk.audit.entry import EntryKind
from kiosk.audit.proving import find_newest_note
from kiosk.audit.rows import Span, open_outgoing
from kiosk.audit.summary import Summary, summarise
from kiosk.commands.audit_export import add_span
from kiosk.commands.audit_options import (
    EXIT_UNREADABLE,
    KEY_WORDS,
    Actions,
    add_key_option,
    add_reading_options,
    find_kiosk_key,
    find_one_path,
    printable,
)
from kiosk.model import Environment, Outcome

TERMINAL = "-"
_PIXELS_PER_MODULE, _QUIET_MODULES = 6, 4

# (English, Arabic); the order of a report's lines
WORDS = {
    "title": ("Shift report", "تقرير المناوبة"),
    "log": ("log", "السجل"),
    "station": ("station", "المحطة"),
    "time": ("time (UTC)", "الوقت (UTC)"),
    "rows": ("rows", "القيود"),
    "visits": ("visits", "عمليات التحقق"),
    Outcome.PASS: ("passed", "مقبول"),
    Outcome.FAIL: ("failed", "مرفوض"),
    Outcome.REFER: ("referred", "إحالة للمراجعة"),
    "share": ("share referred", "نسبة الإحالة"),
    "reasons": ("reasons", "الأسباب"),
    "notes": ("notes", "الملاحظات"),
    "operators": ("referred by operator", "الإحالات حسب الموظف"),
    "unreadable": ("codes not readable", "رموز تعذّرت قراءتها"),
    "foreign": ("codes of other kinds", "رموز ليست هويات"),
    "events": ("other rows", "قيود أخرى"),
    "warnings": ("WARNING", "تنبيه"),
    "cut_off": ("times the kiosk was cut off", "مرات انقطع فيها عمل الجهاز فجأة"),
    "faults": ("stopped by", "توقّف بسبب"),
    "key_overdue": ("rows sealed to an old key", "قيود خُتمت بمفتاح قديم"),
    "not_sealed": ("visits not sealed", "عمليات تحقق غير مختومة"),
    "doubtful": ("visits at a doubtful clock", "عمليات تحقق والساعة مشكوك فيها"),
    "step": ("largest step of the clock, s", "أكبر قفزة في الساعة بالثواني"),
    "checkpoint": ("newest checkpoint", "أحدث نقطة مرجعية للسجل"),
    "unchecked": (
        "its signature was not checked: give the kiosk's key with --key",
        "لم يُتحقق من توقيعها: مرّر مفتاح الجهاز بالخيار ‎--key",
    ),
    "none": ("none", "لا يوجد"),
}
_COUNTED_ABOVE = {EntryKind.VISIT, EntryKind.CODES_COUNTED}


def add_actions(actions: Actions[argparse.ArgumentParser]) -> None:
    """Add `audit report`."""
    report = actions.add_parser("report", help="a shift in counts, with the newest checkpoint")
    add_span(report)
    report.add_argument("--language", choices=("en", "ar"), default="en", help="of the report (en)")
    report.add_argument(
        "--qr", metavar="FILE", help="the checkpoint as a code: a PNG file, or - for the terminal"
    )
    add_key_option(report, required=False, words=f"{KEY_WORDS}: who signed the checkpoint")
    add_reading_options(report)
    report.set_defaults(act=run)


def run(args: argparse.Namespace) -> int:
    """Carry out `audit report`. Raises Fault: LOG_BROKEN naming the first row that does not hold."""
    path = find_one_path(args)
    key = find_kiosk_key(args, Environment(path.stem))
    with open_outgoing(path) as source:
        span = source.find_span(args.since, args.until)
        summary = summarise(source.rows(span))
        note, station = find_newest_note(source, key), source.last_station()
    text = note.decode("utf-8", "replace") if note else ""
    word = {name: words[args.language == "ar"] for name, words in WORDS.items()}
    lines = [*describe(summary, span, path.stem, station, word), "", word["checkpoint"]]
    lines += [f"  {printable(line)}" for line in (text or word["none"]).splitlines()]
    print("\n".join([*lines, "", word["unchecked"]] if text and key is None else lines))
    if not text or args.qr is None:
        return 0
    return _draw(text, args.qr)


def describe(summary: Summary, span: Span, log: str, station: str, word: Mapping[Hashable, str]) -> list[str]:
    """Return the lines of a report, with `word` for each key of WORDS."""
    lines = [
        (word["log"], log),
        (word["station"], station),
        (word["time"], f"{summary.first:%Y-%m-%d %H:%M} - {summary.last:%Y-%m-%d %H:%M}"),
        (word["rows"], f"{span.first} - {span.last}"),
        (word["visits"], str(summary.visits)),
        *((f"  {word[each]}", str(summary.outcomes[each])) for each in Outcome),
        (word["share"], f"{100 * summary.refer_share:.1f} %"),
        *_table(word["reasons"], summary.reasons),
        *_table(word["notes"], summary.notes),
        *_operators(word["operators"], summary),
        (word["unreadable"], str(summary.unreadable)),
        (word["foreign"], str(summary.foreign)),
        *_table(word["events"], _events(summary)),
    ]
    lines += [(f"{word['warnings']}: {word[key]}", text) for key, text in _warnings(summary)]
    width = max(len(name) for name, _ in lines) + 2
    return [word["title"], "", *(f"{name:<{width}}{value}" for name, value in lines)]


def _table(name: str, counts: Counter[str]) -> Iterable[tuple[str, str]]:
    if counts:
        yield name, ""
    for key, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        yield f"  {key}", str(count)


def _operators(name: str, summary: Summary) -> Iterable[tuple[str, str]]:
    if summary.visits_by_operator:
        yield name, ""
    for operator, visits in sorted(summary.visits_by_operator.items()):
        yield f"  {printable(operator)}", f"{summary.referred_by_operator[operator]} / {visits}"


def _events(summary: Summary) -> Counter[str]:
    return Counter({kind.value: n for kind, n in summary.kinds.items() if kind not in _COUNTED_ABOVE})


def _warnings(summary: Summary) -> Iterable[tuple[str, str]]:
    """Name what a supervisor must look into, and only that."""
    for key in ("cut_off", "key_overdue", "not_sealed", "doubtful"):
        count: int = getattr(summary, key)
        if count:
            yield key, str(count)
    if summary.largest_step_s:
        yield "step", f"{summary.largest_step_s:+.0f}"
    for reason, count in sorted(summary.faults.items()):
        yield "faults", f"{reason} x {count}"


def _draw(note: str, target: str) -> int:
    """Draw the checkpoint as a code: bytes in UTF-8, low error correction, a quiet zone of four modules."""
    code = segno.make(note, error="l", mode="byte", encoding="utf-8", micro=False)
    if target == TERMINAL:
        code.terminal(compact=True, border=_QUIET_MODULES)
        return 0
    try:
        with Path(target).open("wb") as file:
            code.save(file, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES)
    except OSError as err:
        print(f"kiosk audit: {target}: {err.strerror}", file=sys.stderr)
        return EXIT_UNREADABLE
    return 0
