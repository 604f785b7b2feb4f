"""Small plots as SVG text: points joined by lines, bars, and ranges, on axes that count or go by tens.

Rules kept here: nothing but the figures goes in, every number is rounded, so the same figures give the same
bytes; what is told by colour is told by a dash or a word too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 48
INK, GRID, GENUINE, IMPOSTOR = "#222", "#ddd", "#1b6e53", "#a5402d"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis from `low` to `high`; `by_tens` for a logarithmic one. `ticks` are values and their words."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    by_tens: bool = False

    def place(self, value: float) -> float:
        """Return where `value` lies, from 0 to 1; beyond the ends at the ends."""
        value = min(max(value, self.low), self.high)
        if self.by_tens:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def tens_axis(title: str, low_power: int) -> Axis:
    """Return an axis of shares from a power of ten up to one, in per cent."""
    powers = range(low_power, 1)
    ticks = tuple((10.0**power, f"{100 * 10.0**power:g} %") for power in powers)
    return Axis(title, 10.0**low_power, 1.0, ticks, by_tens=True)


def even_axis(title: str, low: float, high: float, step: float) -> Axis:
    """Return an axis with a tick at every `step`."""
    count = round((high - low) / step)
    values = [low + number * step for number in range(count + 1)]
    return Axis(title, low, high, tuple((value, f"{value:g}") for value in (round(v, 6) for v in values)))


@dataclass(slots=True)
class Plot:
    """A drawing in the making."""

    across: Axis
    up: Axis
    title: str
    parts: list[str] = field(default_factory=list)

    def line(self, points: Iterable[tuple[float, float]], colour: str, dash: str = "") -> None:
        """Join `points`."""
        path = " ".join(f"{self._x(x)},{self._y(y)}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        )

    def bars(self, heights: Sequence[float], colour: str) -> None:
        """Draw heights side by side over the whole width."""
        step = (self.across.high - self.across.low) / max(len(heights), 1)
        for number, height in enumerate(heights):
            if height > 0:
                left = self._x(self.across.low + number * step)
                right, top, foot = self._x(self.across.low + (number + 1) * step), self._y(height), self._y(0)
                width, tall = _short(float(right) - float(left)), _short(float(foot) - float(top))
                size = f'width="{width}" height="{tall}"'
                self.parts.append(f'<rect x="{left}" y="{top}" {size} fill="{colour}" fill-opacity="0.6"/>')

    def mark(self, x: float, words: str, colour: str = INK) -> None:
        """Draw an upright line at `x` with its words."""
        at = self._x(x)
        self.parts.append(
            f'<line x1="{at}" y1="{_TOP}" x2="{at}" y2="{HEIGHT - _BOTTOM}" stroke="{colour}" '
            f'stroke-dasharray="4 3"/><text x="{_short(float(at) + 4)}" y="{_TOP + 12}" fill="{colour}">'
            f"{escape(words)}</text>"
        )

    def write(self, x: float, y: float, words: str, colour: str = INK) -> None:
        """Put words at a point."""
        self.parts.append(f'<text x="{self._x(x)}" y="{self._y(y)}" fill="{colour}">{escape(words)}</text>')

    def svg(self) -> str:
        """Return the drawing."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(self.title)}" font-family="sans-serif" font-size="12">'
            f"<title>{escape(self.title)}</title>{self._frame()}{''.join(self.parts)}</svg>"
        )

    def _frame(self) -> str:
        foot, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        parts = []
        for value, words in self.across.ticks:
            x = self._x(value)
            parts.append(f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{foot}" stroke="{GRID}"/>')
            parts.append(f'<text x="{x}" y="{foot + 16}" text-anchor="middle">{escape(words)}</text>')
        for value, words in self.up.ticks:
            y = self._y(value)
            parts.append(f'<line x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="{GRID}"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y}" dy="4" text-anchor="end">{escape(words)}</text>')
        middle = (_LEFT + right) // 2
        parts.append(
            f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(self.across.title)}</text>'
        )
        parts.append(
            f'<text x="14" y="{HEIGHT // 2}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT // 2})">'
            f"{escape(self.up.title)}</text>"
        )
        return "".join(parts)

    def _x(self, value: float) -> str:
        return _short(_LEFT + self.across.place(value) * (WIDTH - _LEFT - _RIGHT))

    def _y(self, value: float) -> str:
        return _short(HEIGHT - _BOTTOM - self.up.place(value) * (HEIGHT - _TOP - _BOTTOM))


def _short(value: float) -> str:
    return f"{value:.1f}"
