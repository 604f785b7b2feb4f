"""A running kiosk looks for trust data by itself: a stick that appears, a server now and then."""

import logging
import shutil
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.model import ClockReading, ClockState
from kiosk.trust.current import CurrentTrust
from kiosk.trust.errors import Refusal
from kiosk.trust.logged import raise_logged
from kiosk.trust.store import load_trust
from kiosk.trust.watch import RETRY_S, SHOWN_S, Places, UpdateWatch, find_stick
from kiosk.view import UpdateNotice, UpdateOutcome
from tests.trust.refusals import part_of
from tests.trust.servers import dripping, serving
from tests.trust.trees import NOON, Authority

HOUR = timedelta(hours=1)
EVERY_S = 3600.0


class Watched:
    """A watch with a hand on its clocks."""

    def __init__(self, kiosk, url=""):
        self.kiosk, self.now_s, self.wall, self.state = kiosk, 0.0, NOON, ClockState.HOLDING
        self.stick = kiosk.folder / "stick"
        self.notices, self.rows, self.logged = [], [], None
        places = Places(kiosk.store, self.stick, url, EVERY_S)
        self.watch = UpdateWatch(
            places,
            self.read_clock,
            self.notices.append,
            lambda: self.now_s,
            record=lambda refusal, source: self.rows.append((refusal, source)),
            find_logged=lambda: self.logged,
        )

    def read_clock(self, floor):
        return ClockReading(self.wall, floor, self.state)

    def plug_in(self, tree):
        self.unplug()
        shutil.copytree(tree, self.stick)

    def unplug(self):
        shutil.rmtree(self.stick, ignore_errors=True)

    def look(self, after_s=0.0):
        """Look `after_s` seconds later and return how it ended, as posted then."""
        return [outcome for outcome in self.look_closely(after_s) if outcome is not UpdateOutcome.READING]

    def look_closely(self, after_s=0.0):
        """Look `after_s` seconds later and return all that was posted then."""
        self.now_s += after_s
        self.notices.clear()
        self.watch.look()
        return [notice.outcome for notice in self.notices]

    @property
    def version(self):
        return load_trust(self.kiosk.store).version


@pytest.fixture
def watched(kiosk):
    return Watched(kiosk)


def test_without_a_stick_nothing_happens(watched, caplog):
    assert [] == watched.look() + watched.look(EVERY_S)
    assert [] == caplog.records


def test_a_stick_that_appears_is_promoted_told_for_a_while_and_not_read_again(watched, caplog):
    caplog.set_level(logging.INFO)
    current = CurrentTrust(watched.kiosk.store)
    assert 1 == current.load().version
    watched.plug_in(watched.kiosk.publish(at=NOON + timedelta(seconds=1)))

    assert [UpdateOutcome.PROMOTED] == watched.look()
    assert [] == watched.look(SHOWN_S - 1)
    assert [None] == watched.look(1)
    assert [] == watched.look(EVERY_S)
    assert 2 == current.load().version
    assert 1 == len(caplog.records)


def test_while_a_stick_is_read_the_screen_says_to_leave_it_in(watched):
    watched.plug_in(watched.kiosk.publish(at=NOON + timedelta(seconds=1)))

    assert [UpdateOutcome.READING, UpdateOutcome.PROMOTED] == watched.look_closely()


def test_a_stick_with_nothing_new_says_so(watched):
    watched.plug_in(watched.kiosk.tree)

    assert [UpdateOutcome.CURRENT] == watched.look()


def test_a_refused_stick_says_why_as_long_as_it_stays(watched, caplog, tmp_path):
    watched.plug_in(Authority().write(tmp_path / "foreign"))

    assert [UpdateOutcome.AUTHORITY] == watched.look()
    assert [] == watched.look(EVERY_S)
    watched.unplug()
    assert [None] == watched.look(1)
    assert 1 == len(caplog.records)
    assert "not signed by the authority" in caplog.text
    assert 1 == watched.version


def test_half_a_stick_is_tried_again_and_taken_when_it_is_whole(watched):
    watched.plug_in(watched.kiosk.publish(at=NOON + timedelta(seconds=1)))
    path = part_of(watched.stick, "2031.cwt")
    content = path.read_bytes()
    path.unlink()

    assert [UpdateOutcome.INCOMPLETE] == watched.look()
    path.write_bytes(content)
    assert [] == watched.look(1)
    assert [UpdateOutcome.PROMOTED] == watched.look(RETRY_S)


def test_a_stick_without_a_time_stamp_is_half_a_stick_and_an_empty_one_is_none(watched):
    watched.stick.mkdir()
    assert None is find_stick(watched.stick)
    assert [] == watched.look()
    (watched.stick / "metadata").mkdir()

    assert [UpdateOutcome.INCOMPLETE] == watched.look()


def test_another_stick_is_tried_at_once(watched, tmp_path):
    watched.plug_in(Authority().write(tmp_path / "foreign"))
    watched.look()
    watched.plug_in(watched.kiosk.publish(at=NOON + timedelta(seconds=1)))

    assert [None, UpdateOutcome.PROMOTED] == watched.look()


def test_a_doubtful_clock_updates_nothing_and_says_that_it_is_the_clock(watched):
    watched.state = ClockState.DOUBTFUL
    watched.plug_in(watched.kiosk.publish(at=NOON + timedelta(seconds=1)))

    assert [UpdateOutcome.CLOCK] == watched.look()
    assert 1 == watched.version
    watched.state = ClockState.HOLDING
    assert [UpdateOutcome.PROMOTED] == watched.look(RETRY_S)


def test_a_store_without_a_root_is_logged_and_leaves_no_notice(kiosk, caplog):
    shutil.rmtree(kiosk.store)
    kiosk.store.mkdir()
    watched = Watched(kiosk)
    watched.plug_in(kiosk.tree)

    assert [UpdateOutcome.READING, None] == watched.look_closely()
    assert "no root is pinned" in caplog.text


def test_a_server_is_asked_at_the_start_and_then_now_and_then(kiosk):
    with serving(kiosk.publish(at=NOON + timedelta(seconds=1))) as server:
        watched = Watched(kiosk, server.url)
        first = watched.look()
        asked = len(server.asked)
        between = watched.look(EVERY_S - 1)

        assert ([UpdateOutcome.PROMOTED], [None]) == (first, between)
        assert asked == len(server.asked)
        assert [] == watched.look(1)
        assert asked < len(server.asked)


def test_a_server_that_is_not_there_is_told_to_nobody_logged_once_and_asked_soon_again(kiosk, caplog):
    with serving(kiosk.publish(at=NOON + timedelta(seconds=1))) as server:
        watched = Watched(kiosk, server.url)
        server.answers["/metadata/timestamp.json"] = (503, {}, b"")

        assert [] == watched.look() + watched.look(RETRY_S)
        assert 1 == len(caplog.records)
        server.answers.clear()
        assert [UpdateOutcome.PROMOTED] == watched.look(RETRY_S)


def test_a_server_with_a_tree_of_others_is_told_for_a_while(kiosk, tmp_path):
    with serving(Authority().write(tmp_path / "foreign")) as server:
        watched = Watched(kiosk, server.url)

        assert [UpdateOutcome.AUTHORITY] == watched.look()
        assert [None] == watched.look(SHOWN_S)


def test_a_refusal_is_handed_over_for_the_log_once_until_it_changes(watched, tmp_path):
    foreign = Authority().write(tmp_path / "foreign")
    for _ in range(3):
        watched.plug_in(foreign)
        watched.look()
    watched.plug_in(watched.kiosk.tree)
    watched.look()
    watched.plug_in(foreign)
    watched.look()

    assert [(Refusal.AUTHORITY, "stick")] * 2 == watched.rows


def test_a_server_that_is_away_is_not_handed_over(kiosk):
    watched = Watched(kiosk, "http://127.0.0.1:9/")
    watched.look()

    assert [] == watched.rows


def test_the_floor_in_the_log_counts_for_what_is_found_too(watched):
    trust = load_trust(watched.kiosk.store)
    floor = raise_logged(None, trust)
    watched.logged = replace(floor, versions={**floor.versions, "timestamp": 9})
    watched.plug_in(watched.kiosk.publish(at=NOON + timedelta(seconds=1)))

    assert [UpdateOutcome.OLD] == watched.look()
    assert [(Refusal.OLD, "stick")] == watched.rows


def test_every_refusal_that_a_person_can_do_something_about_has_a_notice():
    quiet = {Refusal.BUSY, Refusal.UNREACHABLE}

    assert {refusal.name for refusal in Refusal} - {refusal.name for refusal in quiet} == {
        outcome.name for outcome in UpdateOutcome if not outcome.is_good
    }


def test_the_thread_promotes_survives_a_bug_and_ends(kiosk, caplog):
    posted, promoted = [], threading.Event()

    def post(notice):
        posted.append(notice)
        if len(posted) == 1:
            raise KeyError("a bug")
        if notice.outcome is UpdateOutcome.PROMOTED:
            promoted.set()

    stick = kiosk.publish(at=NOON + timedelta(seconds=1))
    now = iter(range(0, 10**9, 100))  # each look is long after the last
    watch = UpdateWatch(
        Places(kiosk.store, stick), lambda floor: ClockReading(NOON, floor, ClockState.HOLDING), post,
        lambda: next(now), look_every_s=0.01,
    )  # fmt: skip
    watch.start()

    assert promoted.wait(30)
    watch.stop()
    assert "bug: KeyError" in caplog.text
    assert UpdateNotice(UpdateOutcome.PROMOTED) in posted
    assert "updates" not in {thread.name for thread in threading.enumerate()}


def test_a_stick_does_not_wait_for_a_server_that_drips(kiosk):
    with dripping(b"HTTP/1.1 200 OK\r\nX: ") as (url, sent):
        watched = Watched(kiosk, url)
        looking = threading.Thread(target=watched.watch.look)
        looking.start()
        assert sent.wait(30)

        watched.plug_in(kiosk.publish())
        looking.join(30)

        assert not looking.is_alive()
        assert watched.look() == [UpdateOutcome.PROMOTED]
