"""`python -m kiosk evaluate`: measure errors on one's own people and clips, to choose thresholds by.

`faces` compares people, `liveness` plays labelled clips. Figures never decide an exit code: 0 measured,
2 usage, 4 a part of the kiosk cannot serve. Progress goes to standard error, figures to standard output.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from kiosk.bench.machine import describe_machine
from kiosk.evaluate import livereport
from kiosk.evaluate.clips import Clip, find_clips
from kiosk.evaluate.faces import STEPS, evaluate_faces
from kiosk.evaluate.liveness import evaluate_liveness
from kiosk.evaluate.page import as_page
from kiosk.evaluate.people import People, find_people
from kiosk.evaluate.progress import Progress
from kiosk.evaluate.record import Circumstances, as_json
from kiosk.evaluate.summary import as_text
from kiosk.face.engine import load_engine
from kiosk.model import EngineKind, FaceLimits, LivenessLimits

EXIT_USAGE = 2
PHOTO_BYTES = 700
_PHOTO_BYTES_RANGE = (200, 20_000)
_USUAL = FaceLimits()
# Scores of one engine mean nothing to the other. Those of SFace are the policy's defaults.
_THRESHOLDS = {EngineKind.SFACE: (_USUAL.accept, _USUAL.refer), EngineKind.DLIB: (0.50, 0.40)}


class _Misused(ValueError):
    """The arguments do not go together; the text says how."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `evaluate` with `faces` and `liveness`."""
    parser = subparsers.add_parser("evaluate", help="measure errors on your own people")
    kinds = parser.add_subparsers(dest="kind", metavar="faces|liveness", required=True)
    faces = kinds.add_parser("faces", help="compare people: a folder for each, with any pictures in it")
    faces.add_argument(
        "--photo-bytes", type=int, default=PHOTO_BYTES, metavar="N", help=f"of a credential ({PHOTO_BYTES})"
    )
    faces.add_argument(
        "--engine",
        choices=[kind.value for kind in EngineKind],
        default=EngineKind.SFACE.value,
        help="(sface)",
    )
    faces.add_argument("--accept", type=float, metavar="SCORE", help="the same person from this score on")
    faces.add_argument("--refer", type=float, metavar="SCORE", help="another person below this score")
    faces.add_argument("--frames", type=int, default=_USUAL.frames, metavar="N", help="of one try")
    faces.add_argument("--tries", type=int, default=_USUAL.tries, metavar="N", help="of one visit")
    liveness = kinds.add_parser(
        "liveness", help="play clips: bona_fide/ and a folder for each kind of attack"
    )
    parser.set_defaults(func=run)
    for each in (faces, liveness):
        each.add_argument("--data", type=Path, required=True, metavar="DIR")
        each.add_argument("--report", type=Path, metavar="OUT", help="write the report (HTML) to OUT")
        each.add_argument("--json", action="store_true", help="print all figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure what was asked for."""
    return _run_faces(args) if args.kind == "faces" else _run_liveness(args)


def _run_faces(args: argparse.Namespace) -> int:
    try:
        limits = _limits(args)
        people = _people(args.data)
        _check_report(args.report)
    except _Misused as err:
        return _refuse(str(err))
    circumstances = _circumstances(args.data)
    engine = load_engine(kind=limits.engine)
    bar = Progress(sys.stderr, STEPS * len(people.pictures), "faces")
    figures = evaluate_faces(engine, people, limits, args.photo_bytes, bar.step)
    if args.report:
        args.report.write_text(as_page(figures, circumstances), "utf-8")
    print((as_json if args.json else as_text)(figures, circumstances).rstrip())
    return 0


def _run_liveness(args: argparse.Namespace) -> int:
    try:
        clips = _clips(args.data)
        _check_report(args.report)
    except _Misused as err:
        return _refuse(str(err))
    circumstances = _circumstances(args.data)
    engine = load_engine()
    bar = Progress(sys.stderr, len(clips), "clips")
    figures = evaluate_liveness(engine, clips, LivenessLimits(), bar.step)
    if args.report:
        args.report.write_text(livereport.as_page(figures, circumstances), "utf-8")
    print((livereport.as_json if args.json else livereport.as_text)(figures, circumstances).rstrip())
    return 0


def _limits(args: argparse.Namespace) -> FaceLimits:
    """Return the limits that were asked for. Raises _Misused."""
    kind = EngineKind(args.engine)
    accept, refer = _THRESHOLDS[kind]
    accept = accept if args.accept is None else args.accept
    refer = min(refer, accept) if args.refer is None else args.refer
    if not -1.0 <= refer <= accept <= 1.0:
        raise _Misused(
            f"--refer {refer:g} and --accept {accept:g}: between -1 and 1, and refer not above accept"
        )
    if not 1 <= args.frames <= 30 or not 1 <= args.tries <= 10:  # noqa: PLR2004 - more is no visit
        raise _Misused("--frames from 1 to 30, --tries from 1 to 10")
    least, most = _PHOTO_BYTES_RANGE
    if not least <= args.photo_bytes <= most:
        raise _Misused(f"--photo-bytes from {least} to {most}")
    return FaceLimits(engine=kind, accept=accept, refer=refer, frames=args.frames, tries=args.tries)


def _people(folder: Path) -> People:
    if not folder.is_dir():
        raise _Misused(f"{folder}: no such folder")
    try:
        people = find_people(folder)
    except OSError as err:
        raise _Misused(f"{folder}: not readable, {type(err).__name__}") from err
    if not people.pictures:
        raise _Misused(f"{folder}: no pictures in folders by person")
    return people


def _clips(folder: Path) -> tuple[Clip, ...]:
    try:
        clips = find_clips(folder)
    except OSError as err:
        raise _Misused(f"{folder}: not readable, {type(err).__name__}") from err
    if not clips:
        raise _Misused(f"{folder}: no clips in folders by kind")
    return clips


def _check_report(path: Path | None) -> None:
    """Refuse a place where no report can be written, before minutes are spent on it."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise _Misused(f"{path}: no file can be written there")


def _circumstances(folder: Path) -> Circumstances:
    machine = describe_machine()
    return (("date", f"{datetime.now(UTC):%Y-%m-%d}"), ("data", folder.resolve().name), *machine)


def _refuse(sentence: str) -> int:
    print(f"kiosk evaluate: {sentence}", file=sys.stderr)
    return EXIT_USAGE
