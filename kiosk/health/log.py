"""Probes of the log: the SQLite under it, and every row in it. Reads only."""

from __future__ import annotations

from pathlib import Path

from kiosk.audit.check import check_log
from kiosk.audit.log import find_log_path
from kiosk.audit.schema import check_sqlite_version
from kiosk.health.finding import Finding, fine, red
from kiosk.health.packages import REPAIR
from kiosk.model import Environment, Fault, Reason

OPEN_TO_OTHERS = 0o077


def probe_sqlite(version: tuple[int, int, int] | None) -> Finding:
    """Is SQLite free of the faults that can lose a committed row? `version` is None for the one in use."""
    try:
        check_sqlite_version() if version is None else check_sqlite_version(version)
    except Fault as err:
        return red("SQLite", err.detail, REPAIR)
    return fine("SQLite", "new enough to keep every committed row")


def probe_log(folder: Path) -> Finding:
    """Does every row of every log hold?"""
    try:
        if folder.exists() and folder.stat().st_mode & OPEN_TO_OTHERS:
            return red("log", f"{folder} is open to other users", f"chmod 700 {folder}")
        paths = [path for each in Environment if (path := find_log_path(folder, each)).exists()]
        reports = [check_log(path) for path in paths]
    except Fault as err:
        broken = err.reason is Reason.LOG_BROKEN
        action = "keep the file as it is and report it" if broken else "give this user the folder"
        return red("log", err.detail, action)
    except OSError as err:
        return red("log", f"{folder}: {err.strerror}", "give this user the folder")
    for report in reports:
        if not report.holds:
            action = "keep the file as it is; `python -m kiosk audit check` names the row"
            return red("log", f"{report.path} is broken", action)
    if not reports:
        return fine("log", f"none yet in {folder}; the first start makes it")
    rows = sum(report.chain.rows for report in reports)
    return fine("log", f"{rows} rows hold in {', '.join(path.name for path in paths)}")
