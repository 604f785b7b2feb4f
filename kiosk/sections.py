"""The sections of config.toml: every key with its unit, its range and its default.

What the keys mean to a person stands in config.toml, and a test compares the two. Reading the file and saying
what is wrong with it is left to `config.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

MAX_TEXT = 255
_DEVICE = "number of a /dev/video, a path, or an address"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one key allows: its unit in words, and either a range, a closed set of words, or any text."""

    unit: str
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    zero_means: str = ""
    empty_means: str = ""

    @property
    def allowed(self) -> str:
        """Say what is allowed, in the words that config.toml and the refusals share."""
        if self.words:
            return " or ".join(f'"{word}"' for word in self.words)
        if self.low is not None and self.high is not None:
            span = f"{self.low:g} to {self.high:g}"
            return f"0 ({self.zero_means}) or {span}" if self.zero_means else span
        text = f"1 to {MAX_TEXT} characters"
        text = f'"" ({self.empty_means}) or {text}' if self.empty_means else text
        return "true or false" if self.unit == "switch" else text

    def refuses(self, value: object) -> bool:
        """Tell whether `value`, already of the right type, is outside what is allowed."""
        if isinstance(value, bool):
            return False
        if isinstance(value, str):
            if self.words:
                return value not in self.words
            least = 0 if self.empty_means else 1
            return not least <= len(value) <= MAX_TEXT or not value.isprintable()
        if not isinstance(value, int | float) or not math.isfinite(value):
            return True
        if self.zero_means and value == 0:
            return False
        return self.low is None or self.high is None or not self.low <= value <= self.high


def _rule(
    unit: str, *span: float, words: tuple[str, ...] = (), zero: str = "", empty: str = ""
) -> dict[str, Rule]:
    """Make the metadata of one key: `span` is the lowest and the highest value."""
    low, high = span or (None, None)
    return {"rule": Rule(unit, low, high, words, zero, empty)}


@dataclass(frozen=True, slots=True)
class Paths:
    """`[paths]`: where the kiosk keeps what outlives a start. Absolute after `load_settings`."""

    store: Path = field(default=Path("trust_store"), metadata=_rule("folder"))
    state: Path = field(default=Path("state"), metadata=_rule("folder"))
    log: Path = field(default=Path("state/log"), metadata=_rule("folder"))
    outbox: str = field(default="", metadata=_rule("folder", empty="none"))

    @property
    def outbox_folder(self) -> Path | None:
        """Where checkpoints leave the machine, or None for nowhere."""
        return Path(self.outbox) if self.outbox else None


@dataclass(frozen=True, slots=True)
class Camera:
    """`[camera]`: the camera for codes and, unless there is another, for faces; and what is asked of it."""

    device: str = field(default="0", metadata=_rule(_DEVICE))
    width: int = field(default=1920, metadata=_rule("pixels", 640, 3840))
    height: int = field(default=1080, metadata=_rule("pixels", 480, 2160))
    fps: int = field(default=15, metadata=_rule("frames a second", 5, 60))


@dataclass(frozen=True, slots=True)
class FaceCamera:
    """`[face_camera]`: a second camera that sees faces only."""

    device: str = field(default="", metadata=_rule(_DEVICE, empty="the same camera"))
    width: int = field(default=1280, metadata=_rule("pixels", 640, 3840))
    height: int = field(default=720, metadata=_rule("pixels", 480, 2160))
    fps: int = field(default=15, metadata=_rule("frames a second", 5, 60))


@dataclass(frozen=True, slots=True)
class Screen:
    """`[screen]`: how the window looks, and how long it shows what."""

    language: str = field(default="ar", metadata=_rule("language", words=("ar", "en")))
    digits: str = field(default="latin", metadata=_rule("digits", words=("latin", "arabic")))
    fullscreen: bool = field(default=True, metadata=_rule("switch"))
    pixels_per_mm: float = field(
        default=0.0, metadata=_rule("pixels per millimetre", 1, 40, zero="ask the screen")
    )
    pass_seconds: int = field(default=5, metadata=_rule("seconds", 2, 120))
    mask_seconds: int = field(default=15, metadata=_rule("seconds", 2, 120))
    clear_seconds: int = field(default=30, metadata=_rule("seconds", 2, 120))


@dataclass(frozen=True, slots=True)
class Scanner:
    """`[scanner]`: a hardware scanner that types as a keyboard; see `wedge/`."""

    enabled: bool = field(default=True, metadata=_rule("switch"))
    prefix: str = field(default="", metadata=_rule("text", empty="none"))
    suffix: str = field(default="enter", metadata=_rule("key", words=("enter", "tab", "none")))
    max_gap_ms: int = field(default=30, metadata=_rule("milliseconds", 5, 200))
    min_keys: int = field(default=6, metadata=_rule("keys", 3, 64))


@dataclass(frozen=True, slots=True)
class Files:
    """`[files]`: where files and the clipboard may bring a code to the window."""

    accept: str = field(default="windowed", metadata=_rule("where", words=("windowed", "always", "never")))


@dataclass(frozen=True, slots=True)
class Tighten:
    """`[tighten]`: limits that may only be stricter than the signed policy."""

    face_accept: float = field(
        default=0.0, metadata=_rule("cosine", 0.363, 1, zero="as the signed policy says")
    )


@dataclass(frozen=True, slots=True)
class Update:
    """`[update]`: where a running kiosk looks for newer trust data by itself."""

    url: str = field(default="", metadata=_rule("URL of http or https", empty="no server"))
    minutes: int = field(default=60, metadata=_rule("minutes", 5, 1440))
    stick: Path = field(default=Path("/media/mudaqqiq"), metadata=_rule("folder"))
