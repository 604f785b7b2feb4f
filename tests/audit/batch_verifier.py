"""A receiving side for batches, written from docs/audit-batch.md alone: it imports nothing of this program.

The numbers in comments are those of the document's checks.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COLUMNS = ("at", "kind", "outcome", "reasons", "purpose", "station")
BEGIN = {"format", "environment", "epoch", "first", "last", "previous"}
END = {"rows", "head", "checkpoint", "consistency"}
ROW = {"seq", *COLUMNS, "body", "hash"}
MAX_LINE = 128 * 1024


class Alarm(Exception):
    """A check of the document failed."""


@dataclass
class HeldLog:
    """What a head office keeps of one log."""

    hashes: list[bytes] = field(default_factory=list)
    size: int = 0
    root: bytes = hashlib.sha256(b"").digest()


def receive(lines, key_name, public, held):
    """Check one batch against what is held, keep it, and return the text of its checkpoint."""
    begin, end, first_hash, previous = None, None, None, None
    hashes = list(held.hashes)
    for line in lines:
        if begin is None:
            begin = read(line, BEGIN)
            previous = start(begin, hashes)
            first_hash, seq = previous, begin["first"]
        elif seq <= begin["last"]:
            previous = check_row(read(line, ROW, {"sealed"}), seq, previous)
            keep(hashes, seq, previous)
            seq += 1
        else:
            require(end is None, "lines after the end")
            end = read(line, END)
    require(begin is not None and end is not None, "a batch that was cut")
    require(first_hash == bytes.fromhex(begin["previous"]), "previous")
    require(end["rows"] == begin["last"] - begin["first"] + 1, "rows")
    require(end["head"] == previous.hex(), "head")
    root = tree_root(hashes[: begin["last"]])
    text = check_checkpoint(end["checkpoint"], begin, root, key_name, public)
    older = tree_root(hashes[: begin["first"] - 1])
    check_consistency(begin["first"] - 1, begin["last"], older, root, end["consistency"])
    require(begin["last"] >= held.size, "a checkpoint smaller than the newest")
    held.hashes, held.size, held.root = hashes, begin["last"], root
    return text


def require(holds, what):
    if not holds:
        raise Alarm(what)


def read(line, keys, optional=frozenset()):
    require(line.endswith(b"\n") and len(line) <= MAX_LINE, "line")
    pairs = json.loads(line, object_pairs_hook=list)
    names = [name for name, _ in pairs]
    require(len(set(names)) == len(names) and keys <= set(names) <= keys | optional, "keys")
    return dict(pairs)


def start(begin, hashes):
    """1: what the first row follows."""
    require(begin["format"] == "mudaqqiq-audit-batch/1", "format")
    require(re.fullmatch("[0-9a-f]{32}", begin["epoch"]), "epoch")
    require(1 <= begin["first"] <= begin["last"], "first and last")
    require(begin["first"] <= len(hashes) + 1, "a batch is missing")
    epoch, environment = bytes.fromhex(begin["epoch"]), begin["environment"].encode()
    genesis = hashlib.sha256(b"mudaqqiq/audit/genesis/1\x00" + epoch + environment).digest()
    previous = genesis if begin["first"] == 1 else hashes[begin["first"] - 2]
    require(begin["previous"] == previous.hex(), "previous")
    return previous


def check_row(row, seq, previous):
    """2, 3 and 4: the row's hash, its content, its sealed part."""
    require(row["seq"] == seq, "gap")
    body = base64.b64decode(row["body"], validate=True)
    columns = b""
    for name in COLUMNS:
        text = row[name]
        require(text is None or not set(text) & {"\x1e", "\x1f"}, "column")
        columns += b"\x1e" if text is None else text.encode() + b"\x1f"
    prefix = b"mudaqqiq/audit/row/2\x00" + previous + seq.to_bytes(8, "big")
    row_hash = hashlib.sha256(prefix + columns + body).digest()
    require(row["hash"] == row_hash.hex(), "hash")
    require(1 <= len(body) <= 16384, "body")
    content = cbor2.loads(body)
    require(cbor2.dumps(content, canonical=True) == body and content["format"] == 2, "body")
    require(columns_of(content) == tuple(row[name] for name in COLUMNS), "columns")
    if "sealed" in row:
        sealed = base64.b64decode(row["sealed"], validate=True)
        require(hashlib.sha256(sealed).digest() == content["sealed_hash"], "sealed")
    return row_hash


def columns_of(content):
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=content["at"])
    fact = content["fact"]
    reasons = " ".join(fact["reasons"]) if "reasons" in fact else None
    when = at.isoformat(timespec="microseconds")
    return when, content["kind"], fact.get("outcome"), reasons, fact.get("purpose"), content["station"]


def keep(hashes, seq, row_hash):
    if seq <= len(hashes):
        require(hashes[seq - 1] == row_hash, "fork")
    else:
        hashes.append(row_hash)


def tree_root(leaves):
    """5: RFC 6962, the plain way."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


def check_consistency(old, new, old_root, new_root, proof):
    """5, for who keeps only roots: RFC 9162 section 2.1.4.2."""
    path = [bytes.fromhex(each) for each in proof]
    if old in {0, new}:
        require(not path, "consistency")
        return
    if old & (old - 1) == 0:
        path = [old_root, *path]
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for each in path[1:]:
        require(sn != 0, "consistency")
        if fn & 1 or fn == sn:
            fr = hashlib.sha256(b"\x01" + each + fr).digest()
            sr = hashlib.sha256(b"\x01" + each + sr).digest()
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = hashlib.sha256(b"\x01" + sr + each).digest()
        fn, sn = fn >> 1, sn >> 1
    require((fr, sr, sn) == (old_root, new_root, 0), "consistency")


def check_checkpoint(note, begin, root, key_name, public):
    """6: origin, size and root, under the key that has been known since the kiosk was set up."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = text.split("\n")
    origin = f"mudaqqiq.invalid/{begin['environment']}/{begin['epoch']}"
    require(lines[:3] == [origin, str(begin["last"]), base64.b64encode(root).decode()], "checkpoint")
    key_id = hashlib.sha256(key_name.encode() + b"\n\x01" + public).digest()[:4]
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        content = base64.b64decode(encoded, validate=True)
        if (dash, name, content[:4]) == ("—", key_name, key_id):
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(content[4:], text.encode())
            except InvalidSignature as err:
                raise Alarm("signature") from err
            return text
    raise Alarm("no signature of this kiosk")


def answer(held, text, name, secret, seconds):
    """Write the receipt for what is held now."""
    public = secret.public_key().public_bytes_raw()
    signature = secret.sign(b"cosignature/v1\ntime %d\n" % seconds + text.encode())
    key_id = hashlib.sha256(name.encode() + b"\n\x04" + public).digest()[:4]
    line = base64.b64encode(key_id + seconds.to_bytes(8, "big") + signature).decode()
    _, environment, epoch = text.split("\n")[0].split("/")
    content = {
        "format": "mudaqqiq-audit-receipt/1",
        "environment": environment,
        "epoch": epoch,
        "have": held.size,
        "head": held.hashes[held.size - 1].hex(),
        "cosignature": f"{text}\n— {name} {line}\n",
    }
    return json.dumps(content).encode()
