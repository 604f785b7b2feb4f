"""Whole visits where the signed policy names the second face engine: it compares, or the kiosk stops."""

from dataclasses import replace

import pytest

from kiosk.face.engine import load_engine
from kiosk.model import EngineKind, Fault, Reason
from kiosk.view import AttentionView, Request, ScanView
from tests.journeys import pictures
from tests.journeys.kiosk import told


@pytest.fixture(scope="module")
def dlib_engine():
    return load_engine(kind=EngineKind.DLIB)


@pytest.fixture
def open_by_dlib(open_kiosk, tmp_path):
    """A kiosk of the town whose policy compares by dlib, with dlib's own thresholds."""

    def start(open_engine):
        trust = open_kiosk(folder=tmp_path / "usual").gear.trust()
        face = replace(trust.policy.face, engine=EngineKind.DLIB, accept=0.5, refer=0.4)
        trust = replace(trust, policy=replace(trust.policy, face=face))
        return open_kiosk(trust=lambda: trust, open_engine=open_engine)

    return start


def test_the_holder_passes_and_the_row_names_the_models_that_compared(open_by_dlib, dlib_engine, town):
    kiosk = open_by_dlib(lambda _: dlib_engine)

    result = kiosk.visit(town.text(), pictures.holder())

    (visit,) = kiosk.visits()
    assert ("PASS",) == told(result.verdict)
    assert dlib_engine.model_id == visit.face.model_id
    assert result.score > 0.5


def test_somebody_else_does_not_pass(open_by_dlib, dlib_engine, town):
    kiosk = open_by_dlib(lambda _: dlib_engine)

    result = kiosk.visit(town.text(), pictures.impostor())

    assert ("FAIL", "FACE_MISMATCH") == told(result.verdict)


def test_an_engine_that_cannot_be_loaded_stops_the_kiosk_before_anybody_comes_and_is_tried_again(
    open_by_dlib, dlib_engine
):
    missing = [True]

    def open_engine(_kind):
        if missing:
            raise Fault(Reason.MODEL_ALTERED, "the face engine dlib is not installed")
        return dlib_engine

    kiosk = open_by_dlib(open_engine)
    stopped = kiosk.until(AttentionView, pictures.nobody())
    missing.clear()
    kiosk.ask(Request.RETRY)

    assert Reason.MODEL_ALTERED is stopped.reason
    assert [] == kiosk.visits()
    assert kiosk.until(ScanView, pictures.nobody())
