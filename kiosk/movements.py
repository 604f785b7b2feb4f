"""What a visit does with the movements asked of a person: begins, shows, and measures them for the row.

Nothing is decided here: the challenge is in `kiosk.face.liveness`, the verdict in `conclude`.
"""

from __future__ import annotations

from kiosk.audit.entry import LivenessMeasure
from kiosk.face.faces import FaceEngine
from kiosk.face.liveness import LastSeen, LivenessCheck, LivenessProgress, LivenessResult
from kiosk.gear import Gear
from kiosk.trust.policy import Policy
from kiosk.view import FaceView, Holder


def start_liveness(gear: Gear, engine: FaceEngine, policy: Policy, last: LastSeen) -> LivenessCheck:
    """Begin to ask the person in `last` for movements, as the signed policy says."""
    return LivenessCheck(
        engine,
        policy.liveness,
        gear.chance,
        last,
        code_absent_s=policy.face.code_absent_s,
        min_eye_distance_px=policy.face.min_eye_distance_px,
    )


def show_liveness(progress: LivenessProgress, holder: Holder | None) -> FaceView:
    """Return what the screen shows while movements are asked for."""
    return FaceView(
        progress.hint,
        progress.progress,
        progress.seconds_left,
        progress.face,
        holder,
        progress.movement,
        may_skip=True,
    )


def measure_liveness(done: LivenessResult | None) -> LivenessMeasure | None:
    """Return for the row what was asked of the person and what was seen, None when nothing was."""
    if done is None:
        return None
    return LivenessMeasure(done.model_id, done.asked, done.made, done.tries, done.least_likeness)
