"""What the face step found, as the numbers of its row: never a picture, never a description of a face."""

from __future__ import annotations

from dataclasses import replace

from kiosk.audit.entry import FaceMeasure
from kiosk.face.match import FaceResult


def measure_of(face: FaceResult, model_id: str) -> FaceMeasure:
    """Return the numbers of the face step; `model_id` names the engine that gave the score."""
    quality = face.quality
    measure = FaceMeasure(model_id, face.frames, face.score, tries=face.tries, faces_in_view=face.faces)
    if quality is None:
        return measure
    return replace(
        measure,
        eye_distance_px=quality.eye_distance_px,
        sharpness_var=quality.sharpness_var,
        brightness=quality.luminance_mean,
        contrast=quality.luminance_std,
        underexposed_share=quality.underexposed_share,
        overexposed_share=quality.overexposed_share,
        light_ratio=quality.light_ratio,
        yaw_deg=quality.pose.yaw_deg,
        pitch_deg=quality.pose.pitch_deg,
        roll_deg=quality.pose.roll_deg,
        eye_openness=quality.eye_openness,
        nostril_contrast=quality.bareness.nostril_contrast,
        mouth_contrast=quality.bareness.mouth_contrast,
        mouth_detail_ratio=quality.bareness.mouth_detail_ratio,
        inside_share=quality.inside_share,
    )
