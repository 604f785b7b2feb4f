import cv2
import numpy as np
import pytest

from kiosk.camera.grabber import Grabber
from kiosk.camera.source import MOST_PIXELS
from tests.camera.makers import FakeDevice, noise_picture


def a_grabber(*pictures, **options):
    device = FakeDevice(pictures, **options)
    return Grabber(device, device.clock), device


def test_a_first_picture_is_waited_for_through_some_failed_reads():
    grabber, _ = a_grabber(None, None, noise_picture(1))

    assert np.array_equal(noise_picture(1), grabber.warm_up())


def test_a_device_that_stays_silent_is_not_waited_for_again_and_again():
    grabber, device = a_grabber(2.0, 2.0, 2.0, noise_picture(1))
    began = device.clock.now

    assert grabber.warm_up() is None
    assert device.clock.now - began < 3


def test_a_device_that_only_has_old_pictures_fails_within_two_seconds():
    grabber, device = a_grabber(*[noise_picture(1)] * 100, wait_s=0.4)
    began = device.clock.now

    assert grabber.read() is None
    assert device.clock.now - began < 3


@pytest.mark.parametrize(
    "odd", [None, cv2.error("gone"), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)]
)
def test_what_is_no_colour_picture_is_a_failed_read(odd):
    grabber, _ = a_grabber(odd)

    assert grabber.read() is None


def test_a_device_that_was_closed_is_not_grabbed_from():
    grabber, device = a_grabber(noise_picture(1))
    device.opens = False

    assert grabber.read() is None


def test_a_picture_is_passed_over_without_being_decoded():
    grabber, device = a_grabber(noise_picture(1), noise_picture(2))

    assert grabber.pass_over()
    assert 0 == device.decoded
    assert np.array_equal(noise_picture(2), grabber.read())
    assert not grabber.pass_over()


def test_a_picture_of_more_pixels_than_are_ever_wanted_is_not_decoded():
    grabber, device = a_grabber(np.broadcast_to(np.uint8(7), (4097, 4097, 3)))

    assert grabber.read() is None
    assert grabber.is_too_large
    assert 0 == device.decoded
    assert MOST_PIXELS < 4097 * 4097
