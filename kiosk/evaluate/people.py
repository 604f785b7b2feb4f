"""The people of an evaluation: a folder each, with any pictures in it, and what info.csv says of them.

Rules kept here: whatever lies in the folder is no reason to stop: notes and hidden files are left out, an odd
line of info.csv is counted and left out. What is no picture is counted as one that cannot be read, later.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TRAITS_FILE = "info.csv"
UNKNOWN = "unknown"
_NOTES = frozenset({".txt", ".csv", ".json", ".md", ".html", ".xml", ".db", ".ini"})
_MAX_TRAITS_BYTES = 20_000_000
_MAX_AGE_YEARS = 130


@dataclass(frozen=True, slots=True)
class Traits:
    """What is said of a person: `unknown` or None where nothing is."""

    gender: str = UNKNOWN
    group: str = UNKNOWN
    age_years: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of one person; `name` is unique in the data set and seeds what is simulated from it."""

    identity: str
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class People:
    """Everybody with a picture, in order of name. `odd_lines` of info.csv said nothing usable."""

    pictures: tuple[Picture, ...]
    traits: dict[str, Traits]
    odd_lines: int

    def traits_of(self, identity: str) -> Traits:
        """Return what is said of a person."""
        return self.traits.get(identity, Traits())

    @property
    def identities(self) -> tuple[str, ...]:
        """Everybody, in order of name."""
        return tuple(dict.fromkeys(picture.identity for picture in self.pictures))


def find_people(folder: Path) -> People:
    """Look through `folder` for people and their pictures. Raises OSError if it cannot be listed."""
    pictures = tuple(
        Picture(person.name, f"{person.name}/{path.name}", path)
        for person in sorted(folder.iterdir())
        if person.is_dir() and not person.name.startswith(".")
        for path in sorted(person.iterdir())
        if path.is_file() and path.suffix.lower() not in _NOTES and not path.name.startswith(".")
    )
    traits, odd_lines = _read_traits(folder / TRAITS_FILE)
    return People(pictures, traits, odd_lines)


def _read_traits(path: Path) -> tuple[dict[str, Traits], int]:
    try:
        content = path.read_bytes()[:_MAX_TRAITS_BYTES] if path.is_file() else b""
    except OSError:
        return {}, 1
    lines = content.decode("utf-8-sig", errors="replace").replace("\0", "").splitlines()
    traits: dict[str, Traits] = {}
    odd_lines = 0
    for row in _rows(lines):
        identity = _word(row, "identity")
        if identity == UNKNOWN or identity in traits:
            odd_lines += 1
        else:
            traits[identity] = Traits(_word(row, "gender").lower(), _word(row, "group").lower(), _age(row))
    return traits, odd_lines


def _rows(lines: list[str]) -> Iterator[dict[str | None, str | list[str] | None]]:
    try:
        yield from csv.DictReader(lines)
    except csv.Error:  # a field longer than any name
        yield {}


def _word(row: dict[str | None, str | list[str] | None], column: str) -> str:
    value = row.get(column)
    word = value.strip() if isinstance(value, str) else ""
    return UNKNOWN if word.upper() in {"", "NA"} else word


def _age(row: dict[str | None, str | list[str] | None]) -> int | None:
    try:
        years = int(float(_word(row, "age")))
    except (ValueError, OverflowError):
        return None
    return years if 0 <= years <= _MAX_AGE_YEARS else None
