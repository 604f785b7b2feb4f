"""Other looks at the same grey picture, for codes that the plain picture does not give away.

A `View` knows the way back to the picture it was made from, so that a finding has its place in the frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.camera.decoders import Affine
from kiosk.model import Box, Pixels

_PAD = 0.06  # of the code's side: room for the quiet zone and for corners that are a little off
_MAX_STILL_SIDE = 4000  # no view of a file is larger; more pixels than this never helped to read
_QUIET_PX = 24


@dataclass(frozen=True, slots=True)
class View:
    """A grey picture made from another one, and the 2 x 3 affine matrix that leads back to that one."""

    grey: Pixels
    back: Affine


def crop_around(grey: Pixels, box: Box) -> View | None:
    """Cut out `box` with a margin; None where nothing of it lies in the picture."""
    margin = _PAD * max(box.width, box.height) + 6
    height, width = grey.shape
    left, top = max(0, int(box.left - margin)), max(0, int(box.top - margin))
    right = min(width, int(box.left + box.width + margin) + 1)
    bottom = min(height, int(box.top + box.height + margin) + 1)
    if right - left < 1 or bottom - top < 1:
        return None
    return View(grey[top:bottom, left:right], np.array([[1.0, 0.0, left], [0.0, 1.0, top]]))


def enlarged(view: View, factor: float, *, sharpen: float = 0.0, reach: float = 1.0) -> View:
    """Return `view` at `factor` times its size, its edges lifted by `sharpen` times an unsharp mask.

    `reach` is the mask's sigma in pixels of `view`.
    """
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    grey = cv2.resize(view.grey, None, fx=factor, fy=factor, interpolation=how)
    if sharpen:
        blurred = cv2.GaussianBlur(grey, (0, 0), reach * factor)
        grey = cv2.addWeighted(grey, 1 + sharpen, blurred, -sharpen, 0)
    back = view.back.copy()
    back[:, :2] /= factor
    return View(np.asarray(grey, np.uint8), back)


def bordered(view: View) -> View:
    """Return `view` with a white quiet zone around it, for pictures cut at the code's edge."""
    pad = _QUIET_PX
    grey = cv2.copyMakeBorder(view.grey, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(255,))
    back = view.back.copy()
    back[:, 2] -= back[:, :2] @ np.array([pad, pad])
    return View(np.asarray(grey, np.uint8), back)


def rotated(view: View, degrees: float) -> View:
    """Return `view` turned about its middle, on a white canvas that holds all of it."""
    height, width = view.grey.shape
    turn = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = int(height * sin + width * cos) + 1, int(height * cos + width * sin) + 1
    turn[:, 2] += (np.array(size, np.float64) - np.array([width, height], np.float64)) / 2
    grey = cv2.warpAffine(view.grey, turn, size, flags=cv2.INTER_LINEAR, borderValue=(255,))
    undo = np.asarray(cv2.invertAffineTransform(turn), np.float64)
    back = np.column_stack([view.back[:, :2] @ undo[:, :2], view.back[:, :2] @ undo[:, 2] + view.back[:, 2]])
    return View(np.asarray(grey, np.uint8), back)


def whole(grey: Pixels) -> View:
    """Return the picture as a view of itself."""
    return View(grey, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


def fitted(grey: Pixels, longest: int) -> View:
    """Return the picture as a view of itself, made smaller if a side is above `longest` pixels."""
    view = whole(grey)
    side = max(grey.shape)
    return view if side <= longest else enlarged(view, longest / side)


def middle_of(grey: Pixels, side: int) -> View:
    """Return the square of `side` pixels in the middle of the picture, or what there is of it."""
    height, width = grey.shape
    top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
    part = np.ascontiguousarray(grey[top : top + side, left : left + side])
    return View(part, np.array([[1.0, 0.0, left], [0.0, 1.0, top]]))


def views_of_a_still(grey: Pixels) -> Iterator[View]:
    """Yield ever costlier looks at a whole picture: framed, larger, sharper, smaller, turned.

    At most six, none with a side above 4,000 pixels, so the work is bounded for any file.
    """
    framed = bordered(fitted(grey, _MAX_STILL_SIDE - 3 * _QUIET_PX))
    yield framed
    if max(framed.grey.shape) * 2 <= _MAX_STILL_SIDE:
        yield enlarged(framed, 2)
    if max(framed.grey.shape) * 3 <= _MAX_STILL_SIDE:
        yield enlarged(framed, 3, sharpen=1.5)
    if min(framed.grey.shape) >= 400:  # noqa: PLR2004 - halved, a smaller one holds no more than v20
        yield enlarged(framed, 0.5)
    if max(framed.grey.shape) * 1.5 <= _MAX_STILL_SIDE:
        yield rotated(framed, 45)
        yield rotated(framed, 20)
