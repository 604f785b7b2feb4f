from dataclasses import fields

import numpy as np

from kiosk.audit.entry import FaceMeasure
from kiosk.face.covering import Bareness
from kiosk.face.match import FaceResult, refer
from kiosk.face.pose import Pose
from kiosk.face.quality import FaceQuality
from kiosk.measures import measure_of
from kiosk.model import Reason

QUALITY = FaceQuality(
    eye_distance_px=90.5,
    sharpness_var=4.5,
    luminance_mean=120.0,
    luminance_std=40.0,
    underexposed_share=0.01,
    overexposed_share=0.02,
    light_ratio=0.9,
    pose=Pose(1.0, 2.0, 3.0),
    eye_openness=0.3,
    bareness=Bareness(0.4, 0.25, 0.8, 0.5),
    inside_share=0.97,
    filled_share=0.2,
)


def test_every_measure_of_a_face_has_its_number_in_the_row():
    result = FaceResult(
        refer(Reason.FACE_UNCERTAIN), 0.41, QUALITY, live=np.zeros((5, 4, 3)), frames=9, tries=3, faces=2
    )

    measure = measure_of(result, "model")

    assert all(getattr(measure, field.name) is not None for field in fields(FaceMeasure))
    assert ("model", 9, 3, 0.41) == (measure.model_id, measure.frames, measure.tries, measure.score)
    assert (120.0, 40.0) == (measure.brightness, measure.contrast)
    assert (1.0, 2.0, 3.0) == (measure.yaw_deg, measure.pitch_deg, measure.roll_deg)


def test_a_visit_without_a_face_has_counts_only():
    measure = measure_of(FaceResult(refer(Reason.FACE_TIMEOUT), faces=2), "model")

    assert FaceMeasure("model", 0, tries=0, faces_in_view=2) == measure
