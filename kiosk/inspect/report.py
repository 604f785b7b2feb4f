"""The result of an inspection: the layers that were reached, each sound or broken, and what they held.

Rules kept here: the first broken layer names the whole; a layer breaks with one reason; text in a report is
made of our own words and numbers, so that nothing presented reaches a terminal through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.cose.layers import Layer, LayerError
from kiosk.model import Reason


class LayerBroken(LayerError):
    """A layer broke for a reason other than the usual one of that layer."""

    def __init__(self, layer: Layer, detail: str, reason: Reason) -> None:
        super().__init__(layer, detail)
        self.reason = reason


_USUAL_REASONS = {
    Layer.IMAGE: Reason.NO_CODE,
    Layer.PREFIX: Reason.NOT_A_CREDENTIAL,
    Layer.BASE45: Reason.NOT_A_CREDENTIAL,
    Layer.ZLIB: Reason.NOT_A_CREDENTIAL,
    Layer.SIGNATURE: Reason.SIGNATURE_INVALID,
    Layer.COUNTERSIGNATURE: Reason.PROOF_INVALID,
}


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer that was reached. `reason` is None where `ok`."""

    layer: Layer
    ok: bool
    reason: Reason | None
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an inspection found. `claims` is safe for JSON; `profile` says what the kiosk would mind."""

    layers: tuple[LayerReport, ...]
    claims: Mapping[str, Any]
    profile: tuple[str, ...]

    @property
    def broken(self) -> Layer | None:
        """The first layer that broke, None when all that were reached are sound."""
        return next((each.layer for each in self.layers if not each.ok), None)


class Peeling:
    """Collects layers while a code is taken apart."""

    def __init__(self) -> None:
        self._layers: list[LayerReport] = []
        self.claims: Mapping[str, Any] = {}
        self.profile: tuple[str, ...] = ()

    def sound(self, layer: Layer, detail: str) -> None:
        """Record a layer that is what it should be."""
        self._layers.append(LayerReport(layer, ok=True, reason=None, detail=detail))

    def broke(self, err: LayerError) -> None:
        """Record the layer that `err` names as broken."""
        usual = _USUAL_REASONS.get(err.layer, Reason.MALFORMED)
        reason = err.reason if isinstance(err, LayerBroken) else usual
        self._layers.append(LayerReport(err.layer, ok=False, reason=reason, detail=err.detail))

    def attempt(self, layer: Layer, check: Callable[[], str]) -> None:
        """Record a layer behind which others can still be read; `check` gives its detail or raises."""
        try:
            self.sound(layer, check())
        except LayerError as err:
            self.broke(err)

    @property
    def is_broken(self) -> bool:
        """Whether a layer broke so far."""
        return any(not each.ok for each in self._layers)

    def report(self) -> Report:
        """Return what was collected."""
        return Report(tuple(self._layers), self.claims, self.profile)
