"""Synthetic lists: the shares asked for at random places, the same for the same seed, read by the kiosk."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.cli import main
from issuer.simulate import Shares, draw_entries
from kiosk.trust.issuers import parse_issuers
from kiosk.trust.statuslist import parse_status_list

AT = ("--at", "2026-11-22T12:00:00Z")
DESIGN = Shares(0.01, 0.0025)


def simulate(capsys, folder, *words):
    code = main([str(word) for word in ("simulate", "--out", folder, *AT, *words)])
    out, err = capsys.readouterr()
    return code, json.loads(out) if code == 0 else err


def words_of(entries, holders):
    return [entries[i // 4] >> (i % 4 * 2) & 3 for i in range(holders)]


def test_the_kiosk_reads_the_list_and_finds_the_shares(capsys, tmp_path):
    code, said = simulate(capsys, tmp_path, "--holders", 40_001, "--cohort", 2033)

    keys = parse_issuers((tmp_path / "issuers.json").read_bytes())
    found = parse_status_list((tmp_path / "status" / "2033.cwt").read_bytes(), keys)
    assert 0 == code
    assert found.uri.endswith("/status/2033")
    assert datetime(2026, 11, 22, 12, tzinfo=UTC) == found.issued_at
    assert {0: 39_501, 3: 400, 1: 50, 2: 50} == Counter(map(found.status_at, range(40_001)))
    assert len(found.entries) == said["raw_bytes"] == 10_001
    assert said["bound_bytes"] < said["signed_bytes"] < said["raw_bytes"]


def test_the_same_seed_and_time_give_the_same_bytes_and_another_seed_others(capsys, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(capsys, tmp_path / name, "--holders", 5000, "--seed", seed)
    made = [(tmp_path / name / "status" / "2031.cwt").read_bytes() for name in "abc"]

    assert made[0] == made[1] != made[2]


def test_the_places_are_spread_over_the_whole_list():
    words = words_of(draw_entries(10_000, Shares(0.2, 0.2), 7), 10_000)

    tenths = [sum(word != 0 for word in words[i : i + 1000]) for i in range(0, 10_000, 1000)]
    assert 4000 == sum(tenths)
    assert all(330 < count < 470 for count in tenths)


@given(holders=st.integers(1, 50), superseded=st.floats(0, 1), part=st.floats(0, 1), seed=st.integers(0, 99))
def test_any_shares_fit_into_any_list(holders, superseded, part, seed):
    shares = Shares(superseded, (1 - superseded) * part)

    words = words_of(draw_entries(holders, shares, seed), holders)

    assert int(holders * superseded) == words.count(3)
    assert words.count(1) == words.count(2)


def test_the_bound_is_the_entropy():
    assert Shares(0, 0).bound_bytes(8) == 0
    assert Shares(0.5, 0).bound_bytes(8) == pytest.approx(1)
    assert Shares(0.25, 0.5).bound_bytes(8) == pytest.approx(2)


@pytest.mark.parametrize(
    "words",
    [
        ["--holders", 0],
        ["--holders", "many"],
        ["--holders", -1],
        ["--holders", 2**31],
        ["--holders", 5, "--cohort", -5],
        ["--holders", 5, "--cohort", "../31"],
        ["--holders", 5, "--cohort", 10**19],
        ["--holders", 5, "--seed", -1],
        ["--holders", 5, "--superseded", 2],
        ["--holders", 5, "--other", "nan"],
        ["--holders", 5, "--superseded", 0.6, "--other", 0.6],
    ],
)
def test_what_makes_no_list_is_refused_in_one_sentence(capsys, tmp_path, words):
    try:
        code, err = simulate(capsys, tmp_path, *words)
    except SystemExit as left:
        code, err = left.code, capsys.readouterr().err

    assert 2 == code
    assert 1 == err.count("\n")


@pytest.mark.parametrize("holders", [1, 3, 4, 5])
def test_the_smallest_countries_have_a_list_too(capsys, tmp_path, holders):
    simulate(capsys, tmp_path, "--holders", holders, "--superseded", 1, "--other", 0)

    keys = parse_issuers((tmp_path / "issuers.json").read_bytes())
    found = parse_status_list((tmp_path / "status" / "2031.cwt").read_bytes(), keys)
    assert [3] * holders == [found.status_at(index) for index in range(holders)]
