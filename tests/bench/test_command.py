"""`python -m kiosk bench`: what it prints, and what it refuses before it measures anything."""

from __future__ import annotations

import json

import pytest

from kiosk.__main__ import main
from kiosk.bench.run import BEGIN, END


def test_an_area_as_json_has_circumstances_and_rows(capsys):
    code = main(["bench", "inflate", "--quick", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert 0 == code
    assert {"date", "machine", "system", "packages", "load", "method"} == answer["circumstances"].keys()
    assert "QUICK" in answer["circumstances"]["method"]
    assert {"inflate"} == {row["area"] for row in answer["rows"]}
    assert all(row["value"] > 0 and row["ratio"] > 0 for row in answer["rows"])


@pytest.mark.parametrize("form", [[], ["--markdown"]])
def test_an_area_is_printed_for_people_too(form, capsys):
    code = main(["bench", "inflate", "--quick", *form])

    assert 0 == code
    assert "3 MB bomb refused" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["flying"], ["verify", "scan"], ["--json", "--markdown"], ["--frames"]])
def test_words_that_are_not_understood_are_usage(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["bench", *words])

    assert 2 == stopped.value.code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--frames", "{}/none"], "no such folder"),
        (["verify", "--frames", "{}"], "goes with scan"),
        (["verify", "--write", "{}/page.md"], "all areas, in full"),
        (["--quick", "--write", "{}/page.md"], "all areas, in full"),
        (["--write", "{}/none.md"], "No such file"),
        (["--write", "{}/page.md"], "lacks the two markers"),
    ],
)
def test_what_does_not_go_together_is_one_sentence_and_usage(words, sentence, tmp_path, capsys):
    (tmp_path / "page.md").write_text(f"{END} {BEGIN}\n", encoding="utf-8")

    code = main(["bench", *(word.format(tmp_path) for word in words)])

    shown = capsys.readouterr()
    assert (2, "") == (code, shown.out)
    assert sentence in shown.err


def test_a_folder_without_frames_is_one_sentence_and_usage(tmp_path, capsys):
    code = main(["bench", "scan", "--quick", "--frames", str(tmp_path)])

    assert 2 == code
    assert "no .png or .jpg" in capsys.readouterr().err
