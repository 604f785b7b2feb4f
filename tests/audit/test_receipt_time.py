"""The time of a head office's receipt: it raises the floor of time, unless it is ahead of the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.audit.entry import Receipted
from kiosk.logfloor import LogFloor
from tests.audit.test_export_command import answer_of, make_kiosk, stores

__all__ = ["make_kiosk", "stores"]  # fixtures of that file


@pytest.mark.parametrize(("ahead", "counts"), [(-timedelta(hours=1), True), (timedelta(days=3650), False)])
def test_a_receipt_from_after_the_kiosks_time_is_kept_but_raises_nothing(make_kiosk, capsys, ahead, counts):
    kiosk = make_kiosk(5)
    at = (datetime.now(UTC) + ahead).replace(microsecond=0)
    assert 0 == kiosk.run("bundle", "--out", str(kiosk.stick))
    path, _ = answer_of(kiosk, None, int(at.timestamp()))

    assert 0 == kiosk.run("receipt", str(path))

    (receipt,) = [fact for fact in kiosk.rows() if isinstance(fact, Receipted)]
    floor = LogFloor(kiosk.log.parent, kiosk.folder / "store").find()
    assert (at if counts else None) == receipt.cosigned_at
    assert (at if counts else None) == (floor and floor.time)
    assert ("WARNING   the cosignature" in capsys.readouterr().out) is not counts
