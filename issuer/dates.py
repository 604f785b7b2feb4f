"""Instants and calendar days: credentials count in seconds of UTC, residence ends with a day in Riyadh."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

# Arabia Standard Time is UTC+3 all year; an own constant needs no time zone database on the machine.
RIYADH = timezone(timedelta(hours=3), "Asia/Riyadh")


def end_of_day(day: date) -> datetime:
    """Return the first instant after `day` in Riyadh, as UTC: the `exp` of what is valid until that day."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), RIYADH).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """Return the calendar day of an aware `instant` in Riyadh."""
    return instant.astimezone(RIYADH).date()


def a_year_after(day: date) -> date:
    """Return the same day of the next year; 29 February gives 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def write_instant(instant: datetime) -> str:
    """Write an aware instant as `2026-11-22T00:00:00Z`, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant with its offset (`Z` or `+03:00`), to the second.

    Raises ValueError for any other text and for an instant without offset.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("no offset from UTC")
    try:
        return instant.astimezone(UTC).replace(microsecond=0)
    except OverflowError as err:
        raise ValueError("outside the calendar") from err
