"""The errors of the trust store: a file is not what its format or its signer allows, a tree is refused."""

from __future__ import annotations

from enum import Enum

from kiosk.model import Fault, Reason


class Refusal(Enum):
    """Why a trust tree is refused; the text is what the person who brings it should know and do."""

    INCOMPLETE = "the trust tree is incomplete: copy it again as a whole"
    TAMPERED = "the trust tree was altered or damaged: fetch it again from the authority"
    AUTHORITY = "the trust tree is not signed by the authority this kiosk trusts"
    ENVIRONMENT = "the trust tree belongs to another environment than this kiosk"
    EXPIRED = "the trust tree has expired: bring a newer one"
    OLD = "the trust tree is older than what this kiosk already had: bring a newer one"
    CLOCK = "this kiosk's clock is wrong: set it before updating"
    STATION = "the trust tree does not allow this station its purpose: ask the authority"
    FORMAT = "the trust tree is in a form that this kiosk does not read: ask the authority"
    UNREACHABLE = "the server with the trust tree cannot be reached: look at the network"
    BUSY = "another update of this trust store is running: wait for it"
    STORE = "this kiosk's own trust store is damaged: have it set up again"
    DISK = "the trust store cannot be written: look at the disk"

    @property
    def reason(self) -> Reason:
        """The stable code of the refusal."""
        return Reason.TRUST_EXPIRED if self is Refusal.EXPIRED else Reason.TRUST_INVALID


class TrustError(ValueError):
    """A file of a trust tree cannot be used. The text names the file's part, never a key."""

    def __init__(self, detail: str, refusal: Refusal = Refusal.TAMPERED) -> None:
        super().__init__(detail)
        self.detail = detail
        self.refusal = refusal


class MissingFileError(TrustError):
    """A file that the trust tree needs is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is missing", Refusal.INCOMPLETE)


class UpdateRefused(Fault):
    """A trust tree was not promoted; what was promoted before stays in use."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(refusal.reason, f"{refusal.value} ({detail})")
        self.refusal = refusal
