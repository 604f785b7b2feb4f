"""The probes of the face engines: each is loaded as the kiosk loads it, and the signed policy's must load."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from kiosk.face.dlib_engine import INSTALL
from kiosk.face.engine import load_engine
from kiosk.health.finding import Finding, fine, red, warn
from kiosk.health.packages import REPAIR
from kiosk.model import EngineKind, Fault
from kiosk.trust.store import load_trust


def probe_models(folder: Path | None) -> Finding:
    """Are the face models there, unaltered, and do they load? `folder` is None for the installed ones."""
    try:
        engine = load_engine(folder)
    except Fault as err:
        return red("face models", err.detail, REPAIR)
    return fine("face models", engine.model_id)


def probe_second_engine(store: Path, folder: Path | None = None) -> Finding:
    """Can the second face engine be loaded where it is there, or where the policy in `store` asks for it?"""
    wanted = _is_wanted(store)
    if not wanted and folder is None and importlib.util.find_spec("dlib") is None:
        return fine("second engine", "dlib is not installed, and the policy does not ask for it")
    try:
        model_id = load_engine(folder, EngineKind.DLIB).model_id
    except Fault as err:
        if wanted:
            return red("second engine", f"the policy asks for dlib: {err.detail}", INSTALL)
        return warn("second engine", f"{err.detail}; the policy does not ask for it", INSTALL)
    return fine("second engine", f"{model_id}, {'which' if wanted else 'not what'} the policy asks for")


def _is_wanted(store: Path) -> bool:
    """Tell whether the policy in force compares by dlib; a store that cannot be read asks for nothing."""
    try:
        return load_trust(store).policy.face.engine is EngineKind.DLIB
    except Fault:
        return False
