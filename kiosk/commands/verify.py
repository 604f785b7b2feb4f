"""`python -m kiosk verify`: one picture, PDF or text, checked off the counter.

Rules kept here: the answer is never authoritative: it writes no row, keeps no memory of codes seen, and
lets a file stand for a phone; it holds no personal data. Deciding is left to `verify` and `examination`.
Exit codes: 0 PASS, 1 FAIL, 3 REFER, 2 usage, 4 the kiosk cannot serve.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.config import Settings, load_settings
from kiosk.examination import Examination, examine_photo, examine_still_face, tightened
from kiosk.face.engine import load_engine
from kiosk.imaging import ImageRefused, read_image_file
from kiosk.intake.child import CodeReading
from kiosk.intake.choice import choose_code, distinct_ids
from kiosk.intake.codes import find_codes
from kiosk.intake.hatch import read_bounded
from kiosk.logfloor import LogFloor
from kiosk.model import (
    Check,
    CheckFailed,
    ClockReading,
    Fault,
    Grade,
    Outcome,
    Pixels,
    Presentation,
    Reason,
    Source,
    Unread,
    Verdict,
)
from kiosk.pdf import is_pdf
from kiosk.trust.clock import read_clock
from kiosk.trust.grading import grade_list, grade_store
from kiosk.trust.logged import find_nothing
from kiosk.trust.policy import PurposePolicy
from kiosk.trust.store import load_trust
from kiosk.trust.strictjson import format_time
from kiosk.trust.system_clock import CLOCK_FILE, observe_machine, peek_clock
from kiosk.trust.trustset import TrustSet
from kiosk.ui.language import Language
from kiosk.ui.reasons import REASONS
from kiosk.ui.words import CHECK_PASSED, ENVIRONMENTS, NOT_CHECKED, NOTES, OUTCOMES, PURPOSES, STEPS
from kiosk.verify.pipeline import Examined, conclude, examine_no_code, verify_credential

EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.REFER: 3}
EXIT_USAGE = 2
EXIT_FAULT = 4
_FIRST_YEAR, _LAST_YEAR = 2000, 9000


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, with everything it is decided by."""

    shown: Presentation | Unread
    face: Pixels | None
    trust: TrustSet
    purpose: PurposePolicy
    clock: ClockReading
    settings: Settings


class _UsageError(Exception):
    """The arguments name something that cannot be used; one sentence."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `verify`."""
    parser = subparsers.add_parser("verify", help="verify one picture, PDF or text, off the counter")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a picture or PDF with the code in it"
    )
    parser.add_argument(
        "--code", type=int, metavar="N", help="which ID, where the file holds several (1, 2, ...)"
    )
    parser.add_argument("--text", metavar="S", help="the text of the code, instead of a file")
    parser.add_argument("--face", type=Path, metavar="IMAGE", help="a picture of the person present")
    parser.add_argument("--trust", type=Path, metavar="DIR", help="the trust store ([paths] store)")
    parser.add_argument("--purpose", metavar="P", help="a purpose of the signed policy (the station's own)")
    parser.add_argument(
        "--at", type=time_with_offset, metavar="TIME", help="check at this time (ISO 8601 with offset)"
    )
    parser.add_argument("--language", choices=[each.value for each in Language], help="of the answer")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(func=run)


def time_with_offset(text: str) -> datetime:
    """Parse ISO 8601 with its offset. Raises ValueError for anything else, and for years far away."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not _FIRST_YEAR <= instant.year < _LAST_YEAR:
        raise ValueError
    return instant.astimezone(UTC)


def run(args: argparse.Namespace) -> int:
    """Verify what the arguments name, print the answer and return the exit code."""
    try:
        request = _load_request(args)
        examined, verdict = _examine(request)
    except _UsageError as err:
        print(f"kiosk verify: {err}", file=sys.stderr)
        return EXIT_USAGE
    except Fault as err:
        return _refuse(err, as_json=args.json)
    if args.json:
        print(json.dumps(describe(request, examined, verdict), ensure_ascii=False))
    else:
        language = Language(args.language or request.settings.screen.language)
        print("\n".join(_lines(request, verdict, language)))
    return EXIT_CODES[verdict.outcome]


def _refuse(fault: Fault, *, as_json: bool) -> int:
    if as_json:
        answer = {
            "authoritative": False,
            "verdict": None,
            "fault": fault.reason.value,
            "detail": fault.detail,
        }
        print(json.dumps(answer, ensure_ascii=False))
    print(f"kiosk verify: out of service, {fault}", file=sys.stderr)
    return EXIT_FAULT


def _load_request(args: argparse.Namespace) -> Request:
    if (args.file is None) == (args.text is None):
        raise _UsageError("give one picture or PDF, or one text with --text")
    settings = load_settings(args.config)
    shown = _read_code(args.file, args.code) if args.text is None else _pasted(args.text)
    face = None if args.face is None else _read_picture(args.face)
    paths, named = settings.paths, args.trust is not None
    logged = find_nothing if named else LogFloor(paths.log, paths.store).find
    trust = load_trust(args.trust if named else paths.store, logged)
    if args.at is None:
        memory = None if named else paths.state / CLOCK_FILE
        clock = peek_clock(memory, observe_machine(), trust.floor)
    else:
        clock = read_clock(args.at, trust.floor, given=True)
    return Request(shown, face, trust, _find_purpose(trust, args.purpose), clock, settings)


def _pasted(text: str) -> Presentation:
    return Presentation(text.strip("\r\n"), Source.PASTE)


def _read_code(path: Path, number: int | None) -> Presentation | Unread:
    """Read the code in a file; a PDF in a process of its own, for drawing one may take for ever."""
    content = b""
    try:
        content = read_bounded(path)
        texts = CodeReading().read(content) if is_pdf(content) else find_codes(content)
        text = choose_code(texts) if number is None else _numbered(distinct_ids(texts), number)
        return Presentation(text, Source.FILE)
    except CheckFailed as err:
        if err.reason is Reason.FILE_UNREADABLE and not is_pdf(content):
            raise _UsageError(f"{path}: {err.detail}") from err
        return Unread(err.reason, Source.FILE)


def _numbered(ids: Sequence[str], number: int) -> str:
    if not 1 <= number <= len(ids):
        raise _UsageError(f"there is no ID number {number}; IDs in the file: {len(ids)}")
    return ids[number - 1]


def _read_picture(path: Path) -> Pixels:
    try:
        return read_image_file(path)
    except ImageRefused as err:
        raise _UsageError(f"{path}: {err}") from err


def _find_purpose(trust: TrustSet, name: str | None) -> PurposePolicy:
    if name is not None and name not in trust.policy.purposes:
        known = ", ".join(sorted(trust.policy.purposes))
        raise _UsageError(f"the signed policy has no such purpose; it has {known}")
    return trust.purpose(name)


def _examine(request: Request) -> tuple[Examined, Verdict]:
    trust, purpose, clock = request.trust, request.purpose, request.clock
    if isinstance(request.shown, Unread):
        examined = examine_no_code(trust, purpose, clock, request.shown.reason)
        return examined, conclude(examined)
    examined = verify_credential(request.shown, trust, purpose, clock, time.perf_counter, at_counter=False)
    return examined, conclude(examined, _compare(request, examined).later_checks)


def _compare(request: Request, examined: Examined) -> Examination:
    """Read the photo and compare the face, where there is one to compare; the engine takes a second."""
    if request.face is None or not examined.portrait_wanted:
        return Examination(examined)
    limits = tightened(request.trust.policy.face, request.settings.tighten.face_accept)
    engine = load_engine(kind=limits.engine)
    examination = examine_photo(examined, limits, request.clock, engine, time.perf_counter)
    return examine_still_face(examination, request.face, limits, engine, time.perf_counter)


def describe(request: Request, examined: Examined, verdict: Verdict) -> dict[str, Any]:
    """Return what `verify --json` prints: nothing in it is personal."""
    trust, clock = request.trust, request.clock
    age, grade = _list_age(request, examined)
    return {
        "authoritative": False,
        "environment": trust.environment.value,
        "purpose": request.purpose.name,
        "verdict": verdict.outcome.value,
        "reasons": [reason.value for reason in verdict.reasons],
        "checks": [_describe_check(check) for check in verdict.checks],
        "notes": [note.value for note in verdict.notes],
        "list_age_s": None if age is None else int(age.total_seconds()),
        "grade": grade.name.lower(),
        "clock": {
            "now": format_time(clock.now),
            "floor": format_time(clock.floor),
            "state": clock.state.value,
            "uncertainty_s": round(clock.uncertainty_s, 1),
            "given": clock.given,
        },
    }


def _describe_check(check: Check) -> dict[str, Any]:
    return {
        "step": check.step.name,
        "number": check.step.value,
        "outcome": "NOT_RUN" if check.outcome is None else check.outcome.value,
        "reason": None if check.reason is None else check.reason.value,
        "detail": check.detail,
        "ms": round(check.ms, 3),
    }


def _list_age(request: Request, examined: Examined) -> tuple[timedelta | None, Grade]:
    """Return the age of the credential's own list, or of the oldest where there is none to speak of."""
    trust, clock = request.trust, request.clock
    latest = max(clock.now, clock.floor)
    if examined.credential is not None:
        uri = examined.credential.claims.status.uri
        grade = grade_list(trust, uri, clock)
        if grade is not None:
            return trust.list_age(uri, latest), grade
    return trust.oldest_age(latest), grade_store(trust, clock)


def _lines(request: Request, verdict: Verdict, language: Language) -> list[str]:
    """Return the answer for a person: one line a step, then what belongs to it."""

    def say(arabic: str, english: str) -> str:
        return arabic if language is Language.ARABIC else english

    name = request.purpose.name
    purpose = PURPOSES[name].say(language) if name in PURPOSES else name
    environment = ENVIRONMENTS[request.trust.environment].title(language)
    lines = [f"{OUTCOMES[verdict.outcome].say(language)} · {purpose} · {environment}"]
    lines += [f"  {check.step.value}  {_line(check, language)}" for check in verdict.checks]
    lines += [f"  *  {NOTES[note].sentence(language)}" for note in verdict.notes]
    force = say(
        "تحقّق من سطر الأوامر: لا يُعتدّ به ولا يُسجَّل.", "Off the counter: not authoritative, not logged."
    )
    return [*lines, f"  *  {force}"]


def _line(check: Check, language: Language) -> str:
    step = STEPS[check.step].say(language)
    if check.reason is None:
        word = NOT_CHECKED if check.outcome is None else CHECK_PASSED
        return f"{step}: {word.say(language)}"
    text = REASONS[check.reason]
    return f"{step}: {text.title(language)} ({check.reason.value}). {text.sentence(language)}"
