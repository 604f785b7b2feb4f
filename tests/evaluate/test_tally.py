from kiosk.evaluate.attempts import Attempt
from kiosk.evaluate.groups import Usable, tally_groups
from kiosk.evaluate.people import People, Picture, Traits
from kiosk.evaluate.tally import tally, try_settings
from kiosk.model import FaceLimits, Outcome, Reason

LIMITS = FaceLimits(accept=0.5, refer=0.3, frames=2, tries=2)
SURE, UNSURE, OTHER = (0.8, 0.9), (0.4, 0.4), (0.1, 0.2)


def an_attempt(holder, visitor, *scores, changed=False):
    return Attempt(holder, visitor, scores, changed)


def test_visits_are_counted_by_how_they_end():
    counted = tally(
        [
            an_attempt("a", "a", SURE, SURE),
            an_attempt("a", "a", OTHER, SURE),
            an_attempt("b", "b", UNSURE, UNSURE),
            an_attempt("b", "b", (), ()),
            an_attempt("a", "b", SURE, SURE),
            an_attempt("b", "a", OTHER, OTHER),
            an_attempt("a", "c", UNSURE, UNSURE),
        ],
        LIMITS,
    )

    assert (1, 3) == (counted.false_match.errors, counted.false_match.trials)
    assert (1, 4) == (counted.false_non_match.errors, counted.false_non_match.trials)
    assert (2, 4) == (counted.to_person.errors, counted.to_person.trials)
    assert 1 == counted.impostors_to_person.errors
    assert (("FACE_TIMEOUT", 1), ("FACE_UNCERTAIN", 1)) == counted.reasons


def test_errors_are_counted_again_by_people_and_by_pairs_of_people():
    counted = tally(
        [
            *[an_attempt("a", "b", SURE)] * 3,
            an_attempt("b", "a", SURE),
            an_attempt("a", "c", OTHER),
            *[an_attempt("a", "a", OTHER)] * 5,
            an_attempt("b", "b", SURE),
        ],
        LIMITS,
    )

    assert (1, 2) == (counted.pairs_matched.errors, counted.pairs_matched.trials)
    assert (1, 2) == (counted.people_refused.errors, counted.people_refused.trials)


def test_a_visit_in_which_the_person_seems_to_change_goes_to_a_person():
    decision = an_attempt("a", "a", SURE, changed=True).decide(LIMITS)

    assert (Outcome.REFER, Reason.PERSON_CHANGED) == (decision.outcome, decision.reason)


def test_a_try_between_the_thresholds_is_followed_by_another():
    assert Outcome.PASS is an_attempt("a", "a", UNSURE, SURE).decide(LIMITS).outcome


def test_other_thresholds_are_tried_on_the_same_visits():
    settings = try_settings((an_attempt("a", "b", (0.55, 0.55)),), LIMITS, (0.2, 0.5, 0.6))

    assert [(0.5, 1), (0.6, 0)] == [(each.accept, each.tally.false_match.errors) for each in settings]


def test_every_group_is_counted_however_small():
    pictures = tuple(Picture(name, f"{name}/1", None) for name in "abc")
    traits = {
        "a": Traits("female", "arab", 20),
        "b": Traits("female", "arab", 50),
        "c": Traits("male", "arab", 20),
    }
    usable = [Usable(name, name != "b", acquired=True) for name in "abc"]
    attempts = (an_attempt("a", "b", SURE), an_attempt("a", "c", OTHER), an_attempt("c", "c", SURE))

    groups = tally_groups(People(pictures, traits, 0), usable, attempts, LIMITS)
    by_name = {(group.kind, group.name): group for group in groups}

    women = by_name["gender", "female"]
    assert (2, 2, 1, 1, 1) == (
        women.people,
        women.pictures,
        women.refused_photos,
        women.tally.false_match.errors,
        women.tally.false_match.trials,
    )
    assert 2 == by_name["group", "arab"].tally.false_match.trials
    assert 1 == by_name["group and gender", "arab, male"].people
    assert {"18 to 29", "45 to 59"} == {name for kind, name in by_name if kind == "age"}


def test_a_single_comparison_is_the_first_frame_that_counts():
    assert 0.4 == an_attempt("a", "a", (), UNSURE).single
    assert an_attempt("a", "a", (), ()).single is None
