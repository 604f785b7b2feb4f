"""The process is killed at any file it touches: the store loads the old set or the new one, every time.

Where a power cut may lose what was written (`test_power_cut.py`), a kill loses what was not begun; here the
whole update dies, with the TUF client and its cache, again and again in the same store.
"""

import os
import random
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.trust.errors import UpdateRefused
from kiosk.trust.store import load_trust
from kiosk.trust.update import update_store
from tests.trust.refusals import part_of
from tests.trust.trees import NOON

FILE_STEPS = frozenset(
    f"os.{name}" for name in ("mkdir", "rename", "remove", "rmdir", "symlink", "link", "scandir", "listdir")
) | {"open", "shutil.rmtree", "fcntl.flock"}


def run_killed(step, act):
    """Run `act` in a process of its own that is killed before its file step number `step`.

    Returns how many steps it took, None when it was killed.
    """
    ours, its = os.pipe()
    child = os.fork()
    if child == 0:
        taken = 0

        def watch(event, _):
            nonlocal taken
            taken += event in FILE_STEPS
            if event in FILE_STEPS and taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        try:
            act()
        finally:
            os.write(its, str(taken).encode())
            os._exit(0)
    os.close(its)
    with os.fdopen(ours) as said:
        taken = said.read()
    _, status = os.waitpid(child, 0)
    assert taken or os.WTERMSIG(status) == signal.SIGKILL
    return int(taken) if taken else None


@pytest.mark.slow
@pytest.mark.parametrize(
    "kills", [50, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_a_kill_at_any_file_step_leaves_the_old_set_or_the_new_one(kiosk, kills):
    kiosk.update(kiosk.publish("both slots filled"))
    tree = kiosk.publish("tree0")
    scratch = Path(shutil.copytree(kiosk.store, kiosk.folder / "scratch", symlinks=True))
    whole = run_killed(0, lambda: update_store(tree, scratch, NOON))
    late = whole * 9 // 10  # where the new set comes into use
    places = [*range(1, late), *range(late, whole + 5), *range(late, whole + 5)]
    order = random.Random(kills).choices(places, k=kills)  # noqa: S311 - no secret
    version, killed, promoted = 2, 0, 0

    for number, step in enumerate(order, start=4):
        now = NOON + timedelta(minutes=number)
        tree = kiosk.publish(f"tree{number}", now)
        if number % 5 == 0:
            part_of(tree, "2031.cwt").unlink()
        ended = run_killed(step, lambda tree=tree, now=now: update_store(tree, kiosk.store, now))
        killed += ended is None
        found = load_trust(kiosk.store).version
        assert found in ({version} if number % 5 == 0 else {version, number})
        promoted += found != version
        version = found

    assert whole > 50
    assert killed > kills // 2
    assert 0 < promoted < killed
    last = kiosk.publish("last", now)
    assert kiosk.update(last, now).new_version == load_trust(kiosk.store).version == kiosk.authority.version
    with pytest.raises(UpdateRefused):
        kiosk.update(kiosk.tree, now)
