"""What one probe of `doctor` found: a mark, a line of fact, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How good a finding is. Only RED keeps the kiosk from working."""

    OK = "ok"
    WARN = "warn"
    RED = "RED"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`. `action` is empty where there is nothing to do."""

    name: str
    mark: Mark
    found: str
    action: str = ""


def fine(name: str, found: str) -> Finding:
    """Make a finding without fault."""
    return Finding(name, Mark.OK, found)


def warn(name: str, found: str, action: str) -> Finding:
    """Make a finding that the kiosk can live with."""
    return Finding(name, Mark.WARN, found, action)


def red(name: str, found: str, action: str) -> Finding:
    """Make a finding that keeps the kiosk from working."""
    return Finding(name, Mark.RED, found, action)
