"""Strict JSON for the files of the trust store: what two readers could understand differently is refused.

Rules kept here: UTF-8, a bounded size, no duplicate key, no NaN or Infinity, exactly the keys that the format
names, and a type for every value (true is not a number). Which numbers make sense is left to the formats.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from kiosk.trust.errors import TrustError

MAX_TEXT = 255
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def parse_json(content: bytes, what: str, limit: int) -> Any:  # noqa: ANN401 - any JSON value
    """Parse one JSON document of at most `limit` bytes. `what` names it in the refusal.

    Raises TrustError. Source: RFC 8259, with the choices of RFC 7493 (I-JSON) section 2.
    """
    if len(content) > limit:
        raise TrustError(f"{what} is larger than {limit} bytes")
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant
        )
    except TrustError:
        raise
    except (ValueError, RecursionError) as err:
        raise TrustError(f"{what} is not JSON") from err


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise TrustError("a JSON key stands twice")
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise TrustError(f"{name} is not a JSON number")


@dataclass(frozen=True, slots=True)
class Table:
    """One JSON object whose keys are known to be exactly those of its format. `where` names it."""

    where: str
    values: Mapping[str, Any]

    def _refuse(self, key: str, wanted: str) -> TrustError:
        return TrustError(f"{self.where}.{key} is not {wanted}")

    def text(self, key: str) -> str:
        """Return a printable text of 1 to 255 characters."""
        value = self.values[key]
        if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT or not value.isprintable():
            raise self._refuse(key, f"a text of 1 to {MAX_TEXT} characters")
        return value

    def word(self, key: str, words: Iterable[str]) -> str:
        """Return one of `words`."""
        value, allowed = self.values[key], sorted(words)
        if not isinstance(value, str) or value not in allowed:
            raise self._refuse(key, " or ".join(allowed))
        return value

    def words(self, key: str, words: Iterable[str]) -> frozenset[str]:
        """Return a list of some of `words`, each at most once."""
        values, allowed = self.values[key], frozenset(words)
        if not isinstance(values, list) or not all(isinstance(v, str) and v in allowed for v in values):
            raise self._refuse(key, f"a list of {', '.join(sorted(allowed))}")
        if len(set(values)) != len(values):
            raise self._refuse(key, "free of repeated words")
        return frozenset(values)

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.values[key]
        if not isinstance(value, bool):
            raise self._refuse(key, "true or false")
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.values[key]
        if type(value) is not int or not low <= value <= high:
            raise self._refuse(key, f"a whole number from {low} to {high}")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """Return a finite number from `low` to `high`."""
        value = self.values[key]
        if type(value) not in {int, float} or not low <= value <= high or not math.isfinite(value):
            raise self._refuse(key, f"a number from {low:g} to {high:g}")
        return float(value)

    def time(self, key: str) -> datetime:
        """Return an instant written like 2026-11-22T00:00:00Z, as aware UTC."""
        value = self.values[key]
        if isinstance(value, str) and _TIME.fullmatch(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        raise self._refuse(key, "a time like 2026-11-22T00:00:00Z")

    def time_or_none(self, key: str) -> datetime | None:
        """Return an instant, or None for null."""
        return None if self.values[key] is None else self.time(key)

    def table(self, key: str, keys: Iterable[str], optional: Iterable[str] = ()) -> Table:
        """Return the object under `key`, which must have exactly `keys`, and may have any of `optional`."""
        return open_table(self.values[key], f"{self.where}.{key}", keys, optional)

    def tables(self, key: str, keys: Iterable[str], most: int) -> tuple[Table, ...]:
        """Return the list of at most `most` objects under `key`, each with exactly `keys`."""
        values = self.values[key]
        if not isinstance(values, list) or len(values) > most:
            raise self._refuse(key, f"a list of at most {most} objects")
        return tuple(open_table(value, f"{self.where}.{key}[{n}]", keys) for n, value in enumerate(values))

    def octets(self, key: str, size: int) -> bytes:
        """Return `size` bytes that are written in small hexadecimal digits."""
        value = self.values[key]
        if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", value):
            raise self._refuse(key, f"{2 * size} hexadecimal digits")
        return bytes.fromhex(value)

    def named(self, key: str, most: int, least: int = 1) -> Mapping[str, Any]:
        """Return the object under `key` whose `least` to `most` keys are names of the writer's choice."""
        values = self.values[key]
        if not isinstance(values, dict) or not least <= len(values) <= most:
            raise self._refuse(key, f"an object of {least} to {most} names")
        if not all(1 <= len(name) <= MAX_TEXT and name.isprintable() for name in values):
            raise self._refuse(key, "an object with printable names")
        return values


def open_table(value: object, where: str, keys: Iterable[str], optional: Iterable[str] = ()) -> Table:
    """Check that `value` is an object with exactly `keys`, and any of `optional`. Raises TrustError."""
    expected = frozenset(keys)
    if not isinstance(value, dict):
        raise TrustError(f"{where} is not an object")
    if missing := expected - value.keys():
        raise TrustError(f"{where} lacks {', '.join(sorted(missing))}")
    if value.keys() - expected - frozenset(optional):
        raise TrustError(f"{where} has a key that its format does not know")
    return Table(where, value)


def format_time(instant: datetime) -> str:
    """Write an aware UTC instant as the formats want it; parts of a second are dropped."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
