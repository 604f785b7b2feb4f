import pytest

from kiosk.face.engine import load_engine
from tests.face.makers import ASTRONAUT, a_portrait


@pytest.fixture(scope="session")
def engine():
    return load_engine()


@pytest.fixture(scope="session")
def portrait(engine):
    return a_portrait(engine, ASTRONAUT)
