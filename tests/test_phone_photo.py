"""A phone whose code is gone at once, so that its photo of the holder might be taken for the holder."""

from dataclasses import replace

import cv2

from kiosk.camera.film import FULL_HD, Film
from kiosk.camera.phone import PHONE_LOOK, draw_phone
from kiosk.view import ResultView
from tests.face.makers import ASTRONAUT, picture_of
from tests.journeys import pictures
from tests.journeys.kiosk import STEP_S, told


def a_phone_whose_code_is_covered(text):
    phone = draw_phone(pictures._code(text), picture_of(ASTRONAUT)[0:256, 96:352])
    height, width = phone.shape[:2]
    cv2.rectangle(phone, (20, int(height * 0.26)), (width - 20, height), (250, 250, 250), -1)
    return pictures.Scene(Film(phone, replace(PHONE_LOOK, scale=1.9, focus=(0.35, 0.3)), FULL_HD))


def test_a_phone_that_shows_its_code_for_a_single_frame_never_passes_with_its_photo(kiosk, town):
    kiosk.show(pictures.nobody())
    kiosk.show(pictures.phone(town.text(), with_photo=True), STEP_S)

    result = kiosk.until(ResultView, a_phone_whose_code_is_covered(town.text()))

    assert ("REFER", "FACE_TIMEOUT") == told(result.verdict)
