"""The probe of the face models: the engine is loaded as the kiosk loads it."""

from __future__ import annotations

from pathlib import Path

from kiosk.face.engine import load_engine
from kiosk.health.finding import Finding, fine, red
from kiosk.health.packages import REPAIR
from kiosk.model import Fault


def probe_models(folder: Path | None) -> Finding:
    """Are the face models there, unaltered, and do they load? `folder` is None for the installed ones."""
    try:
        engine = load_engine(folder)
    except Fault as err:
        return red("face models", err.detail, REPAIR)
    return fine("face models", engine.model_id)
