import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluate.pictures import read_picture
from kiosk.imaging import ImageRefused


def test_the_plain_format_of_older_collections_is_read(tmp_path):
    (tmp_path / "1.pgm").write_bytes(b"P5 3 2 255\n" + bytes(range(6)))

    pixels = read_picture(tmp_path / "1.pgm")

    assert np.array_equal(np.arange(6).reshape(2, 3), pixels[:, :, 0])


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImageRefused):
        read_picture(tmp_path / "gone.pgm")


def test_a_size_that_nobody_could_hold_is_refused(tmp_path):
    (tmp_path / "1.pgm").write_bytes(b"P5 100000 100000 255\n")

    with pytest.raises(ImageRefused):
        read_picture(tmp_path / "1.pgm")


@given(
    st.sampled_from([b"", b"P1", b"P2", b"P3", b"P5", b"P6", b"P7", b"Pf", b"P0CMYK"]), st.binary(max_size=60)
)
def test_any_bytes_are_a_picture_or_refused(tmp_path_factory, head, rest):
    path = tmp_path_factory.mktemp("plain") / "x.pgm"
    path.write_bytes(head + rest)

    try:
        assert 3 == read_picture(path).ndim
    except ImageRefused as err:
        assert str(err)  # noqa: PT017 - either is right, nothing else is
