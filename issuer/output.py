"""What the commands answer: one line of JSON on standard output, at once and in ASCII; warnings apart."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping


def say(record: Mapping[str, object]) -> None:
    """Write one line of JSON and flush it: another program may wait for it."""
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def warn(sentence: str) -> None:
    """Say something on standard error that stops nothing."""
    sys.stderr.write(f"issuer: {sentence}\n")
