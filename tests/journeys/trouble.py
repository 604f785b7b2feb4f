"""Parts that have a bug: each call of anything the worker was given is counted, and a chosen one raises."""

from __future__ import annotations

from dataclasses import replace

_KEY_CALLS = ("pseudonym_of", "month_key", "is_sealed", "mark_sealed", "destroy_due")


class Trouble:
    """Raises RuntimeError at the call number `at`, and from then on if `lasting`; 0 is never.

    The message holds what no log may: a bug's own words are not to be repeated.
    """

    def __init__(self, at=0, *, lasting=False):
        self.calls = []
        self._at = at
        self.lasting = lasting
        self.struck = False

    def meet(self, name):
        self.calls.append(name)
        now = len(self.calls)
        if now == self._at or (self.lasting and self.struck):
            self.struck = True
            raise RuntimeError("Amal Sami Haddad 2345678417")

    def around(self, name, call):
        """The same callable, with trouble in its way."""

        def troubled(*args, **kwargs):
            self.meet(name)
            return call(*args, **kwargs)

        return troubled

    def gear(self, gear):
        """The same gear, with trouble in the way of everything."""
        return replace(
            gear,
            camera=_Camera(self, gear.camera),
            reader=_Part(self, "reader", gear.reader, "read"),
            engine=_Part(self, "engine", gear.engine, "find_faces", "align", "embed"),
            trust=self.around("trust", gear.trust),
            clock=self.around("clock", gear.clock),
            open_log=self._opening("log", gear.open_log, "append", "close"),
            open_pseudonyms=self._opening("pseudonyms", gear.open_pseudonyms, *_KEY_CALLS),
            monotonic=self.around("monotonic", gear.monotonic),
        )

    def _opening(self, name, opens, *methods):
        def open_it(environment):
            self.meet(f"open {name}")
            return _Part(self, name, opens(environment), *methods)

        return open_it


class _Part:
    def __init__(self, trouble, name, part, *methods):
        self._part = part
        for method in methods:
            setattr(self, method, trouble.around(f"{name}.{method}", getattr(part, method)))

    def __getattr__(self, name):
        return getattr(self._part, name)


class _Camera:
    def __init__(self, trouble, camera):
        self._trouble = trouble
        self._camera = camera

    @property
    def simulated(self):
        self._trouble.meet("camera.simulated")
        return self._camera.simulated

    @property
    def status(self):
        self._trouble.meet("camera.status")
        return self._camera.status

    def take(self, timeout_s):
        self._trouble.meet("camera.take")
        return self._camera.take(timeout_s)
