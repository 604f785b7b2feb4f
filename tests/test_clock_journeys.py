"""Whole visits at a kiosk that was offline for long, or whose clock is wrong: grade, words, row of each."""

from datetime import timedelta

import pytest

from kiosk.audit.check import load_last_rows
from kiosk.audit.entry import ClockStep, ClockSuspected, TrustChanged, TrustRefused, Visit
from kiosk.audit.log import find_log_path
from kiosk.model import ClockState, Environment, Grade, Note, Outcome, Reason, Step
from kiosk.trust.system_clock import Observation, SystemClock
from kiosk.trust.update import update_store
from kiosk.ui.language import Language
from kiosk.ui.reasons import REASONS
from kiosk.ui.words import CLOCKS, GRADES, NOTES
from kiosk.view import AttentionView, Request, ResultView
from tests.builders import NOON
from tests.journeys import pictures
from tests.journeys.kiosk import told

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Machine:
    """What a kiosk's machine says of its clocks: they follow the journey, unless somebody sets one."""

    def __init__(self, boot="one"):
        self.kiosk, self.boot, self.synced = None, boot, False

    def observe(self):
        return Observation(self.kiosk.wall, self.kiosk.camera.now, self.boot, self.synced)


@pytest.fixture
def start(open_kiosk):
    """Start a kiosk that reads a machine's clocks and remembers them in its folder, as the real one does."""

    def begin(machine, kiosk=None):
        folder = {} if kiosk is None else {"folder": kiosk.folder}
        opened = open_kiosk(**folder)
        machine.kiosk = opened
        clock = SystemClock(opened.folder / "state" / "clock.json", machine.observe)
        kiosk = open_kiosk(folder=opened.folder, clock=clock.read)
        machine.kiosk = kiosk
        return kiosk

    return begin


@pytest.fixture
def offline(start):
    """A kiosk that was synchronised until noon and is alone since then."""
    machine = Machine()
    machine.synced = True
    kiosk = start(machine)
    kiosk.show(pictures.nobody())
    machine.synced = False
    return kiosk


def let_pass(kiosk, time):
    """Let time pass for wall clock and steady clock alike."""
    kiosk.camera.now += time.total_seconds()


def words(reason):
    text = REASONS[reason]
    return text.title(Language.ARABIC), text.title(Language.ENGLISH)


def last_row(kiosk):
    path = find_log_path(kiosk.folder / "state" / "log", Environment.SANDBOX)
    return next(row.entry for row in reversed(load_last_rows(path, 50)) if isinstance(row.entry.fact, Visit))


def facts_of(kiosk, kind):
    return [fact for fact in kiosk.facts() if isinstance(fact, kind)]


# Offline for long


@pytest.mark.parametrize(
    ("days", "grade", "said", "grade_words"),
    [
        (3, Grade.AGEING, ("PASS",), ("حان تحديثها", "ageing")),
        (20, Grade.STALE, ("REFER", "LIST_STALE"), ("قديمة", "stale")),
        (40, Grade.EXPIRED, ("REFER", "LIST_STALE"), ("منتهية", "expired")),
    ],
)
def test_the_longer_a_kiosk_is_offline_the_less_it_vouches_for(offline, town, days, grade, said, grade_words):
    let_pass(offline, days * DAY)

    result = offline.visit(town.text(at=NOON + days * DAY), pictures.holder())

    status, row = offline.status[-1], last_row(offline)
    assert said == told(result.verdict) == told(row.fact)
    assert grade is status.grade is row.fact.status_list.grade
    assert grade_words == (GRADES[grade].ar, GRADES[grade].en)
    assert ClockState.HOLDING is status.clock_state is row.clock_state
    assert days == status.list_age.days == row.fact.status_list.age_s // 86400


def test_an_ageing_list_is_said_with_the_pass(offline, town):
    let_pass(offline, 3 * DAY)

    result = offline.visit(town.text(at=NOON + 3 * DAY), pictures.holder())

    assert Note.LIST_AGEING in result.verdict.notes
    assert Note.LIST_AGEING in offline.visits()[0].notes
    assert ("القائمة بحاجة إلى تحديث", "List is ageing") == tuple(
        NOTES[Note.LIST_AGEING].title(each) for each in (Language.ARABIC, Language.ENGLISH)
    )


def test_a_stale_list_is_said_in_both_languages():
    assert ("قائمة الحالة قديمة", "Status list too old") == words(Reason.LIST_STALE)


@pytest.mark.parametrize("drift_s", [-180, 180])
def test_a_drift_of_three_minutes_after_ten_days_offline_does_not_turn_honest_phones_into_fail(
    offline, town, drift_s
):
    let_pass(offline, 10 * DAY + timedelta(seconds=drift_s))

    result = offline.visit(town.text(at=NOON + 10 * DAY), pictures.holder())

    checks = {check.step: check.outcome for check in result.verdict.checks}
    assert Outcome.PASS is checks[Step.LIVE_PROOF] is checks[Step.FACE]
    assert ("REFER", "LIST_STALE") == told(result.verdict)


def test_a_screenshot_of_an_hour_ago_still_fails_after_ten_days_offline(offline, town):
    let_pass(offline, 10 * DAY)

    result = offline.until(ResultView, pictures.phone(town.text(at=NOON + 10 * DAY - HOUR)), 1.0)

    assert ("FAIL", "PROOF_STALE") == told(result.verdict)[:2]


# A clock that was set


def is_in_doubt(kiosk, result):
    """The verdict, the bar, the words and the row of a visit at a clock that nobody can believe."""
    status, row = kiosk.status[-1], last_row(kiosk)
    assert "REFER" == told(result.verdict)[0] == told(row.fact)[0]
    assert "CLOCK_DOUBTFUL" == told(result.verdict)[1] == told(row.fact)[1]
    assert ClockState.DOUBTFUL is status.clock_state is row.clock_state
    assert Grade.EXPIRED is status.grade is row.fact.status_list.grade
    assert ("ساعة الجهاز غير موثوقة", "The kiosk's clock is in doubt") == words(Reason.CLOCK_DOUBTFUL)
    assert ("الساعة غير موثوقة", "Clock in doubt") == (
        CLOCKS[ClockState.DOUBTFUL].ar,
        CLOCKS[ClockState.DOUBTFUL].en,
    )


@pytest.mark.parametrize("moved", [-10 * DAY, 365 * DAY, -20_000 * DAY], ids=["back", "forward", "lost"])
def test_a_clock_that_is_set_while_the_kiosk_runs_is_in_doubt_and_a_row(offline, town, moved):
    offline.wall_offset = moved

    result = offline.visit(town.text(), pictures.holder())

    is_in_doubt(offline, result)
    assert [ClockStep(moved.total_seconds())] == facts_of(offline, ClockStep)


@pytest.mark.parametrize("moved", [-10 * DAY, 365 * DAY, -20_000 * DAY], ids=["back", "forward", "lost"])
def test_a_clock_that_is_set_while_the_kiosk_is_off_is_in_doubt_and_a_row(offline, start, town, moved):
    before = offline.wall
    offline.close()

    kiosk = start(Machine("two"), offline)
    kiosk.wall_offset = moved
    result = kiosk.visit(town.text(), pictures.holder())

    is_in_doubt(kiosk, result)
    (step,) = facts_of(kiosk, ClockStep)
    assert abs(step.seconds - (NOON + moved - before).total_seconds()) < 5


def test_a_clock_that_the_network_puts_right_is_a_row_and_no_longer_in_doubt(start, town):
    machine = Machine()
    kiosk = start(machine)
    kiosk.wall_offset = -10 * DAY
    kiosk.show(pictures.nobody())
    kiosk.wall_offset, machine.synced = timedelta(0), True
    kiosk.show(pictures.nobody(), 6.0)

    result = kiosk.visit(town.text(at=kiosk.wall), pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert [ClockStep(10 * 86400.0)] == facts_of(kiosk, ClockStep)


# A clock that drifted


def five_holders(kiosk, town, ahead):
    for name in ("live", "other", "baker", "driver", "nurse"):
        code = pictures.phone(town.text(name, kiosk.wall - ahead))
        yield told(kiosk.until(ResultView, code, 2.0).verdict)
        kiosk.show(pictures.nobody(), 2.0)
        kiosk.ask(Request.NEXT)


def test_five_different_holders_who_agree_make_the_kiosks_own_clock_the_suspect(kiosk, town):
    kiosk.wall_offset = ahead = timedelta(minutes=20)
    floor = kiosk.gear.trust().floor

    verdicts = list(five_holders(kiosk, town, ahead))
    kiosk.show(pictures.nobody(), 6.0)

    assert [("FAIL", "PROOF_STALE")] * 5 == verdicts
    assert abs(kiosk.status[-1].clock_ahead - ahead) < timedelta(seconds=10)
    (suspected,) = facts_of(kiosk, ClockSuspected)
    assert (20, 5) == (round(suspected.seconds / 60), suspected.holders)
    assert floor == kiosk.gear.trust().floor


def test_the_next_honest_phone_is_referred_and_told_that_it_is_the_time(kiosk, town):
    kiosk.wall_offset = ahead = timedelta(minutes=20)
    list(five_holders(kiosk, town, ahead))

    result = kiosk.visit(town.text("minor", kiosk.wall - ahead), pictures.holder())

    assert ("REFER", "PROOF_TIME_UNSURE") == told(result.verdict)[:2]
    assert ("تعذّر التأكد من وقت الرمز", "Time of the code is unsure") == words(Reason.PROOF_TIME_UNSURE)


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(minutes=25), HOUR])
def test_what_holders_say_of_the_clock_saves_no_screenshot_of_another_time(kiosk, town, age):
    kiosk.wall_offset = ahead = timedelta(minutes=20)
    list(five_holders(kiosk, town, ahead))

    result = kiosk.until(ResultView, pictures.phone(town.text("minor", kiosk.wall - age)), 2.0)

    assert ("FAIL", "PROOF_STALE") == told(result.verdict)


# The floor in the log, and refused updates


def test_an_older_set_put_in_the_place_of_the_one_in_use_takes_the_kiosk_out_of_service(
    kiosk, town, tmp_path
):
    with town.elsewhere(tmp_path / "moved") as moved:
        update_store(moved.publish(NOON + timedelta(seconds=10)), kiosk.store, NOON + timedelta(seconds=20))
    kiosk.wall_offset = timedelta(seconds=30)
    kiosk.show(pictures.nobody())
    (kiosk.store / "floor.json").unlink()
    (kiosk.store / "active").unlink()
    (kiosk.store / "active").symlink_to("slots/a")

    view = kiosk.show(pictures.nobody(), 6.0)

    assert isinstance(view, AttentionView)
    assert Reason.TRUST_INVALID is view.reason
    assert [2] == [fact.timestamp_version for fact in facts_of(kiosk, TrustChanged)]


def test_a_refused_update_is_a_row(kiosk):
    kiosk.show(pictures.nobody())
    kiosk.gear.refusals.put(TrustRefused("OLD", "stick"))
    kiosk.show(pictures.nobody(), 6.0)

    assert [TrustRefused("OLD", "stick")] == facts_of(kiosk, TrustRefused)
