"""What a row says of one visitor's verification: what was decided, by which steps, on which measures.

Rules kept here: every measure is a number or a name from a closed set; nothing here can hold a picture, an
embedding or a word of a credential. The entry around it is in `entry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.audit.facts import check_finite, check_text, check_utc
from kiosk.model import Grade, Movement, Note, Outcome, Reason, Source, Step


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a visit: what it said and how long it took. `outcome` is None when it did not run."""

    step: Step
    outcome: Outcome | None
    ms: float

    def __post_init__(self) -> None:
        check_finite(self.ms)


@dataclass(frozen=True, slots=True)
class ListUsed:
    """The status list a verdict rests on: its version, when it was issued, and its age at the visit.

    Its address and the holder's index in it are left out: they would name the holder.
    """

    version: int
    issued_at: datetime
    age_s: int
    grade: Grade

    def __post_init__(self) -> None:
        check_utc(self.issued_at)


@dataclass(frozen=True, slots=True)
class FaceMeasure:
    """The numbers of the face step, never a picture or an embedding.

    `score` is the mean of the counted `frames`, by the scale of the model. The rest is of the best picture,
    in the units of `face/quality.py`; `brightness` and `contrast` are luminance mean and deviation there.
    `faces_in_view` is the most faces that were in front at once.
    """

    model_id: str
    frames: int
    score: float | None = None
    eye_distance_px: float | None = None
    sharpness_var: float | None = None
    brightness: float | None = None
    contrast: float | None = None
    tries: int | None = None
    underexposed_share: float | None = None
    overexposed_share: float | None = None
    light_ratio: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    eye_openness: float | None = None
    nostril_contrast: float | None = None
    mouth_contrast: float | None = None
    mouth_detail_ratio: float | None = None
    inside_share: float | None = None
    faces_in_view: int | None = None

    def __post_init__(self) -> None:
        check_text(self.model_id)
        check_finite(self.score, self.eye_distance_px, self.sharpness_var, self.brightness, self.contrast)
        check_finite(self.underexposed_share, self.overexposed_share, self.light_ratio, self.inside_share)
        check_finite(self.yaw_deg, self.pitch_deg, self.roll_deg, self.eye_openness)
        check_finite(self.nostril_contrast, self.mouth_contrast, self.mouth_detail_ratio)


@dataclass(frozen=True, slots=True)
class LivenessMeasure:
    """Which movements were asked for in the last of `tries`, and which were made when they were asked for.

    `least_likeness` is the matcher's lowest score between the person compared and whoever moved. Nothing
    else of a living person was checked: this is no certified presentation attack detection.
    """

    model_id: str
    asked: tuple[Movement, ...]
    made: tuple[Movement, ...]
    tries: int
    least_likeness: float | None = None

    def __post_init__(self) -> None:
        check_text(self.model_id)
        check_finite(self.least_likeness)


@dataclass(frozen=True, slots=True)
class CodeMeasure:
    """How well the code was read, never what it holds; what the decoder does not say is None.

    `unused_ec` is the share of the code's error correction that was left over, from 0 to 1; `version` is the
    QR version, 1 to 40.
    """

    decoder: str
    px_per_module: float | None = None
    unused_ec: float | None = None
    version: int | None = None

    def __post_init__(self) -> None:
        check_text(self.decoder)
        check_finite(self.px_per_module, self.unused_ec)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor's verification as it was decided.

    `issuer_key_id` is the 8-byte `kid`; `pseudonym` is the keyed 32 bytes of `pseudonym.PseudonymKeys`;
    `operator` is a staff number, never a name. `simulated_camera` is that of the code, and of the face unless
    a second camera saw it; that one is `simulated_face_camera`.
    """

    purpose: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    steps: tuple[StepResult, ...]
    notes: tuple[Note, ...] = ()
    source: Source | None = None
    issuer_key_id: bytes | None = None
    status_list: ListUsed | None = None
    policy_id: str | None = None
    face: FaceMeasure | None = None
    operator: str | None = None
    pseudonym: bytes | None = None
    simulated_camera: bool = False
    code: CodeMeasure | None = None
    simulated_face_camera: bool = False
    liveness: LivenessMeasure | None = None

    def __post_init__(self) -> None:
        check_text(self.purpose, self.policy_id, self.operator)
