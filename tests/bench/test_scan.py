"""What the scan benchmark counts: texts read, texts read falsely, and how long a visitor waits."""

from __future__ import annotations

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from kiosk.bench.arrival import wait_for
from kiosk.bench.readers import OURS, PEERS, ZXING_GREY, make_peers, read_alone
from kiosk.bench.rows import Row
from kiosk.bench.scan import FRAMES, measure_folder, race_over
from kiosk.bench.shots import find_pictures, load_shots, make_shot
from kiosk.bench.timing import QUICK
from kiosk.camera.film import HD
from kiosk.camera.qr import QrReader
from tests.camera.makers import a_code, a_text, filmed

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DENSE = a_text()
DENSE_CODE = a_code(DENSE, version=25)


def a_picture(content, px=4):
    return cv2.cvtColor(a_code(content, px=px), cv2.COLOR_GRAY2BGR)


def recorded(folder, **pictures):
    """A folder with pictures and the texts beside them; None for no text."""
    for name, (pixels, text) in pictures.items():
        cv2.imwrite(str(folder / f"{name}.png"), pixels)
        if text is not None:
            (folder / f"{name}.txt").write_text(text + "\n", "utf-8")
    return folder


def figures(rows: tuple[Row, ...], name: str, peer: str) -> tuple[float, float | None]:
    (row,) = (row for row in rows if row.name == name and row.peer == peer)
    return row.value, row.peer_value


def test_recorded_frames_are_judged_by_the_text_beside_them(tmp_path):
    folder = recorded(
        tmp_path,
        code=(a_picture("A CODE"), "A CODE"),
        wrong=(a_picture("A CODE"), "SOMETHING ELSE"),
        unexpected=(a_picture("A CODE"), None),
        empty=(np.full((90, 90, 3), 128, np.uint8), None),
    )

    rows = measure_folder(folder, QUICK, NOW)

    assert (50, 50) == figures(rows, "recorded frames, read", ZXING_GREY)
    assert (2, 2) == figures(rows, "recorded frames, read falsely", ZXING_GREY)
    assert {f"{peer}" for peer in PEERS} == {row.peer for row in rows if row.unit == FRAMES}


def test_of_several_codes_the_one_that_is_asked_for_counts(tmp_path):
    both = np.vstack([a_picture("UPPER", 4), a_picture("LOWER", 4)])
    folder = recorded(tmp_path, upper=(both, "UPPER"), lower=(both, "LOWER"))

    rows = measure_folder(folder, QUICK, NOW)

    assert (100, 100) == figures(rows, "recorded frames, read", ZXING_GREY)
    assert (0, 0) == figures(rows, "recorded frames, read falsely", ZXING_GREY)


def test_a_text_counts_in_whatever_way_its_letters_were_stored(tmp_path):
    content = "Straße".encode("latin-1")
    folder = recorded(tmp_path, street=(a_picture(content), "Straße"))

    rows = measure_folder(folder, QUICK, NOW)

    assert 100 == figures(rows, "recorded frames, read", ZXING_GREY)[0]


def test_our_chain_reads_what_the_bare_decoder_only_sees(tmp_path):
    picture = filmed(DENSE_CODE, 1.9, HD, blur_px=0.8, noise=4)
    folder = recorded(tmp_path, far=(picture, DENSE))

    rows = measure_folder(folder, QUICK, NOW)

    assert (100, 0) == figures(rows, "recorded frames, read", ZXING_GREY)
    assert "recorded frames, stage grid, worst" in {row.name for row in rows}


def test_every_frame_is_judged_once_and_the_first_also_warms_up():
    shots = [make_shot(a_picture(text), number, text) for number, text in enumerate(("ONE", "TWO"), 1)]

    results = race_over(shots, 1, read_alone(QrReader()))

    assert {OURS, *make_peers()} == set(results)
    assert {2} == {len(outcome.seconds) for outcome in results.values()}
    assert 2 == results[OURS].read


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no \.png or \.jpg"):
        find_pictures(tmp_path)


def test_a_picture_too_small_for_a_code_is_refused(tmp_path):
    folder = recorded(tmp_path, scrap=(np.zeros((4, 4, 3), np.uint8), None))

    with pytest.raises(ValueError, match="too small"):
        list(load_shots(find_pictures(folder)))


def test_the_wait_begins_with_the_first_frame_that_reads():
    blank = np.full((240, 240, 3), 128, np.uint8)
    pictures = [blank, blank, a_picture("AT LAST"), a_picture("AT LAST")]
    shots = tuple(make_shot(picture.copy(), n, "AT LAST") for n, picture in enumerate(pictures, 1))

    assert 0 < wait_for(shots) < 60
    assert wait_for(shots[:2]) is None
