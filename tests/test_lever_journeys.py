"""The emergency levers in a whole kiosk: from the authority's command to what the officer sees, and back."""

from datetime import timedelta

import pytest

from issuer.cli import main
from kiosk.trust.update import update_store
from kiosk.view import Request, ResultView
from tests.builders import NOON
from tests.journeys import pictures
from tests.journeys.kiosk import told


def verdict_of(kiosk, town):
    """The next visitor: the same holder with a fresh proof."""
    kiosk.ask(Request.NEXT)
    kiosk.show(pictures.nobody(), 30.0)
    kiosk.show(pictures.phone(town.text(at=kiosk.wall)), 1.0)
    return told(kiosk.until(ResultView, pictures.holder()).verdict)


def stamp(at):
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("lever", "option", "verdict"),
    [
        ("distrust-key", "--from", ("FAIL", "ISSUER_DISTRUSTED")),
        ("set-min-iat", "--before", ("FAIL", "ISSUED_BEFORE_MINIMUM")),
    ],
)
def test_a_lever_counts_when_the_update_arrives_and_no_more_when_it_is_lifted(
    kiosk, town, tmp_path, lever, option, verdict
):
    with town.elsewhere(tmp_path / "new town") as moved:
        folder, tree = str(moved.registry.directory), str(tmp_path / "new town" / "tree")

        def publish(*change):
            assert 0 == main([lever, folder, "credential-1", *change, "--at", stamp(kiosk.wall)])
            assert 0 == main(["publish", folder, "--to", tree, "--at", stamp(kiosk.wall)])

        dates = {"--from": NOON - timedelta(days=30), "--before": NOON - timedelta(days=1)}
        before = verdict_of(kiosk, town)
        publish(option, stamp(dates[option]))
        not_yet = verdict_of(kiosk, town)
        update_store(tree, kiosk.store, kiosk.wall)
        then = verdict_of(kiosk, town)
        publish("--lift")
        update_store(tree, kiosk.store, kiosk.wall)
        lifted = verdict_of(kiosk, town)

    assert [("PASS",), ("PASS",), verdict, ("PASS",)] == [before, not_yet, then, lifted]
    assert [told(visit) for visit in kiosk.visits()] == [before, not_yet, then, lifted]
