"""Fill a real disk under a log, and empty it again. A process of its own; writes what happened as JSON.

On a small disk it is filled to its end. On any other (where the machine allows no mount of a small one) the
end is drawn nearer: by a limit just below what is free now, or by the largest file this process may write.
"""

import json
import resource
import sys
from pathlib import Path

from kiosk.audit.check import check_log
from kiosk.audit.entry import PruneBasis, Pruned, Stop
from kiosk.audit.space import MIB, SpaceLimits, read_free_bytes
from kiosk.model import Fault, Reason
from tests.audit.makers import an_entry, open_log

DISK = 24 * MIB
AT_ONCE = 256 * 1024
ROWS = 3000
LEFT = 2 * MIB  # for the log alone, before the system takes no more


def main(way, folder):
    sys.stdout.write(json.dumps(WAYS[way](Path(folder))))


def until_low(folder):
    """Write visits while others fill the disk, up to the kiosk's own limit; then make room and go on."""
    limits, rows, fault = limits_near(folder), 0, None
    with open_log(folder / "log", limits=limits) as log:
        while fault is None:
            hog(folder, AT_ONCE)
            rows, fault = add(log, rows)
        stopped = log.append(an_entry(Stop(Reason.DISK_LOW))).seq
    hog(folder, MIB)  # as much as closing gave back: the WAL
    refused = reason_of(folder, limits)
    relieve(folder)
    return report(folder, limits, fault=fault, rows=rows, stopped=stopped, refused=refused)


def prune_when_low(folder):
    """Write many visits, let others fill the disk, and prune on what the reserve keeps."""
    limits = limits_near(folder)
    with open_log(folder / "log", limits=limits) as log, log._database.atomic():
        for _ in range(ROWS):
            log.append(an_entry())
    while reason_of(folder, limits) is None:
        hog(folder, AT_ONCE)
    before = read_free_bytes(folder)
    with open_log(folder / "log", limits=limits, upkeep=True) as log:
        log.prune(an_entry(Pruned(ROWS // 256 * 256 + 1, PruneBasis.EXPORT)))
    return report(folder, limits, rows=ROWS, gained=read_free_bytes(folder) - before)


def until_full(folder):
    """Write visits without a limit of our own, until the system itself takes no more; then make room."""
    limits, rows, fault = SpaceLimits(reserve_bytes=0, stop_bytes=0), 0, None
    if is_small(folder):
        hog(folder, read_free_bytes(folder) - LEFT)
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LEFT, resource.RLIM_INFINITY))
    with open_log(folder / "log", limits=limits) as log:
        while fault is None:
            rows, fault = add(log, rows)
    relieve(folder)
    return report(folder, limits, fault=fault, rows=rows)


def is_small(folder):
    return read_free_bytes(folder) <= DISK


def limits_near(folder):
    """The kiosk's own limits on a small disk; on another, limits that are near."""
    if is_small(folder):
        return SpaceLimits()
    return SpaceLimits(MIB, read_free_bytes(folder) - 16 * MIB, stop_share=1.0)


def hog(folder, size):
    with (folder / "hog").open("ab") as file:
        file.write(bytes(size))


def relieve(folder):
    (folder / "hog").unlink(missing_ok=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def add(log, rows):
    """Append one visit; return how many rows are acknowledged and the reason it was refused, if it was."""
    try:
        return log.append(an_entry()).seq, None
    except Fault as fault:
        return rows, fault.reason.value


def reason_of(folder, limits):
    try:
        open_log(folder / "log", limits=limits).close()
    except Fault as fault:
        return fault.reason.value
    return None


def report(folder, limits, **found):
    """Open the log again, write one more row and say what is in it."""
    with open_log(folder / "log", limits=limits) as log:
        resumed = log.append(an_entry()).seq
    checked = check_log(folder / "log" / "sandbox.db")
    return {**found, "resumed": resumed, "kept": checked.chain.rows, "holds": checked.holds}


WAYS = {"prune when low": prune_when_low, "until low": until_low, "until full": until_full}

if __name__ == "__main__":
    main(*sys.argv[1:])
