"""Drawn coverings over a portrait: our own drawings, not pictures of cloth."""

import cv2
import numpy as np

from tests.face.makers import picture_of

# Points of the mesh: cheek to cheek along the jaw, as far up as a mask reaches, and as a scarf does.
_MASK = (
    234,
    93,
    132,
    58,
    172,
    136,
    150,
    149,
    176,
    148,
    152,
    377,
    400,
    378,
    379,
    365,
    397,
    288,
    361,
    323,
    454,
)
_SCARF = _MASK[2:-2]
_LEFT_EYE, _RIGHT_EYE, _TOP, _CHIN, _LIPS = 33, 263, 10, 152, 13


def masked(engine, person, colour=(215, 190, 150)):
    pixels, points = _prepared(engine, person)
    over_nose = [points[349], points[195], points[120]]
    return _painted(pixels, [[*points[list(_MASK)], *over_nose]], colour, folds=0.05)


def veiled(engine, person, colour=(22, 20, 20)):
    """All but a slit for the eyes."""
    pixels, points = _prepared(engine, person)
    eyes_px = np.linalg.norm(points[_LEFT_EYE] - points[_RIGHT_EYE])
    slit = np.array([points[_LEFT_EYE], points[_RIGHT_EYE]])
    left, right = slit[:, 0].min() - 0.4 * eyes_px, slit[:, 0].max() + 0.4 * eyes_px
    top, bottom = slit[:, 1].min() - 0.42 * eyes_px, slit[:, 1].max() + 0.22 * eyes_px
    height, width = pixels.shape[:2]
    frame = [
        (0, 0, width, top),
        (0, bottom, width, height),
        (0, top, left, bottom),
        (right, top, width, bottom),
    ]
    corners = [[(x, y), (x2, y), (x2, y2), (x, y2)] for x, y, x2, y2 in frame]
    return _painted(pixels, corners, colour, folds=0.2)


def scarfed(engine, person, colour=(225, 225, 228)):
    """Mouth and chin, the nose free."""
    pixels, points = _prepared(engine, person)
    return _painted(pixels, [[*points[list(_SCARF)], 0.6 * points[2] + 0.4 * points[0]]], colour, folds=0.2)


def hand_held(engine, person):
    """Four fingers before the mouth, in the colour of the cheek."""
    pixels, points = _prepared(engine, person)
    eyes_px = np.linalg.norm(points[_LEFT_EYE] - points[_RIGHT_EYE])
    across = (points[_RIGHT_EYE] - points[_LEFT_EYE]) / eyes_px
    up = (points[_TOP] - points[_CHIN]) / np.linalg.norm(points[_TOP] - points[_CHIN])
    x, y = (int(value) for value in points[50])
    skin = np.median(pixels[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3), axis=0)
    for place in (0.27, 0.02, -0.23, -0.48):
        root, tip = (points[_LIPS] + (place * up + side * across) * eyes_px for side in (-0.8, 0.6))
        thick = 0.125 * eyes_px * up
        pixels = _painted(
            pixels, [[root + thick, tip + 0.8 * thick, tip - 0.8 * thick, root - thick]], 0.92 * skin
        )
        gap = [root - thick, tip - 0.9 * thick, tip - 1.1 * thick, root - 1.12 * thick]
        pixels = _painted(pixels, [gap], 0.55 * skin)
    return pixels


def bearded(engine, person):
    """A thick dark beard and moustache, the lips left free: hair is no covering."""
    pixels, points = _prepared(engine, person)
    chance = np.random.default_rng(1)
    height, width = pixels.shape[:2]
    eyes_px = np.linalg.norm(points[_LEFT_EYE] - points[_RIGHT_EYE])
    hair = np.zeros((height, width), np.uint8)
    upper = [points[425], points[326], 0.75 * points[2] + 0.25 * points[0], points[97], points[205]]
    cv2.fillPoly(hair, [np.int32([*points[list(_SCARF)], *upper])], 255)
    lips = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
    cv2.fillPoly(hair, [np.int32(points[list(lips)])], 0)
    strands = np.zeros((height, width), np.float32)
    places = np.argwhere(hair > 0)
    for y, x in places[chance.integers(0, len(places), 4000)]:
        lean, length = chance.normal(np.pi / 2, 0.5), eyes_px * chance.uniform(0.03, 0.09)
        end = (int(x + length * np.cos(lean)), int(y + length * np.sin(lean)))
        cv2.line(strands, (int(x), int(y)), end, float(chance.uniform(0.2, 0.8)), 1, cv2.LINE_AA)
    cover = 0.85 * cv2.GaussianBlur(hair, (0, 0), 1.0).astype(np.float32)[:, :, None] / 255
    colour = 40 * (1 - strands[:, :, None]) + 12 * strands[:, :, None]
    return np.clip(pixels * (1 - cover) + colour * cover, 0, 255).astype(np.uint8)


def _prepared(engine, person):
    pixels = picture_of(person)
    mesh = engine.fit_mesh(pixels, engine.find_faces(pixels)[0])
    return pixels, mesh.points[:, :2].astype(np.float64)


def _painted(pixels, polygons, colour, folds=0.05):
    chance = np.random.default_rng(1)
    shape = np.zeros(pixels.shape[:2], np.uint8)
    for corners in polygons:
        cv2.fillPoly(shape, [np.int32(corners)], 255)
    cover = cv2.GaussianBlur(shape, (0, 0), 1.0).astype(np.float32)[:, :, None] / 255
    waves = cv2.GaussianBlur(chance.normal(0, 1, shape.shape).astype(np.float32), (0, 0), 12)
    cloth = np.asarray(colour, np.float32) * (1 + folds * waves / waves.std())[:, :, None]
    return np.clip(pixels * (1 - cover) + cloth * cover, 0, 255).astype(np.uint8)
