"""A purpose that asks for a living person: whole visits of simulated people who follow, or do not.

The people are portraits warped by their own mesh; nobody alive was filmed.
"""

from dataclasses import replace

import pytest

from kiosk.audit.entry import Visit
from kiosk.face.mesh import MESH_ID
from kiosk.model import Movement, Note, Outcome, Reason, Step
from kiosk.view import FaceView, Likeness, Request, ResultView
from tests.face.acting import AHEAD, ARM, LARGE, Chosen, Lens, Obedient, engine
from tests.face.makers import ASTRONAUT, OFFICER, a_frame
from tests.journeys import pictures
from tests.journeys.kiosk import STEP_S, told

ORDER = (Movement.TURN_RIGHT, Movement.BLINK, Movement.COME_CLOSER)


class Stage:
    """Somebody before the kiosk's camera, who sees its screen."""

    def __init__(self, kiosk, actor, person=ASTRONAUT):
        self._kiosk, self._actor, self.person, self._lens = kiosk, actor, person, Lens()

    def picture(self):
        view = self._kiosk.last
        asked = view.movement if isinstance(view, FaceView) else None
        posture = self._actor.posture(self._kiosk.camera.now, asked) if self._actor else AHEAD
        return self._lens.film(posture, self.person, LARGE, ARM)


@pytest.fixture
def bank(open_kiosk):
    return open_kiosk("bank", engine=engine(), chance=Chosen(*ORDER))


def row_of(kiosk):
    return [fact for fact in kiosk.facts() if isinstance(fact, Visit)][-1]


def test_a_person_who_follows_the_movements_passes_at_the_bank(bank, town):
    result = bank.visit(town.text(), Stage(bank, Obedient()))

    assert ("PASS",) == told(result.verdict)
    assert Likeness.SAME is result.likeness
    assert Note.LIVENESS_MOVEMENTS in result.verdict.notes
    assert Note.LIVENESS_NOT_CHECKED not in result.verdict.notes
    assert {Outcome.PASS} == {check.outcome for check in result.verdict.checks}


def test_the_row_names_exactly_what_was_asked_and_seen(bank, town):
    bank.visit(town.text(), Stage(bank, Obedient()))

    row = row_of(bank)
    assert Note.LIVENESS_MOVEMENTS in row.notes
    assert (ORDER, ORDER, 1, MESH_ID) == (
        row.liveness.asked,
        row.liveness.made,
        row.liveness.tries,
        row.liveness.model_id,
    )
    assert engine().continuity < row.liveness.least_likeness < 1
    assert [Outcome.PASS] == [step.outcome for step in row.steps if step.step is Step.LIVENESS]


def test_the_screen_asks_one_movement_after_the_other(bank, town):
    bank.visit(town.text(), Stage(bank, Obedient()))

    views = [view for view in bank.views if isinstance(view, FaceView)]
    asked = [view.movement for view in views if view.movement is not None]
    assert list(ORDER) == list(dict.fromkeys(asked))
    assert all(view.may_skip for view in views)
    assert {0.0, 1 / 3, 2 / 3} <= {view.progress for view in views}


@pytest.mark.parametrize("actor", [None, Obedient(dict.fromkeys(Movement, Movement.TURN_LEFT))])
def test_a_person_who_does_not_follow_is_referred_with_both_pictures(bank, town, actor):
    result = bank.visit(town.text(), Stage(bank, actor))

    assert ("REFER", "LIVENESS_NOT_PASSED") == told(result.verdict) == told(row_of(bank))
    assert result.live is not None
    assert Likeness.SAME is result.likeness
    assert 2 == row_of(bank).liveness.tries


def test_somebody_else_is_refused_before_any_movement_is_asked_for(bank, town):
    result = bank.visit(town.text(), Stage(bank, Obedient(), OFFICER))

    assert "FACE_MISMATCH" == told(result.verdict)[1]
    assert {None} == {view.movement for view in bank.views if isinstance(view, FaceView)}
    assert row_of(bank).liveness is None


def test_a_person_swapped_after_the_comparison_is_referred(bank, town):
    stage = Stage(bank, Obedient())
    bank.show(pictures.phone(town.text()), 1.0)
    bank.camera.scene = stage
    while bank.last.movement is None:
        bank.runner.turn()
    stage.person = OFFICER

    result = bank.until(ResultView, stage)

    assert ("REFER", "PERSON_CHANGED") == told(result.verdict) == told(row_of(bank))


def test_the_phone_shown_again_while_moving_never_passes(bank, town):
    bank.show(pictures.phone(town.text()), 1.0)
    bank.camera.scene = Stage(bank, Obedient())
    while bank.last.movement is None:
        bank.runner.turn()

    result = bank.until(ResultView, pictures.phone(town.text(), with_photo=True))

    assert ("REFER", "LIVENESS_NOT_PASSED") == told(result.verdict)


def test_who_asks_for_an_officer_while_moving_is_referred_at_once(bank, town):
    bank.show(pictures.phone(town.text()), 1.0)
    bank.camera.scene = Stage(bank, None)
    while bank.last.movement is None:
        bank.runner.turn()

    bank.ask(Request.COMPARE_BY_EYE)

    assert ("REFER", "LIVENESS_SKIPPED") == told(bank.last.verdict) == told(row_of(bank))
    assert ((ORDER[0],), ()) == (row_of(bank).liveness.asked, row_of(bank).liveness.made)


def test_who_asks_for_an_officer_before_is_compared_and_then_referred_without_movements(bank, town):
    bank.show(pictures.phone(town.text()), 1.0)
    bank.ask(Request.COMPARE_BY_EYE)

    result = bank.until(ResultView, Stage(bank, Obedient()))

    assert ("REFER", "LIVENESS_SKIPPED") == told(result.verdict)
    assert result.live is not None
    assert {None} == {view.movement for view in bank.views if isinstance(view, FaceView)}


def test_where_no_movements_are_asked_for_there_is_nothing_to_leave_out(open_kiosk, town):
    kiosk = open_kiosk("checkpoint")
    kiosk.show(pictures.phone(town.text()), 1.0)
    kiosk.ask(Request.COMPARE_BY_EYE)

    result = kiosk.until(ResultView, pictures.holder())

    assert ("PASS",) == told(result.verdict)
    assert not any(view.may_skip for view in kiosk.views if isinstance(view, FaceView))


def test_asking_for_an_officer_between_visits_does_nothing(bank):
    bank.show(pictures.nobody())
    before = bank.last

    assert before == bank.ask(Request.COMPARE_BY_EYE)


@pytest.mark.parametrize("way", ["officer goes on", "camera stops"])
def test_a_visit_left_in_the_middle_of_the_movements_has_its_row(bank, town, way):
    bank.show(pictures.phone(town.text()), 1.0)
    bank.camera.scene = Stage(bank, None)
    while bank.last.movement is None:
        bank.runner.turn()

    if way == "officer goes on":
        bank.ask(Request.NEXT)
    else:
        bank.until(ResultView, None)

    assert ("REFER", "VISIT_TIMEOUT") == told(row_of(bank))
    assert () == row_of(bank).liveness.made
    assert row_of(bank).face.score > 0.45


def test_a_camera_lost_in_the_middle_of_the_movements_leaves_them_to_a_person(bank, town):
    bank.show(pictures.phone(town.text()), 1.0)
    bank.camera.scene = Stage(bank, None)
    while bank.last.movement is None:
        bank.runner.turn()

    bank.camera.lost = True
    bank.runner.turn()

    assert Reason.CAMERA_LOST is bank.attention
    assert ("REFER", "CAMERA_LOST") == told(row_of(bank))
    assert [Outcome.REFER] == [step.outcome for step in row_of(bank).steps if step.step is Step.LIVENESS]
    assert Note.LIVENESS_NOT_CHECKED not in row_of(bank).notes


def test_movements_that_were_passed_and_never_shown_are_no_pass_once_a_part_failed(bank, town):
    """The row of a PASS could not be written; what is written in its place afterwards is a REFER."""
    bank.show(pictures.phone(town.text()), 1.0)
    session, stage = bank.runner._desk._session, Stage(bank, Obedient())
    session.start_face(bank.camera.now)
    decided = None
    while decided is None:
        bank.camera.now += STEP_S
        view, decided = session.look(a_frame(stage.picture(), bank.camera.now), None)
        bank.views.append(view)

    ended = session.decide_unfinished(Reason.LOG_UNWRITABLE)

    assert Outcome.PASS is decided.verdict.outcome
    assert (Outcome.REFER, (Reason.LOG_UNWRITABLE,)) == (ended.verdict.outcome, ended.verdict.reasons)


def test_a_film_of_the_same_pictures_again_and_again_is_named(bank, town):
    bank.show(pictures.phone(town.text()), 1.0)
    stage = Stage(bank, None)
    loop = pictures.Still(stage.picture())
    bank.camera.scene = stage
    while bank.last.movement is None:
        bank.runner.turn()

    result = bank.until(ResultView, loop)

    assert ("REFER", "PICTURE_REPEATED") == told(result.verdict)


def test_the_policy_says_how_many_movements(open_kiosk, town):
    kiosk = open_kiosk("bank", engine=engine(), chance=Chosen(*ORDER))
    trust = kiosk.gear.trust()
    limits = replace(trust.policy.liveness, movements=2)
    strict = replace(trust, policy=replace(trust.policy, liveness=limits))
    other = open_kiosk(
        "bank",
        folder=kiosk.folder / "other",
        engine=engine(),
        chance=Chosen(*ORDER),
        trust=lambda: strict,
    )

    result = other.visit(town.text(), Stage(other, Obedient()))

    assert ("PASS",) == told(result.verdict)
    assert ORDER[:2] == row_of(other).liveness.made
    assert Reason.LIVENESS_NOT_PASSED not in result.verdict.reasons


def test_of_a_minor_no_movements_are_asked_and_the_guardian_is_shown(bank, town):
    result = bank.visit(town.text("son"), Stage(bank, Obedient()))

    assert ("REFER", "MINOR") == told(result.verdict) == told(row_of(bank))
    assert (Reason.MINOR,) == result.verdict.reasons
    assert result.holder.guardian is not None
    assert row_of(bank).liveness is None


def test_a_covered_face_is_named_as_such_and_asked_for_no_movements(bank, town):
    result = bank.visit(town.text(), pictures.veiled_holder())

    assert ("REFER", "FACE_COVERED") == told(result.verdict) == told(row_of(bank))
    assert (Reason.FACE_COVERED,) == result.verdict.reasons


def test_whoever_comes_into_view_as_the_comparison_ends_is_asked_for_nothing(bank, town):
    """A picture of the holder is compared; as the last frame is due, somebody else has taken its place."""
    stage = Stage(bank, Obedient())
    bank.show(pictures.phone(town.text()), 1.0)
    bank.camera.scene = stage
    while not isinstance(bank.last, FaceView) or bank.last.progress < 1.0:
        bank.runner.turn()
    stage.person = OFFICER

    result = bank.until(ResultView, stage)

    assert "PASS" not in told(result.verdict)
    assert result.verdict.reasons[0] in {Reason.PERSON_CHANGED, Reason.FACE_MISMATCH}
