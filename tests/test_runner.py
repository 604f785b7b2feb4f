"""The worker: a bug anywhere ends in REFER or out of service, never in PASS, and never ends the thread."""

import io
import logging
import threading
from dataclasses import replace

import pytest

from kiosk.model import Fault, Outcome, Reason
from kiosk.runner import Runner
from kiosk.view import AttentionView, ClosingView, Request, ResultView, ScanView
from kiosk.visit import State
from tests.builders import NOON
from tests.journeys import pictures
from tests.journeys.kiosk import Kiosk, told
from tests.journeys.town import NAMES, NUMBER
from tests.journeys.trouble import Trouble

LIMIT_S = 60.0  # real seconds a thread may take; nothing waits for them


class TroubledKiosk(Kiosk):
    """A kiosk in which one call goes wrong; it notes whether a PASS was shown after that."""

    def __init__(self, store, folder, sight, trouble):
        self.passed_in_trouble = False
        self._trouble = trouble
        super().__init__(store, folder, *sight)
        post = self.post if trouble.lasting else trouble.around("post", self.post)
        self.runner = Runner(trouble.gear(self.gear), post)

    def _gear(self, reader, engine):
        """One face frame is enough here: hundreds of visits are made."""
        gear = super()._gear(reader, engine)
        trust = gear.trust()
        quick = replace(trust, policy=replace(trust.policy, face=replace(trust.policy.face, frames=1)))
        return replace(gear, trust=lambda: quick)

    def post(self, view):
        passed = isinstance(view, ResultView) and view.verdict.outcome is Outcome.PASS
        self.passed_in_trouble |= passed and self._trouble.struck and told(view.verdict) not in self.shown()
        super().post(view)

    def shown(self):
        return {told(view.verdict) for view in self.views if isinstance(view, ResultView)}

    def play(self, text):
        """A whole visit of the holder, and what follows when nobody does anything."""
        self.show(pictures.nobody())
        self.show(pictures.phone(text), 0.5)
        self.show(pictures.holder(), 1.5)


@pytest.fixture
def troubled(town, sight, tmp_path):
    store = town.set_up(tmp_path / "store")
    opened = []

    def make(trouble):
        kiosk = TroubledKiosk(store, tmp_path / str(len(opened)), sight, trouble)
        opened.append(kiosk)
        return kiosk

    return make


def test_the_troubled_visit_passes_as_long_as_there_is_no_trouble(troubled, town):
    kiosk = troubled(Trouble())

    kiosk.play(town.text())

    assert {("PASS",)} == kiosk.shown()


@pytest.mark.slow
@pytest.mark.parametrize("lasting", [False, True])
def test_no_exception_leads_to_pass(troubled, town, lasting):
    quiet = Trouble(lasting=lasting)
    troubled(quiet).play(town.text())
    unseen = set()
    for at in range(2, len(quiet.calls) + 1):  # the first call makes the worker
        trouble = Trouble(at, lasting=lasting)
        kiosk = troubled(trouble)
        kiosk.play(town.text())
        assert not kiosk.passed_in_trouble, quiet.calls[at - 1]
        assert trouble.struck
        if not kiosk.attention:
            unseen.add(quiet.calls[at - 1])

    assert unseen <= {"post"}  # what nobody can show, nobody sees


@pytest.mark.parametrize(
    "name", ["reader.read", "engine.find_faces", "engine.embed", "log.append", "trust", "clock", "post"]
)
def test_a_bug_at_one_place_leaves_the_visitor_referred_or_the_kiosk_out_of_service(troubled, town, name):
    quiet = Trouble()
    troubled(quiet).play(town.text())
    kiosk = troubled(Trouble(len(quiet.calls) - quiet.calls[::-1].index(name)))

    kiosk.play(town.text())

    outcomes = {visit.outcome for visit in kiosk.visits()}
    assert Reason.INTERNAL is kiosk.attention or Outcome.REFER in outcomes or name == "post"


def test_a_bug_while_a_code_is_examined_leaves_a_row(troubled, town):
    quiet = Trouble()
    troubled(quiet).play(town.text())
    kiosk = troubled(Trouble(quiet.calls.index("engine.embed") + 1))

    kiosk.play(town.text())

    assert [("REFER", "INTERNAL")] == [told(visit) for visit in kiosk.visits()]
    assert Reason.INTERNAL is kiosk.attention


def test_a_bug_while_a_refusal_is_written_leaves_a_row_of_the_bug(troubled, town):
    text = town.text("revoked")
    quiet = Trouble()
    troubled(quiet).play(text)
    kiosk = troubled(Trouble(len(quiet.calls) - quiet.calls[::-1].index("log.append")))

    kiosk.play(text)

    (visit,) = kiosk.visits()
    assert Reason.INTERNAL in visit.reasons
    assert Reason.INTERNAL is kiosk.attention


def test_a_bug_while_a_face_is_judged_leaves_a_row(troubled, town):
    quiet = Trouble()
    troubled(quiet).play(town.text())
    last_look = len(quiet.calls) - quiet.calls[::-1].index("engine.find_faces")
    kiosk = troubled(Trouble(last_look))

    kiosk.play(town.text())

    assert [("REFER", "INTERNAL")] == [told(visit) for visit in kiosk.visits()]


def test_a_bug_is_over_when_somebody_asks_to_try_again(troubled, town):
    kiosk = troubled(Trouble(8))
    kiosk.play(town.text())
    kiosk.show(pictures.nobody(), 30.0)
    assert Reason.INTERNAL is kiosk.attention

    kiosk.ask(Request.RETRY)
    kiosk.show(pictures.nobody(), 2.0)
    result = kiosk.visit(town.text(at=kiosk.wall), pictures.holder())

    assert ("PASS",) == told(result.verdict)


def test_a_bug_in_what_answers_to_bugs_is_survived(troubled, town):
    kiosk = troubled(Trouble(40, lasting=True))

    kiosk.play(town.text())

    assert not kiosk.shown()
    assert kiosk.runner.state in {State.ATTENTION, State.SCAN}


def test_no_photo_name_or_key_in_log_lines(troubled, town, tmp_path, capfd):
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        for at in (0, 30, 60, 90):
            troubled(Trouble(at)).play(town.text())
    finally:
        root.removeHandler(handler)
        root.setLevel(before)

    printed = "".join(capfd.readouterr())
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "store" not in path.parts]
    texts = [lines.getvalue().encode(), printed.encode(), *(path.read_bytes() for path in files)]
    photo = next(iter(town._photos.values()))
    key = town.registry.credential(town.copies["live"])
    secrets = [name.encode() for name in (*NAMES, NUMBER, town.text())] + [photo[100:140], key[-64:-32]]
    assert "bug: RuntimeError" in lines.getvalue()
    assert len(files) > 10
    assert [] == [secret for secret in secrets for text in texts if secret in text]


# The thread


class WaitingCamera:
    """A camera without pictures that waits as a real one does, for a moment."""

    simulated = True

    def __init__(self, camera):
        self._camera = camera
        self.asked = threading.Event()

    @property
    def status(self):
        return self._camera.status

    def take(self, timeout_s):
        self.asked.set()
        threading.Event().wait(min(timeout_s, 0.001))
        return self._camera.take(0)


def threaded(kiosk, **changes):
    """The runner of a kiosk on its own thread, and an event that is set at a view of a kind."""
    seen = {}

    def post(view):
        kiosk.post(view)
        seen.setdefault(type(view), threading.Event()).set()

    def wait_for(kind):
        return seen.setdefault(kind, threading.Event()).wait(LIMIT_S)

    camera = WaitingCamera(kiosk.camera)
    return Runner(replace(kiosk.gear, camera=camera, **changes), post), wait_for


def test_start_and_stop_join_the_thread_and_close_the_log(kiosk):
    kiosk.camera.scene = pictures.nobody()
    runner, wait_for = threaded(kiosk)

    runner.start()
    assert wait_for(ScanView)

    assert runner.stop(LIMIT_S)
    assert isinstance(kiosk.last, ClosingView)
    assert "worker" not in {thread.name for thread in threading.enumerate()}


def test_stop_before_start_does_nothing(kiosk):
    assert threaded(kiosk)[0].stop()


def test_requests_come_from_any_thread(kiosk):
    runner, wait_for = threaded(kiosk)
    runner.start()

    for _ in range(3):
        threading.Thread(target=runner.request, args=(Request.HOLD,)).start()
    threading.Thread(target=runner.request, args=(Request.CLOSE,)).start()

    assert wait_for(ClosingView)
    assert runner.stop(LIMIT_S)
    assert runner.ended


def test_a_bug_in_a_turn_does_not_end_the_thread(kiosk):
    bugs = iter([True])

    def trust():
        if next(bugs, False):
            raise RuntimeError
        return kiosk.gear.trust()

    kiosk.camera.scene = pictures.nobody()
    runner, wait_for = threaded(kiosk, trust=trust)
    runner.start()
    assert wait_for(AttentionView)

    runner.request(Request.RETRY)

    assert wait_for(ScanView)
    assert runner.stop(LIMIT_S)


def test_a_fault_from_another_thread_takes_the_kiosk_out_of_service(kiosk):
    runner, wait_for = threaded(kiosk)
    runner.start()

    runner.report(Fault(Reason.INTERNAL, "in the window"))

    assert wait_for(AttentionView)
    assert runner.stop(LIMIT_S)


def test_the_same_code_store_policy_and_time_give_the_same_verdict(troubled, town):
    verdicts = []
    for _ in range(2):
        kiosk = troubled(Trouble())
        pictures.rewind()
        kiosk.play(town.text(at=NOON))
        (shown,) = kiosk.results
        verdicts.append((shown.verdict, shown.score, shown.holder.number))

    assert verdicts[0] == verdicts[1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_died_is_known_to_be_stuck(kiosk):
    def panic(_):
        raise SystemExit  # what no handler of exceptions catches, like the panic of a library

    runner, _ = threaded(kiosk, clock=panic)
    assert not runner.is_stuck
    runner.start()
    runner._thread.join(LIMIT_S)

    assert runner.is_stuck


def test_a_worker_at_work_or_closed_is_not_stuck(kiosk):
    kiosk.camera.scene = pictures.nobody()
    runner, wait_for = threaded(kiosk)
    runner.start()
    assert wait_for(ScanView)
    assert not runner.is_stuck

    assert runner.stop(LIMIT_S)
    assert not runner.is_stuck
