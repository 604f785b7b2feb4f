"""The figures of a face evaluation as JSON: for programs, and for comparing one run with another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from kiosk.evaluate.curve import Operating, Point, Scores
from kiosk.evaluate.faces import FaceFigures
from kiosk.evaluate.groups import Group
from kiosk.evaluate.rates import Rate
from kiosk.evaluate.tally import Tally

FORMAT = "mudaqqiq-face-evaluation-1"
Circumstances = Sequence[tuple[str, str]]


def as_json(figures: FaceFigures, circumstances: Circumstances) -> str:
    """Return all figures as JSON, keys in a fixed order, shares with six digits."""
    return json.dumps(_record(figures, circumstances), indent=1, ensure_ascii=False) + "\n"


def _record(figures: FaceFigures, circumstances: Circumstances) -> dict[str, object]:
    limits = asdict(figures.limits) | {"engine": figures.limits.engine.value}
    acquired, compared = figures.acquisition, figures.comparisons
    return {
        "format": FORMAT,
        "circumstances": dict(circumstances),
        "models": figures.model_id,
        "probe": "simulated webcam",
        "photo_bytes": {"at_most": figures.photo_bytes, "mean": round(acquired.photo_bytes_mean, 1)},
        "limits": limits,
        "acquisition": {
            "people": acquired.people,
            "people_with_genuine_visits": acquired.people_with_genuine,
            "pictures": acquired.pictures,
            "odd_lines_in_info_csv": acquired.odd_lines,
            "failure_to_enrol": rate_record(acquired.failed_to_enrol),
            "failure_to_enrol_reasons": dict(acquired.enrol_reasons),
            "failure_to_acquire": rate_record(acquired.failed_to_acquire),
            "failure_to_acquire_reasons": dict(acquired.acquire_reasons),
            "frames_not_counted": rate_record(acquired.frames),
            "frames_not_counted_reasons": dict(acquired.frame_refusals),
        },
        "visit": _tally(figures.visits),
        "visit_at_other_thresholds": [
            {"accept": each.accept, "refer": each.refer} | _tally(each.tally) for each in figures.settings
        ],
        "comparison": {
            "at_accept": _errors(*compared.at_accept),
            "at_refer": _errors(*compared.at_refer),
            "equal_error": _point(compared.equal_error),
            "at_chosen_false_match_rates": [_operating(each) for each in compared.chosen],
            "genuine_lowest": _end(compared.genuine, 0.0),
            "impostor_highest": _end(compared.impostor, 1.0),
            "detection_error_trade_off": [_point(point) for point in compared.curve],
        },
        "groups": [_group(group) for group in figures.groups],
    }


def rate_record(rate: Rate) -> dict[str, object]:
    """Return the counts of a rate, its share and its 95 % interval."""
    share = None if rate.share is None else round(rate.share, 6)
    ends = [round(rate.low, 6), round(rate.high, 6)]
    return {"errors": rate.errors, "trials": rate.trials, "share": share, "interval_95": ends}


def _tally(tally: Tally) -> dict[str, object]:
    return {
        "false_match": rate_record(tally.false_match),
        "false_non_match": rate_record(tally.false_non_match),
        "genuine_to_person": rate_record(tally.to_person),
        "genuine_to_person_reasons": dict(tally.reasons),
        "impostor_to_person": rate_record(tally.impostors_to_person),
        "pairs_of_people_with_false_match": rate_record(tally.pairs_matched),
        "people_with_false_non_match": rate_record(tally.people_refused),
        "people_sent_to_person": rate_record(tally.people_to_person),
    }


def _group(group: Group) -> dict[str, object]:
    return {
        "kind": group.kind,
        "name": group.name,
        "people": group.people,
        "pictures": group.pictures,
        "photos_refused": group.refused_photos,
        "visits_without_a_frame": group.empty_visits,
    } | _tally(group.tally)


def _errors(false_match: Rate, false_non_match: Rate) -> dict[str, object]:
    return {"false_match": rate_record(false_match), "false_non_match": rate_record(false_non_match)}


def _operating(point: Operating) -> dict[str, object]:
    return {"chosen": point.chosen_fmr, "threshold": point.threshold} | _errors(point.fmr, point.fnmr)


def _point(point: Point | None) -> dict[str, object] | None:
    if point is None:
        return None
    return {"threshold": round(point.threshold, 4), "fmr": round(point.fmr, 6), "fnmr": round(point.fnmr, 6)}


def _end(scores: Scores, share: float) -> float | None:
    return round(float(np.quantile(scores, share)), 4) if scores.size else None
