"""Turn the verified bytes of a tree into a trust set: parse every part and check that the parts agree.

Rules kept here: environment of the root and of the policy are one, a list is filed under the uri it names
itself, the station may have its purpose. That the bytes are the authority's was settled in `metadata.py`.
"""

from __future__ import annotations

from types import MappingProxyType

from kiosk.model import Fault
from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.issuers import IssuerKey, Usage, parse_issuers
from kiosk.trust.metadata import VerifiedTree
from kiosk.trust.policy import Policy, parse_policy
from kiosk.trust.station import Station
from kiosk.trust.statuslist import RAW_LIMIT, StatusList, parse_status_list
from kiosk.trust.trustset import TrustSet, signed_floor

MAX_RAW_BYTES = 64 * 1024 * 1024
"""All status lists together, inflated: what the kiosk's memory can bear."""


def assemble(tree: VerifiedTree, station: Station, fingerprint: str) -> TrustSet:
    """Make the trust set of a verified tree for this station. Raises TrustError."""
    policy = parse_policy(_target(tree, "policy.json"))
    if policy.environment is not tree.environment:
        raise TrustError(
            f"the policy is for {policy.environment.value}, the root for {tree.environment.value}",
            Refusal.ENVIRONMENT,
        )
    keys = parse_issuers(_target(tree, "issuers.json"))
    lists = _parse_lists(tree, keys)
    trust = TrustSet(
        environment=tree.environment,
        policy=policy,
        issuers=MappingProxyType({key.key.kid: key for key in keys if key.usage is Usage.CREDENTIAL}),
        lists=MappingProxyType(lists),
        station=station,
        version=tree.versions["timestamp"],
        root_fingerprint=fingerprint,
        root_version=tree.versions["root"],
        expires=tree.expires,
        floor=signed_floor(policy, lists.values()),
        versions=tree.versions,
        keys=tree.keys,
    )
    _check_purpose(trust, policy)
    return trust


def _target(tree: VerifiedTree, name: str) -> bytes:
    content = tree.targets.get(name)
    if content is None:
        raise MissingFileError(name)
    return content


def _parse_lists(tree: VerifiedTree, keys: tuple[IssuerKey, ...]) -> dict[str, StatusList]:
    lists: dict[str, StatusList] = {}
    left = MAX_RAW_BYTES
    for name, content in tree.targets.items():
        if not name.startswith("status/"):
            continue
        found = parse_status_list(content, keys, limit=min(left, RAW_LIMIT))
        left -= len(found.entries)
        if found.uri in lists:
            raise TrustError(f"two status lists are named {found.uri}")
        lists[found.uri] = found
    return lists


def _check_purpose(trust: TrustSet, policy: Policy) -> None:
    try:
        trust.purpose()
    except Fault as err:
        raise TrustError(f"policy {policy.id}: {err.detail}", Refusal.STATION) from err
