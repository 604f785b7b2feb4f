"""python-tuf's client, with its errors as ours, our time instead of the machine's, and our ways to read.

Rules kept here: whatever the library does on the network or a stick goes through a `TreeSource`'s reader with
a limit; the only use of a private name of the library (its time) is here and guarded by a test. The library's
judgement is never the last: `metadata.py` verifies the same bytes again before anything is promoted.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import TargetFile
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.metadata import MAX_METADATA_BYTES, MAX_ROOT_BYTES, MAX_ROTATIONS, MAX_TARGET_BYTES

_CONFIG = UpdaterConfig(
    max_root_rotations=MAX_ROTATIONS,
    root_max_length=MAX_ROOT_BYTES,
    snapshot_max_length=MAX_METADATA_BYTES,
    targets_max_length=MAX_METADATA_BYTES,
)
_NOT_FOUND = 404
_REFUSALS = (
    (ExpiredMetadataError, Refusal.EXPIRED),
    (BadVersionNumberError, Refusal.OLD),
    (UnsignedMetadataError, Refusal.AUTHORITY),
)


class ClientRefused(TrustError):
    """The library refused what it read, for a reason that lies in the metadata or in its cache."""


class _Fetcher(FetcherInterface):
    """Lets the library read through `read`, which takes a URL and a limit."""

    def __init__(self, read: Callable[[str, int], bytes]) -> None:
        self._read = read

    def _fetch(self, url: str) -> Iterator[bytes]:
        return iter((self._get(url, MAX_TARGET_BYTES),))

    @contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        """Yield what is at `url`, read with the limit that the metadata sets."""
        yield io.BytesIO(self._get(url, min(max_length, MAX_TARGET_BYTES)))

    def _get(self, url: str, limit: int) -> bytes:
        try:
            return self._read(url, limit)
        except MissingFileError as err:
            raise DownloadHTTPError(err.detail, _NOT_FOUND) from err
        except TrustError as err:
            raise DownloadError(err.detail) from err


@dataclass(frozen=True, slots=True)
class Places:
    """Where a client keeps metadata and targets, and the URLs it reads them below."""

    metadata: Path
    metadata_url: str
    targets: Path | None = None
    targets_url: str | None = None


class TufClient:
    """One update of one cache. Calls raise TrustError, ClientRefused as a kind of it, and OSError."""

    def __init__(
        self, places: Places, read: Callable[[str, int], bytes], now: datetime, root: bytes | None = None
    ) -> None:
        """Begin from the bytes of the pinned `root`, or from `root.json` in the metadata folder.

        `read` gets what is at a URL; `now` is aware UTC and decides what has expired.
        """
        with _translated():
            self._updater = Updater(
                str(places.metadata),
                places.metadata_url,
                None if places.targets is None else str(places.targets),
                places.targets_url,
                _Fetcher(read),
                _CONFIG,
                bootstrap=root,
            )
        # The library has no public way to say what time it is.
        self._updater._trusted_set.reference_time = now  # noqa: SLF001 - guarded by a test

    def refresh(self) -> None:
        """Bring the metadata of the top-level roles up to date."""
        with _translated():
            self._updater.refresh()

    def load_delegated(self, path: str) -> None:
        """Bring the metadata of the role that `path` is delegated to up to date; no target need be there."""
        with _translated():
            self._updater.get_targetinfo(path)

    def fetch_target(self, name: str, path: Path | None = None) -> bool:
        """Bring the target `name` up to date at `path`; False when it already was.

        Without a path its file in the targets' folder is named after it.
        """
        place = None if path is None else str(path)
        with _translated():
            found = self._find_target(name)
            if self._updater.find_cached_target(found, place) is not None:
                return False
            self._updater.download_target(found, place)
        return True

    def _find_target(self, name: str) -> TargetFile:
        found = self._updater.get_targetinfo(name)
        if found is None:
            raise MissingFileError(name)
        return found


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except TrustError:
        raise
    except (RepositoryError, DownloadError, ValueError, RecursionError) as err:
        raise _explain(err) from err


def _explain(err: Exception) -> TrustError:
    """Return the error of our own reader where that is the cause, else the library's reason as ours."""
    if isinstance(err.__cause__, TrustError):
        return TrustError(err.__cause__.detail, err.__cause__.refusal)
    refusal = next((ours for theirs, ours in _REFUSALS if isinstance(err, theirs)), Refusal.TAMPERED)
    return ClientRefused(f"the TUF client refused it: {type(err).__name__}", refusal)
