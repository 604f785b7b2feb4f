"""What the demo plays: its visitors, and what an honest kiosk must say of each.

The pictures are public-domain portraits filmed by a simulated camera; a face of the play has another crop,
light, angle and noise than the photo in the credential. Nothing here decides anything: the expectations are
compared with what the real pipeline said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from kiosk.camera.film import Look
from kiosk.camera.phone import PHONE_LOOK, draw_phone
from kiosk.camera.scene import Shot, ShotKind
from kiosk.demo.authority import DemoAuthority, holder_portrait, impostor_portrait
from kiosk.imaging import read_image_file
from kiosk.model import Outcome, Pixels, Reason


class Manner(Enum):
    """What a visitor does when the kiosk asks for movements."""

    FOLLOWS = "follows"
    STAYS = "stays"
    ASKS = "asks for an officer"


@dataclass(frozen=True, slots=True)
class Act:
    """One visitor: the code his phone shows, the face behind it if it comes to that, the right answer.

    `manner` counts only at a counter that asks for movements.
    """

    name: str
    code: str
    face: str | None
    outcome: Outcome
    reason: Reason | None
    manner: Manner = Manner.STAYS


ACTS = (
    Act("the holder", "live", "holder", Outcome.PASS, None),
    Act("an impostor with the holder's phone", "live", "impostor", Outcome.FAIL, Reason.FACE_MISMATCH),
    Act("a screenshot of an hour ago", "old_screenshot", None, Outcome.FAIL, Reason.PROOF_STALE),
    Act("a screenshot with the proof cut out", "stripped", None, Outcome.FAIL, Reason.PROOF_MISSING),
    Act("a copy from before the renewal", "superseded", None, Outcome.FAIL, Reason.SUPERSEDED),
)
# At a counter that asks for movements. The person is the same in all three, only what he does differs.
BANK_ACTS = (
    Act("the holder, who follows", "live", "holder", Outcome.PASS, None, Manner.FOLLOWS),
    Act("a picture that follows nothing", "live", "holder", Outcome.REFER, Reason.LIVENESS_NOT_PASSED),
    Act(
        "the holder, who rather asks for an officer",
        "live",
        "holder",
        Outcome.REFER,
        Reason.LIVENESS_SKIPPED,
        Manner.ASKS,
    ),
)
ACTS_OF = {"checkpoint": ACTS, "hotel": ACTS, "bank": BANK_ACTS}
NOBODY = "nobody"
_PHONE_S = 3.0
_GAP_S = 1.8  # longer than a code must be gone before it counts as presented again


def _phone(authority: DemoAuthority, act: Act) -> Callable[[], Pixels]:
    return lambda: draw_phone(read_image_file(authority.present(act.code)))


def _face(act: Act) -> Callable[[], Pixels]:
    portrait = holder_portrait() if act.face == "holder" else impostor_portrait()
    return lambda: read_image_file(portrait)


# So close that the portrait fills the frame: its edges would be those of a picture held up, and be refused.
_FACE_LOOKS = {
    "holder": Look(scale=3.7, focus=(0.44, 0.25), tilt_deg=3, roll_deg=-2, light=0.3, gamma=1.2, blur_px=0.9),
    "impostor": Look(scale=2.65, focus=(0.5, 0.4), tilt_deg=2, roll_deg=0.6, light=0.2, blur_px=0.9),
}


def make_shots(authority: DemoAuthority, acts: Sequence[Act] = ACTS) -> tuple[Shot, ...]:
    """Return the shots of `acts`: for each an empty room, the phone, and the face where it comes to that.

    The last visitor leaves an empty room as well.
    """
    shots: list[Shot] = []
    for act in acts:
        shots.append(Shot(ShotKind.EMPTY, _GAP_S, act.name))
        if act.face is None:
            shots.append(
                Shot(ShotKind.PHONE, _PHONE_S, act.name, _phone(authority, act), PHONE_LOOK, held=True)
            )
        else:
            shots.append(Shot(ShotKind.PHONE, _PHONE_S, act.name, _phone(authority, act), PHONE_LOOK))
            shots.append(Shot(ShotKind.FACE, 1.0, act.name, _face(act), _FACE_LOOKS[act.face], held=True))
    shots.append(Shot(ShotKind.EMPTY, _GAP_S, NOBODY))
    return tuple(shots)
