"""What every test shares: no screen is ever opened, and Hypothesis runs the same examples each time."""

from __future__ import annotations

import gc
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from issuer.passphrase import ROOT_VARIABLE, SANDBOX_PASSPHRASE, VARIABLE

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# What is compiled once need not be compiled again by each of the many processes that the tests start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# The tests' authorities are thrown away: their keys lie under the passphrase that everybody knows.
for variable in (VARIABLE, ROOT_VARIABLE):
    os.environ[variable] = SANDBOX_PASSPHRASE

settings.register_profile(
    "house",
    max_examples=100,
    deadline=None,  # a busy machine is no failure
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_finish():
    """Let the collector of garbage pass over what thousands of tests are made of: it stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    """Let everything go in order."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def sight():
    """The kiosk's decoders and face engine, which remember what they said of a picture."""
    from tests.face.remembering import an_engine  # noqa: PLC0415 - heavy
    from tests.journeys.pictures import RememberingReader  # noqa: PLC0415 - heavy

    return RememberingReader(), an_engine()


@pytest.fixture(scope="session")
def town(tmp_path_factory, sight):
    """An authority with people, and the tree it publishes."""
    from tests.journeys.town import Town  # noqa: PLC0415 - heavy

    return Town(tmp_path_factory.mktemp("town"), sight[1])


@pytest.fixture
def open_kiosk(town, sight, tmp_path):
    """Set a kiosk up and start it: by default at a checkpoint of the town."""
    from tests.journeys.kiosk import Kiosk  # noqa: PLC0415 - heavy

    opened = []

    def start(purpose="checkpoint", folder=tmp_path, **changes):
        store = folder / "store"
        if not store.exists():
            town.set_up(store, purpose)
        kiosk = Kiosk(store, folder, sight[0], changes.pop("engine", sight[1]), **changes)
        opened.append(kiosk)
        return kiosk

    yield start
    for kiosk in opened:
        kiosk.close()


@pytest.fixture
def kiosk(open_kiosk):
    return open_kiosk()
