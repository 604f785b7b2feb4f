"""A picture file to the photo of a credential; loads the face engine only when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.errors import Refused

if TYPE_CHECKING:
    from kiosk.face.faces import FaceEngine


def take_photo_from(path: Path) -> Callable[[int], bytes]:
    """Return a maker of the credential photo from the picture at `path`, given its most bytes.

    The maker raises Refused: no picture, or not exactly one usable face.
    """

    def take(budget: int) -> bytes:
        return _take(path, budget)

    return take


def _take(path: Path, budget: int) -> bytes:
    # OpenCV and the models take longer to load than all other commands take to run.
    from issuer.photo import PhotoRefused, make_photo  # noqa: PLC0415 - see above
    from kiosk.imaging import ImageRefused, read_image_file  # noqa: PLC0415 - see above

    try:
        return make_photo(_engine(), read_image_file(path), budget)
    except (ImageRefused, PhotoRefused) as err:
        raise Refused(f"the photo is refused: {err}") from err


@cache
def _engine() -> FaceEngine:
    from kiosk.face.engine import load_engine  # noqa: PLC0415 - see above

    return load_engine()
