"""Connections to the server with the trust tree, and a watch that ends one, whatever the server does.

Rules kept here: time-outs, no redirection followed by the library (it would read the whole answer first), the
proxy that the environment names. A time-out of the library starts again with every byte that comes, so a
server could hold a reader for ever with headers alone: the watch closes the connection from outside.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

CONNECT_S, SILENCE_S = 10.0, 10.0
"""How long a server may take to answer, and to say nothing."""

_LOOK_EVERY_S = 0.25
_ENOUGH = 4  # connections that are remembered: one is open at a time, and those before it are closed


class Connections:
    """Connections for `url`, reused from file to file; belongs to one thread."""

    def __init__(self, url: str) -> None:
        self._sockets: list[socket.socket] = []
        self.manager = _make_manager(url)
        self.manager.pool_classes_by_scheme = _make_pools(self._remember)

    def _remember(self, connected: socket.socket) -> None:
        self._sockets = [*self._sockets, connected][-_ENOUGH:]

    @contextmanager
    def watched(self, is_over: Callable[[], bool]) -> Iterator[None]:
        """Run the block; as soon as `is_over`, asked from another thread, all reading in it ends."""
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done, is_over), name="update-watch", daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()

    def _watch(self, done: threading.Event, is_over: Callable[[], bool]) -> None:
        while not done.wait(_LOOK_EVERY_S):
            if is_over():
                for each in self._sockets:
                    with contextlib.suppress(OSError):  # closed already
                        socket.socket.shutdown(each, socket.SHUT_RDWR)


def _make_manager(url: str) -> urllib3.PoolManager:
    """Return the pool for `url`. Raises ValueError, or an error of urllib3, for a proxy that is none."""
    parts = urlsplit(url)
    timeout = urllib3.Timeout(connect=CONNECT_S, read=SILENCE_S)
    retries = urllib3.Retry(connect=1, read=0, status=0, other=0, redirect=False)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        address = proxy if "://" in proxy else f"http://{proxy}"  # as other programs read the variable
        return urllib3.ProxyManager(address, timeout=timeout, retries=retries)
    return urllib3.PoolManager(timeout=timeout, retries=retries)


def _make_pools(remember: Callable[[socket.socket], None]) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Return the library's pools with connections that tell of their sockets."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            remember(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            remember(self.sock)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
