"""A camera on the network, played by a thread on the loopback: it stalls, freezes, dies and comes back."""

from __future__ import annotations

import socket
import threading
from itertools import count, pairwise

import cv2
import numpy as np

_HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"


def as_jpeg(picture, quality=90):
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def as_mpeg_ts(pictures, path, fps=15):
    """MPEG-2 in a transport stream, as OpenCV's own FFmpeg writes it; equal parts, one a picture."""
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MPG2"), fps, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    content = path.read_bytes()
    ends = [len(content) * number // len(pictures) for number in range(len(pictures) + 1)]
    return [content[start:end] for start, end in pairwise(ends)]


class Sender:
    """Sends `parts` in turn, one each `interval_s`, to one client at a time; use as a context.

    With `http` each part is a picture of an MJPEG stream, else the parts are a stream of bytes on TCP.
    """

    def __init__(self, parts, *, http=True, interval_s=1 / 15):
        self.parts = list(parts)
        self.sent = 0
        self.visits = 0
        self._http = http
        self._interval_s = interval_s
        self._playing = threading.Event()
        self._playing.set()
        self._dying = threading.Event()
        self._over = threading.Event()
        self._listener = None
        self._thread = None
        self.port = None

    def __enter__(self):
        self.come_back()
        return self

    def __exit__(self, *_):
        self.go_away()

    @property
    def url(self):
        return f"{'http' if self._http else 'tcp'}://127.0.0.1:{self.port}"

    def stall(self):
        """Keep the connection and send nothing."""
        self._playing.clear()

    def go_on(self):
        self._playing.set()

    def die(self):
        """Cut the connection in the middle of a picture; the next client is served again."""
        self._dying.set()

    def go_away(self):
        """Cut the connection and listen no more."""
        self._over.set()
        self._playing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def come_back(self):
        """Listen, on the same port as before."""
        self._over.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port or 0), reuse_port=True)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="sender", daemon=True)
        self._thread.start()

    def _serve(self):
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            self._dying.clear()
            with client:
                try:
                    self._play(client)
                except OSError:  # the client hung up
                    continue

    def _play(self, client):
        if self._http:
            client.settimeout(5)
            client.recv(4096)
            client.sendall(_HEAD)
        for number in count():
            self._playing.wait()
            if self._over.is_set():
                return
            part = self.parts[number % len(self.parts)]
            if self._dying.is_set():
                client.sendall(self._wrapped(part)[: len(part) // 2])
                return
            client.sendall(self._wrapped(part))
            self.sent += 1
            self._over.wait(self._interval_s)

    def _wrapped(self, part):
        if not self._http:
            return part
        head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(part)
        return head + part + b"\r\n"


def moving_pictures(number, size=(320, 240)):
    """Pictures that all differ, with a little noise, as a lens gives them."""
    pictures = []
    for index in range(number):
        rng = np.random.default_rng(index)
        picture = np.full((size[1], size[0], 3), 90, np.uint8) + rng.integers(
            0, 20, (size[1], size[0], 3), np.uint8
        )
        cv2.circle(picture, (20 + 13 * index % size[0], size[1] // 2), 18, (0, 200, 250), -1)
        pictures.append(picture)
    return pictures
