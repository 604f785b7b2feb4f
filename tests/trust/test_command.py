"""`python -m kiosk trust`: one sentence, one exit code."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.__main__ import main
from kiosk.commands.trust import format_age
from tests.trust.servers import serving
from tests.trust.trees import Authority


@pytest.fixture
def tree(tmp_path):
    return Authority().write(tmp_path / "tree", datetime.now(UTC).replace(microsecond=0))


def run(capsys, *words):
    code = main(["trust", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_init_update_and_show_in_turn(capsys, tmp_path, tree):
    store = tmp_path / "store"

    pinned = run(capsys, "init", "--root", tree / "root.json", "--store", store)
    promoted = run(capsys, "update", "--from", tree, "--store", store)
    table = run(capsys, "show", "--store", store)
    values = run(capsys, "show", "--store", store, "--json")

    assert [0, 0, 0, 0] == [pinned[0], promoted[0], table[0], values[0]]
    shown = json.loads(values[1])
    assert (shown["environment"], shown["station"], shown["purpose"]) == ("sandbox", "desk-1", "checkpoint")
    assert (shown["version"], shown["lists"][0]["grade"], shown["grade"]) == (1, "fresh", "fresh")
    assert shown["root_fingerprint"] in pinned[1]
    assert shown["root_fingerprint"] in table[1]
    assert set(shown["expires"]) == {"root", "timestamp", "snapshot", "targets", "status"}
    assert "version 1" in promoted[1]


def test_station_and_purpose_are_pinned_as_asked(capsys, tmp_path, tree):
    store = tmp_path / "store"

    words = ["--station", "lobby-2", "--purpose", "hotel", "--station-class", "lobby"]
    run(capsys, "init", "--root", tree / "root.json", "--store", store, *words)
    run(capsys, "update", "--from", tree, "--store", store)

    shown = json.loads(run(capsys, "show", "--store", store, "--json")[1])
    assert ("lobby-2", "hotel", "lobby") == (shown["station"], shown["purpose"], shown["station_class"])


def test_the_same_tree_again_is_said_to_change_nothing(capsys, tmp_path, tree):
    store = tmp_path / "store"
    run(capsys, "init", "--root", tree / "root.json", "--store", store)
    run(capsys, "update", "--from", tree, "--store", store)

    code, out, _ = run(capsys, "update", "--from", tree, "--store", store)

    assert code == 0
    assert "nothing changed" in out


def test_an_update_tells_how_far_it_has_come(capsys, tmp_path, tree):
    store = tmp_path / "store"
    run(capsys, "init", "--root", tree / "root.json", "--store", store)

    with serving(tree) as server:
        code, out, _ = run(capsys, "update", "--from", server.url, "--store", store)

    assert code == 0
    assert "3 of 3  status/2031.cwt  fetched" in out
    assert out.index("metadata is up to date") < out.index("1 of 3") < out.index("every signature holds")


def test_without_from_the_stick_comes_before_the_server(capsys, tmp_path, tree):
    config, stick = tmp_path / "config.toml", tmp_path / "stick"
    with serving(tree) as server:
        config.write_text(f'[paths]\nstore = "store"\n[update]\nstick = "stick"\nurl = "{server.url}"\n')
        run(capsys, "--config", config, "init", "--root", tree / "root.json")
        first = run(capsys, "--config", config, "update")
        asked = len(server.asked)
        stick.symlink_to(tree)
        second = run(capsys, "--config", config, "update")

        assert (0, 0) == (first[0], second[0])
        assert 0 < asked == len(server.asked)


def test_without_from_stick_and_server_it_says_what_is_missing(capsys, tmp_path, tree):
    config = tmp_path / "config.toml"
    config.write_text('[paths]\nstore = "store"\n[update]\nstick = "stick"\n')
    run(capsys, "--config", config, "init", "--root", tree / "root.json")

    code, out, err = run(capsys, "--config", config, "update")

    assert (code, out) == (4, "")
    assert "no trust tree" in err
    assert "--from" in err


@pytest.mark.parametrize(
    "words", [["show"], ["update", "--from", "tree"], ["init", "--root", "nowhere.json"]], ids=lambda w: w[0]
)
def test_a_fault_is_one_sentence_and_exit_code_4(capsys, tmp_path, words):
    code, out, err = run(capsys, *words, "--store", tmp_path / "store")

    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert "TRUST_MISSING" in err


def test_a_second_init_is_refused(capsys, tmp_path, tree):
    store = tmp_path / "store"
    run(capsys, "init", "--root", tree / "root.json", "--store", store)

    assert run(capsys, "init", "--root", tree / "root.json", "--store", store)[0] == 4


def test_wrong_usage_is_exit_code_2(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["trust", "init"])

    assert caught.value.code == 2
    assert "--root" in capsys.readouterr().err


def test_the_store_comes_from_the_settings_unless_named(capsys, tmp_path, tree):
    config = tmp_path / "config.toml"
    config.write_text('[paths]\nstore = "here"\n')

    code, _, _ = run(capsys, "--config", config, "init", "--root", tree / "root.json")

    assert code == 0
    assert (tmp_path / "here" / "root.json").is_file()


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 d"),
    ],
)
def test_an_age_is_written_in_the_unit_a_person_would_use(age, words):
    assert words == format_age(age)
