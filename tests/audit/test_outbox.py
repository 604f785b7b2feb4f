"""The folder outside: copies arrive when it takes them, and nothing waits for it or fails with it."""

import os
import threading
from pathlib import Path

import pytest

from kiosk.audit.outbox import MAX_COPY, MAX_PENDING, Outbox


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "stick"
    place.mkdir()
    return place


def test_what_is_offered_arrives(folder):
    outbox = Outbox(folder)

    outbox.offer("a", b"1")
    outbox.deliver()
    outbox.close()

    assert {"a": b"1"} == contents(folder)


def test_a_newer_copy_takes_the_place_of_the_older(folder):
    outbox = Outbox(folder)

    for content in (b"1", b"2", b"3"):
        outbox.offer("a", content)
        outbox.deliver()
    outbox.close()

    assert {"a": b"3"} == contents(folder)


def test_a_folder_that_is_not_there_is_never_made(tmp_path):
    outbox = Outbox(tmp_path / "stick")

    outbox.offer("a", b"1")
    outbox.close()

    assert [] == list(tmp_path.iterdir())


def test_what_could_not_be_written_arrives_when_the_folder_is_back(tmp_path):
    outbox = Outbox(tmp_path / "stick")
    outbox.offer("a", b"1")
    outbox.offer("b", b"2")
    outbox.close()

    (tmp_path / "stick").mkdir()
    outbox.close()

    assert {"a": b"1", "b": b"2"} == contents(tmp_path / "stick")


def test_a_full_folder_fails_nothing_and_is_left_as_it_was():
    outbox = Outbox(Path("/dev/full"))

    outbox.offer("a", b"1")
    outbox.close()


def test_a_read_only_folder_fails_nothing(folder):
    folder.chmod(0o500)
    outbox = Outbox(folder)

    outbox.offer("a", b"1")
    outbox.close()

    assert os.geteuid() == 0 or {} == contents(folder)


def test_no_more_is_kept_than_a_folder_would_need(tmp_path):
    outbox = Outbox(tmp_path / "stick")
    for number in range(MAX_PENDING + 3):
        outbox.offer(f"{number:02}", b"1")

    (tmp_path / "stick").mkdir()
    outbox.close()

    assert {f"{number:02}" for number in range(3, MAX_PENDING + 3)} == set(contents(tmp_path / "stick"))


def test_the_last_copies_of_a_name_are_read_back_in_order(folder):
    for name in ("kiosk-3", "kiosk-1", "kiosk-2", "other-9"):
        (folder / name).write_bytes(name.encode())

    assert (b"kiosk-2", b"kiosk-3") == Outbox(folder).load_newest("kiosk-", 2)


def test_no_more_of_a_foreign_file_is_read_than_a_copy_has(folder):
    (folder / "kiosk-1").write_bytes(bytes(MAX_COPY + 1))

    assert MAX_COPY == len(Outbox(folder).load_newest("kiosk-", 2)[0])


def test_a_pipe_or_a_folder_of_that_name_is_passed_over(folder):
    os.mkfifo(folder / "kiosk-1")
    (folder / "kiosk-2").mkdir()

    assert () == Outbox(folder).load_newest("kiosk-", 2)


def test_nothing_is_read_from_a_folder_that_is_not_there(tmp_path):
    assert () == Outbox(tmp_path / "stick").load_newest("kiosk-", 2)


def test_a_folder_that_does_not_answer_holds_nothing_up(folder):
    (folder / "kiosk-1").write_bytes(b"1")
    answers = threading.Event()

    def write_slowly(path, content):
        answers.wait(5.0)
        path.write_bytes(content)

    outbox = Outbox(folder, write_slowly)
    outbox.offer("a", b"1")
    outbox.deliver()
    outbox.offer("b", b"2")
    outbox.deliver()
    outbox.close(wait_s=0.01)

    assert () == outbox.load_newest("kiosk-", 1)
    assert {"kiosk-1": b"1"} == contents(folder)
    answers.set()
    outbox.close()
    assert {"kiosk-1": b"1", "a": b"1", "b": b"2"} == contents(folder)
