"""The local settings: config.toml read into frozen values, or refused in one sentence.

Rules kept here: every key has a unit, a range and a default; an unknown key is an error, so a misspelt
setting never falls back in silence; a refusal names key, line, value and what is allowed. Security is not
set here: purpose, station and thresholds come from the trust store, and `[tighten]` can only make them
stricter. Relative paths are relative to the file. What the keys mean to a person stands in config.toml,
and a test compares the two.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from kiosk.sections import (
    Camera,
    FaceCamera,
    Files,
    Paths,
    Rule,
    Scanner,
    Screen,
    Tighten,
    Update,
)

__all__ = [
    "Camera",
    "FaceCamera",
    "Files",
    "Paths",
    "Rule",
    "Scanner",
    "Screen",
    "Tighten",
    "Update",
]

DEFAULT_CONFIG = Path(__file__).resolve().parent.parent / "config.toml"
MAX_BYTES = 64 * 1024


class ConfigError(Exception):
    """The settings cannot be used. The text is one sentence for the person who edits the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything config.toml may say. `source` is the file read, or None for the defaults."""

    paths: Paths = field(default_factory=Paths)
    camera: Camera = field(default_factory=Camera)
    screen: Screen = field(default_factory=Screen)
    tighten: Tighten = field(default_factory=Tighten)
    scanner: Scanner = field(default_factory=Scanner)
    files: Files = field(default_factory=Files)
    update: Update = field(default_factory=Update)
    face_camera: FaceCamera = field(default_factory=FaceCamera)
    source: Path | None = None


SECTIONS: Mapping[str, type[Paths | Camera | FaceCamera | Screen | Scanner | Files | Tighten | Update]] = {
    "paths": Paths,
    "camera": Camera,
    "face_camera": FaceCamera,
    "screen": Screen,
    "scanner": Scanner,
    "files": Files,
    "tighten": Tighten,
    "update": Update,
}


def load_settings(path: Path) -> Settings:
    """Read the settings file at `path`; its folder is what relative paths are relative to.

    Raises ConfigError when the file cannot be read or says something that is not allowed.
    """
    try:
        if path.is_fifo():  # opening one waits for a writer
            raise ConfigError(f"{path}: is a pipe, not a file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as err:
        raise ConfigError(f"{path}: cannot be read ({getattr(err, 'strerror', None) or err})") from err
    try:
        return parse_settings(content, path.absolute().parent, path)
    except ConfigError as err:
        raise ConfigError(f"{path}: {err}") from err


def parse_settings(content: bytes, folder: Path, source: Path | None = None) -> Settings:
    """Turn the bytes of a settings file into values; `folder` completes relative paths.

    Raises ConfigError naming key, line, value and what is allowed.
    """
    text, tables = _parse_toml(content)
    for name, table in tables.items():
        if name not in SECTIONS:
            raise ConfigError(_unknown("section", f"[{name}]", _line_of(text, name), name, tuple(SECTIONS)))
        if not isinstance(table, dict):
            raise ConfigError(f"line {_line_of(text, name)}: {name} must be a section, written [{name}]")
    sections = {
        name: _parse_section(name, kind, tables.get(name, {}), text) for name, kind in SECTIONS.items()
    }
    sections["paths"] = _complete(sections["paths"], folder)
    sections["update"] = replace(sections["update"], stick=folder / sections["update"].stick)
    settings = Settings(**sections, source=source)
    _check_order(settings.screen, text)
    _check_url(settings.update.url, text)
    return settings


def _parse_toml(content: bytes) -> tuple[str, dict[str, Any]]:
    if len(content) > MAX_BYTES:
        raise ConfigError(f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = content.count(b"\n", 0, err.start) + 1
        raise ConfigError(f"line {line}: not UTF-8 text") from err
    try:
        return text, tomllib.loads(text)
    except RecursionError as err:
        raise ConfigError("values are nested too deeply") from err
    except ValueError as err:  # TOMLDecodeError is one; a number of more than 4300 digits raises a plain one
        raise ConfigError(f"not valid TOML: {_shorten(str(err))}") from err


def _parse_section(name: str, kind: type[Any], table: dict[str, Any], text: str) -> Any:  # noqa: ANN401 - one of the sections
    known = {item.name: item for item in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        line = _line_of(text, name, key)
        if key not in known:
            raise ConfigError(_unknown("key", f"{name}.{key}", line, key, tuple(known)))
        rule: Rule = known[key].metadata["rule"]
        values[key] = _convert(value, known[key].default)
        if values[key] is None or rule.refuses(value):
            shown = _shorten(repr(value))
            raise ConfigError(
                f"line {line}: {name}.{key} is {shown}, allowed is {rule.allowed} ({rule.unit})"
            )
    return kind(**values)


def _convert(value: object, default: object) -> object | None:
    """Give `value` the type of `default`, or None where TOML's type does not fit it."""
    if isinstance(default, Path):
        return Path(value) if isinstance(value, str) else None
    if isinstance(default, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_BYTES
        return float(value) if fits else None  # type: ignore[arg-type] # checked on the line above
    return value if type(value) is type(default) else None


def _complete(paths: Paths, folder: Path) -> Paths:
    return Paths(
        store=folder / paths.store,
        state=folder / paths.state,
        log=folder / paths.log,
        outbox=str(folder / paths.outbox) if paths.outbox else "",
    )


def _check_order(screen: Screen, text: str) -> None:
    if screen.mask_seconds > screen.clear_seconds:
        line = _line_of(text, "screen", "mask_seconds")
        raise ConfigError(
            f"line {line}: screen.mask_seconds is {screen.mask_seconds}, "
            f"allowed is at most screen.clear_seconds, which is {screen.clear_seconds}"
        )


def _check_url(url: str, text: str) -> None:
    if url and not re.match(r"https?://[^/]", url):
        line = _line_of(text, "update", "url")
        raise ConfigError(f"line {line}: update.url is {_shorten(repr(url))}, allowed is http:// or https://")


def _unknown(what: str, shown: str, line: int, name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}" if near else f"known are {', '.join(known)}"
    return f"line {line}: unknown {what} {_shorten(shown)}, {hint}"


def _line_of(text: str, section: str, key: str = "") -> int:
    """Find the line that a person would look at: the key's, else the section's, else the first."""
    current, best = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*[\"']?([^\]\"'.]*)", line)
        if header and "=" not in line.partition("#")[0]:
            current = header.group(1).strip()
        name = line.partition("=")[0].strip().strip("\"'")
        if key and name in {key, f"{section}.{key}"} and (current == section or "." in name):
            return number
        if not best and (current == section or name.split(".")[0] == section):
            best = number
    return best or 1


def _shorten(text: str, limit: int = 60) -> str:
    printable = "".join(char if char.isprintable() else "?" for char in text)
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"
