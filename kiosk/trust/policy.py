"""The signed policy: ages, windows, thresholds and purposes, read strictly and kept within sane bounds.

Rules kept here: a policy can be stricter or laxer only within the bounds below, so that even a signed mistake
cannot switch a protection off. Deciding by the policy is left to `trustset.py`, `verify` and the visit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from types import MappingProxyType

from kiosk.model import EngineKind, Environment, FaceLimits, LivenessLimits, Source
from kiosk.trust.errors import TrustError
from kiosk.trust.sealing import NO_AUDIT_POLICY, AuditPolicy, parse_audit_policy
from kiosk.trust.strictjson import Table, open_table, parse_json

MAX_BYTES = 64 * 1024
MAX_NAMES = 32
MAX_AGE_HOURS = 24 * 365
MAX_WINDOW_S = 600
MAX_LEEWAY_S = 600
LIVE_SOURCES = frozenset({Source.CAMERA.value, Source.SCANNER.value})
SHOWN = frozenset(
    {"names", "number", "born", "gender", "nationality", "class", "valid_until", "guardian", "occupation"}
    | {"employer", "sponsor", "photo"}
)
FACE_BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "accept": (0.3, 1.0),
        "refer": (0.0, 1.0),
        "frames": (1, 30),
        "tries": (1, 5),
        "window_s": (0.0, 5.0),
        "try_s": (1.0, 30.0),
        "timeout_s": (1.0, 60.0),
        "code_absent_s": (0.3, 10.0),
        "covered_s": (1.0, 60.0),
        "min_age_years": (0, 25),
        "min_eye_distance_px": (30.0, 1000.0),
        "min_sharpness_var": (0.5, 10000.0),
        "min_luminance_mean": (0.0, 255.0),
        "max_luminance_mean": (0.0, 255.0),
        "min_luminance_std": (0.0, 128.0),
        "max_underexposed_share": (0.0, 1.0),
        "max_overexposed_share": (0.0, 1.0),
        "min_light_ratio": (0.0, 1.0),
        "max_yaw_deg": (5.0, 60.0),
        "max_pitch_deg": (5.0, 60.0),
        "max_roll_deg": (5.0, 60.0),
        "min_eye_openness": (0.0, 0.3),
        "min_inside_share": (0.5, 1.0),
        "min_nostril_contrast": (0.05, 0.5),
        "min_mouth_contrast": (0.03, 0.5),
        "min_mouth_detail_ratio": (0.2, 2.0),
    }
)
# A score means something else to each engine, so the lowest that may count as the same person is its own.
# SFace: measured, its published 0.363 takes 21 of 11,024 strangers for one person, up to one in seven in a
# small group. dlib: at 0.40 one pair of strangers in four of one small group.
LOWEST_ACCEPT: Mapping[EngineKind, float] = MappingProxyType({EngineKind.SFACE: 0.4, EngineKind.DLIB: 0.45})
_FRAME_GAP_S = 0.1  # frames that count are at least so far apart
_KEYS = frozenset(
    {"format", "id", "environment", "issued", "list_age", "stale_list", "proof", "clock", "face", "purposes"}
    | {"station_classes"}
)
_OPTIONAL_KEYS = frozenset({"audit", "cameras", "liveness"})
_LIVENESS_BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"movements": (2, 4), "tries": (1, 3), "answer_s": (2.0, 10.0), "timeout_s": (10.0, 60.0)}
)
DEFAULT_LIVENESS = LivenessLimits()
_CAMERA = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}:[!-~]{0,64}")
_MAX_CAMERAS = 1000
_PURPOSE_KEYS = ("print_copy", "live_proof", "face", "liveness", "show", "mask_number")


@dataclass(frozen=True, slots=True)
class PurposePolicy:
    """What one purpose demands and shows.

    `live_proof` concerns prints only: a credential with a holder key always needs its proof. `show` holds
    words of SHOWN.
    """

    name: str
    print_copy_accepted: bool
    live_proof: bool
    face: bool
    liveness: bool
    show: frozenset[str]
    mask_number: bool


@dataclass(frozen=True, slots=True)
class ListAges:
    """Up to which age, inclusive, a status list is fresh, ageing or stale; beyond it is expired."""

    fresh: timedelta
    ageing: timedelta
    stale: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The signed rules of one authority. Times are aware UTC.

    `cameras` names the only ones that may be used, each as "vendor:product:serial" (hexadecimal, and the
    serial number as the camera gives it, or nothing); empty where any camera of the machine may.
    """

    id: str
    environment: Environment
    issued: datetime
    list_age: ListAges
    stale_list_accepted: bool
    proof_window_s: int
    proof_sources: frozenset[Source]
    forward_leeway_s: int
    face: FaceLimits
    purposes: Mapping[str, PurposePolicy]
    station_classes: Mapping[str, frozenset[str]]
    audit: AuditPolicy = NO_AUDIT_POLICY
    liveness: LivenessLimits = DEFAULT_LIVENESS
    cameras: frozenset[str] = frozenset()


def parse_policy(content: bytes) -> Policy:
    """Parse `policy.json`. Raises TrustError naming the part that is wrong."""
    table = open_table(parse_json(content, "policy.json", MAX_BYTES), "policy", _KEYS, _OPTIONAL_KEYS)
    table.whole("format", 1, 1)
    proof = table.table("proof", ["window_s", "sources"])
    purposes = _parse_purposes(table)
    return Policy(
        id=table.text("id"),
        environment=Environment(table.word("environment", [e.value for e in Environment])),
        issued=table.time("issued"),
        list_age=_parse_ages(table),
        stale_list_accepted=table.word("stale_list", ["refer", "note"]) == "note",
        proof_window_s=proof.whole("window_s", 1, MAX_WINDOW_S),
        proof_sources=frozenset(Source(word) for word in proof.words("sources", LIVE_SOURCES)),
        forward_leeway_s=table.table("clock", ["forward_leeway_s"]).whole(
            "forward_leeway_s", 0, MAX_LEEWAY_S
        ),
        face=_parse_face(table),
        purposes=purposes,
        station_classes=_parse_classes(table, purposes),
        audit=parse_audit_policy(table),
        liveness=_parse_liveness(table),
        cameras=_parse_cameras(table),
    )


def _parse_ages(policy: Table) -> ListAges:
    names = ("fresh", "ageing", "stale")
    table = policy.table("list_age", [f"{name}_hours" for name in names])
    hours = [table.whole(f"{name}_hours", 1, MAX_AGE_HOURS) for name in names]
    if hours != sorted(hours):
        raise TrustError("policy.list_age does not grow from fresh to stale")
    return ListAges(*(timedelta(hours=n) for n in hours))


def _parse_face(policy: Table) -> FaceLimits:
    table = policy.table("face", [field.name for field in fields(FaceLimits)])
    values: dict[str, int | float] = {}
    engine = EngineKind(table.word("engine", [kind.value for kind in EngineKind]))
    for field in fields(FaceLimits):
        if field.name == "engine":
            continue
        low, high = FACE_BOUNDS[field.name]
        if isinstance(field.default, int):
            values[field.name] = table.whole(field.name, int(low), int(high))
        else:
            values[field.name] = table.number(field.name, low, high)
    if values["refer"] >= values["accept"]:
        raise TrustError("policy.face.refer is not below policy.face.accept")
    least_s = max(values["window_s"], _FRAME_GAP_S * (values["frames"] - 1))
    if not least_s <= values["try_s"] <= values["timeout_s"]:
        raise TrustError("policy.face has no room for its frames in try_s, or for a try in timeout_s")
    if values["min_luminance_mean"] >= values["max_luminance_mean"]:
        raise TrustError("policy.face.min_luminance_mean is not below policy.face.max_luminance_mean")
    if values["accept"] < LOWEST_ACCEPT[engine]:
        raise TrustError(f"policy.face.accept is below {LOWEST_ACCEPT[engine]}, the least for {engine.value}")
    return FaceLimits(engine=engine, **values)  # type: ignore[arg-type] # whole() for the int fields, above


def _parse_liveness(policy: Table) -> LivenessLimits:
    """Read the section `liveness`; a policy without one means the defaults."""
    if "liveness" not in policy.values:
        return DEFAULT_LIVENESS
    table, bounds = policy.table("liveness", _LIVENESS_BOUNDS), _LIVENESS_BOUNDS
    movements, tries = (table.whole(key, *map(int, bounds[key])) for key in ("movements", "tries"))
    answer_s, timeout_s = (table.number(key, *bounds[key]) for key in ("answer_s", "timeout_s"))
    return LivenessLimits(movements, tries, answer_s, timeout_s)


def _parse_cameras(policy: Table) -> frozenset[str]:
    if "cameras" not in policy.values:
        return frozenset()
    names = policy.values["cameras"]
    if not isinstance(names, list) or not 1 <= len(names) <= _MAX_CAMERAS:
        raise TrustError(f"policy.cameras is not a list of 1 to {_MAX_CAMERAS} cameras")
    if not all(isinstance(name, str) and _CAMERA.fullmatch(name) for name in names):
        raise TrustError("policy.cameras has a name that is not vendor:product:serial")
    return frozenset(names)


def _parse_purposes(policy: Table) -> Mapping[str, PurposePolicy]:
    return MappingProxyType(
        {
            name: _parse_purpose(name, open_table(value, f"policy.purposes.{name}", _PURPOSE_KEYS))
            for name, value in policy.named("purposes", MAX_NAMES).items()
        }
    )


def _parse_purpose(name: str, table: Table) -> PurposePolicy:
    return PurposePolicy(
        name=name,
        print_copy_accepted=table.word("print_copy", ["accept", "refer"]) == "accept",
        live_proof=table.flag("live_proof"),
        face=table.flag("face"),
        liveness=table.flag("liveness"),
        show=table.words("show", SHOWN),
        mask_number=table.flag("mask_number"),
    )


def _parse_classes(policy: Table, purposes: Mapping[str, PurposePolicy]) -> Mapping[str, frozenset[str]]:
    names = policy.named("station_classes", MAX_NAMES)
    table = Table("policy.station_classes", names)
    return MappingProxyType({name: table.words(name, purposes) for name in names})
