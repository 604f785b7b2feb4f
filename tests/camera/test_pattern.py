"""The patterns known in advance are those that another encoder draws, in every version."""

import numpy as np
import pytest

from kiosk.camera.pattern import (
    UNKNOWN,
    alignment_pattern,
    finder_pattern,
    known_modules,
    landmarks,
    modules_a_side,
)
from tests.camera.makers import a_code


@pytest.mark.parametrize("version", range(1, 41))
def test_what_is_known_of_a_version_is_what_a_code_of_it_shows(version):
    drawn = (a_code("WHATEVER", version=version, border=0) == 0).astype(np.int8)
    known = known_modules(version)

    assert drawn.shape == known.shape == (modules_a_side(version),) * 2
    assert np.array_equal(drawn[known != UNKNOWN], known[known != UNKNOWN])
    assert 0.05 < (known != UNKNOWN).mean() < 0.7


@pytest.mark.parametrize("version", [1, 2, 7, 32, 40])
def test_landmarks_lie_on_the_patterns_they_name(version):
    drawn = np.pad((a_code("WHATEVER", version=version, border=0) == 0).astype(np.int8), 4)

    for mark in landmarks(version):
        pattern = finder_pattern() if mark.is_finder else alignment_pattern()
        half = len(pattern) // 2
        x, y = int(mark.x) + 4, int(mark.y) + 4
        assert np.array_equal(pattern, drawn[y - half : y + half + 1, x - half : x + half + 1])


def test_versions_have_as_many_alignment_patterns_as_the_standard_says():
    counts = [len(landmarks(version)) - 3 for version in (1, 2, 6, 7, 13, 14, 25, 40)]

    assert [0, 1, 1, 6, 6, 13, 22, 46] == counts  # ISO/IEC 18004, table 1
