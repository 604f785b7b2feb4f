"""Model files from packages of which nothing else is used, checked by hash before anything loads them.

Rules kept here: the very bytes that were hashed are what the caller gets, so a file swapped after the check
changes nothing; a missing or altered file is a Fault and never a weaker comparison. What runs the models is
left to the engines.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from kiosk.model import Fault, Reason

_MOST_BYTES = 64 * 1024 * 1024  # the largest has 23 million


def find_models(module: str, package: str, folder: str) -> Path:
    """Return the `folder` of models inside the installed `module`, without running its code.

    Raises Fault: MODEL_ALTERED naming the `package` to install.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise Fault(Reason.MODEL_ALTERED, f"package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / folder


def read_model(path: Path, sha256: str) -> bytes:
    """Return the file's bytes. Raises Fault: MODEL_ALTERED when it is unreadable or has another hash."""
    try:
        if not path.is_file():  # a pipe or a device could feed bytes for ever
            raise FileNotFoundError(path.name)
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)  # one more has another hash in any case
    except OSError as err:
        raise Fault(Reason.MODEL_ALTERED, f"{path.name} cannot be read") from err
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Fault(Reason.MODEL_ALTERED, f"{path.name} has another hash")
    return content
