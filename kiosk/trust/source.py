"""Where a trust tree comes from: a folder (a stick), or a web server. Both give bytes by name, no more.

Rules kept here: only plain names below one place, never more bytes than the caller allows, no link followed
in a folder, and no wait without an end on a network. Nothing read here is trusted: `metadata.py` verifies it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.files import check_plain, read_plain

CONNECT_S, SILENCE_S, WHOLE_FILE_S = 10.0, 10.0, 600.0
"""How long a server may take to answer, to say nothing, and for one file."""

MAX_REDIRECTS = 3
_CHUNK = 64 * 1024
_GONE = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class TreeSource(Protocol):
    """A place that has the files of a tree by their names in it."""

    def read(self, name: str, limit: int) -> bytes:
        """Return the file `name`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A tree in a folder. Each part of a name is opened without following links: nothing leads out of it."""

    folder: Path

    def read(self, name: str, limit: int) -> bytes:
        """Return the file `name`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        return read_plain(self.folder, name, limit)


@dataclass(frozen=True, slots=True)
class WebSource:
    """A tree below a URL, over HTTP or HTTPS."""

    url: str
    monotonic: Callable[[], float] = time.monotonic
    _pools: list[urllib3.PoolManager] = field(default_factory=list)

    def read(self, name: str, limit: int) -> bytes:
        """Return the file `name`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        check_plain(name)
        return self.fetch(f"{self.url.rstrip('/')}/{name}", limit)

    def fetch(self, url: str, limit: int) -> bytes:
        """Return what is at `url`, at most `limit` bytes. Raises MissingFileError or TrustError."""
        if not self._pools:
            self._pools.append(_make_pool(url))
        name = urlsplit(url).path.rpartition("/")[2]
        try:
            response = self._pools[0].request("GET", url, preload_content=False)
            with ExitStack() as held:
                held.callback(response.close)
                _check_answer(response.status, name)
                body = b"".join(self._bounded(response, name, limit))
                held.pop_all()
            response.release_conn()
        except TrustError:
            raise
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as err:
            raise TrustError(f"{name} did not arrive: {type(err).__name__}", Refusal.UNREACHABLE) from err
        else:
            return body

    def _bounded(self, response: urllib3.BaseHTTPResponse, name: str, limit: int) -> Iterator[bytes]:
        """Yield the body as it comes, as long as it is neither too much nor too slow."""
        ends = self.monotonic() + WHOLE_FILE_S
        promised = response.headers.get("Content-Length", "")
        received = 0
        while chunk := response.read1(_CHUNK, decode_content=False):
            received += len(chunk)
            if received > limit:
                raise TrustError(f"{name} is larger than {limit} bytes")
            if self.monotonic() > ends:
                raise TrustError(f"{name} took longer than {WHOLE_FILE_S:.0f} s", Refusal.UNREACHABLE)
            yield chunk
        if promised.isdecimal() and received < int(promised):
            raise TrustError(f"{name} broke off", Refusal.UNREACHABLE)


def _make_pool(url: str) -> urllib3.PoolManager:
    """Make the connections for `url`: time-outs, few retries, and the proxy that the environment names."""
    parts = urlsplit(url)
    timeout = urllib3.Timeout(connect=CONNECT_S, read=SILENCE_S)
    retries = urllib3.Retry(connect=1, read=0, status=0, other=0, redirect=MAX_REDIRECTS)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, timeout=timeout, retries=retries)
    return urllib3.PoolManager(timeout=timeout, retries=retries)


def _check_answer(status: int, name: str) -> None:
    if status in _GONE:
        raise MissingFileError(name)
    if status != HTTPStatus.OK:
        raise TrustError(f"the server answered {status} for {name}", Refusal.UNREACHABLE)


def open_source(where: Path | str) -> TreeSource:
    """Return the source at `where`: a URL of http or https, or a folder."""
    if isinstance(where, str) and is_web(where):
        return WebSource(where)
    return FolderSource(Path(where))


def is_web(where: str) -> bool:
    """Say whether `where` is a URL of a web server and not the name of a folder."""
    try:
        parts = urlsplit(where)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
