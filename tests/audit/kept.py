"""A kiosk's log with its key and checkpoints, and the copies that somebody keeps outside, for the tests."""

import shutil
from datetime import timedelta

from kiosk.audit.checkpointer import Checkpointer, find_checkpoint_path
from kiosk.audit.checkpoints import Stamp
from kiosk.audit.entry import Start
from kiosk.audit.log import find_log_path
from kiosk.audit.outbox import Outbox
from kiosk.audit.signer import KioskKey
from kiosk.model import Environment
from tests.audit.makers import NOON, an_entry, open_log


class KeptKiosk:
    """A kiosk in `folder`; `outside` is a folder that stands for another place."""

    def __init__(self, folder, *, outbox=False):
        self.folder = folder
        self.logs = folder / "state" / "log"
        self.keys = folder / "state" / "keys" / "sandbox"
        self.states = folder / "state" / "checkpoints"
        self.outside = folder.parent / f"{folder.name}-outside"
        self.outside.mkdir(exist_ok=True)
        self._outbox = self.outside if outbox else None
        self._rows = 0

    @property
    def path(self):
        return find_log_path(self.logs, Environment.SANDBOX)

    @property
    def newest(self):
        return find_checkpoint_path(self.states, Environment.SANDBOX)

    @property
    def vkey(self):
        return str(self.signer().key)

    def signer(self):
        return KioskKey.open(self.keys, Environment.SANDBOX, self.logs)

    def checkpointer(self):
        return Checkpointer(self.states, self.signer(), Outbox(self._outbox) if self._outbox else None)

    def shift(self, rows, at=NOON):
        """Open the log as the kiosk does, write START and visits up to `rows`, make a checkpoint, close."""
        checkpointer = self.checkpointer()
        with open_log(self.logs) as log:
            after = checkpointer.check_start(log)
            log.append(an_entry(Start(checkpointer.signer.key.id, after), at=at))
            for number in range(rows - 1):
                log.append(an_entry(at=at + timedelta(seconds=number)))
            checkpoint = checkpointer.write(log, a_stamp(at))
        checkpointer.close()
        return checkpoint

    def keep(self, name):
        """Take a copy of the newest checkpoint outside, and return where it lies."""
        return shutil.copy(self.newest, self.outside / name)

    def copy_disk(self, name):
        """Copy all that the kiosk has, as a thief or a technician does."""
        shutil.copytree(self.folder, self.folder.parent / name)
        return KeptKiosk(self.folder.parent / name)

    def restore_disk(self, image):
        """Put an older image in the place of all that the kiosk has."""
        shutil.rmtree(self.folder)
        shutil.copytree(image.folder, self.folder)


def a_stamp(at=NOON):
    return Stamp(at, "Gate 3", bytes(32), "0011 2233", "0.1.0")
