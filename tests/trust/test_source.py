"""Folders and web servers give bytes by name, within limits, or say why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.source import WHOLE_FILE_S, FolderSource, WebSource, is_web, open_source
from tests.trust.servers import serving


@pytest.fixture
def server(tmp_path):
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "timestamp.json").write_bytes(b"12345")
    with serving(tmp_path) as running:
        yield running


@pytest.fixture(params=["folder", "web"])
def source(request, server):
    return FolderSource(server.folder) if request.param == "folder" else WebSource(server.url)


def refusal_of(source, name="metadata/timestamp.json", limit=100):
    with pytest.raises(TrustError) as caught:
        source.read(name, limit)
    return caught.value.refusal


def test_a_file_is_given_by_its_name(source):
    assert source.read("metadata/timestamp.json", 5) == b"12345"
    assert source.read("metadata/timestamp.json", 5) == b"12345"


def test_a_file_that_is_not_there_is_missing(source):
    with pytest.raises(MissingFileError):
        source.read("metadata/2.root.json", 5)


def test_more_than_the_limit_is_refused(source):
    assert refusal_of(source, limit=4) is Refusal.TAMPERED


@pytest.mark.parametrize(
    "name", ["", "../x", "metadata/../x", "/etc/passwd", "a//b", "a\\b", ".hidden", "a?b", "a%2fb", "a b"]
)
def test_a_name_that_is_not_plain_is_refused_and_nobody_is_asked(source, server, name):
    assert refusal_of(source, name) is Refusal.TAMPERED
    assert [] == server.asked


@given(name=st.text(max_size=20))
def test_any_name_gives_a_refusal_and_never_another_error(name):
    with pytest.raises(TrustError):
        FolderSource("/nowhere/at/all").read(name, 10)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_on_a_stick_is_refused_wherever_it_leads(server, kind):
    if kind == "file":
        (server.folder / "metadata" / "linked.json").symlink_to("timestamp.json")
    else:
        (server.folder / "linked").symlink_to("metadata")
    name = "metadata/linked.json" if kind == "file" else "linked/timestamp.json"

    assert refusal_of(FolderSource(server.folder), name) is Refusal.TAMPERED


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_server_that_does_not_have_a_file_says_so(server, status):
    server.answers["/metadata/timestamp.json"] = (status, {}, b"")

    with pytest.raises(MissingFileError):
        WebSource(server.url).read("metadata/timestamp.json", 10)


@pytest.mark.parametrize("status", [204, 206, 400, 429, 500, 503])
def test_a_server_that_answers_otherwise_was_not_reached(server, status):
    server.answers["/metadata/timestamp.json"] = (status, {}, b"")

    assert refusal_of(WebSource(server.url)) is Refusal.UNREACHABLE


def test_nobody_at_the_address_is_not_reached(server):
    url = server.url.replace("127.0.0.1", "127.0.0.2")

    assert refusal_of(WebSource(url)) is Refusal.UNREACHABLE


def test_a_file_that_breaks_off_was_not_reached(server):
    server.answers["/metadata/timestamp.json"] = (200, {"Content-Length": "99"}, b"half")

    assert refusal_of(WebSource(server.url)) is Refusal.UNREACHABLE


def test_a_file_that_never_ends_is_cut_at_the_limit(server):
    server.answers["/metadata/timestamp.json"] = (200, {"Content-Length": str(1 << 40)}, bytes(300_000))

    assert refusal_of(WebSource(server.url)) is Refusal.TAMPERED


def test_a_server_that_drips_is_left_after_a_while(server):
    times = iter([0.0, WHOLE_FILE_S + 1])

    assert refusal_of(WebSource(server.url, lambda: next(times))) is Refusal.UNREACHABLE


def test_a_redirection_is_followed_and_a_circle_is_not_reached(server):
    server.answers["/moved"] = (302, {"Location": "/metadata/timestamp.json"}, b"")
    server.answers["/round"] = (302, {"Location": "/round"}, b"")

    assert WebSource(server.url).read("moved", 10) == b"12345"
    assert refusal_of(WebSource(server.url), "round") is Refusal.UNREACHABLE
    assert 4 == server.asked.count("/round")


def test_one_connection_serves_many_files(server):
    source = WebSource(server.url + "/")
    for _ in range(3):
        source.read("metadata/timestamp.json", 10)

    pools = source._pools[0].pools
    (pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118 - it cannot be iterated itself
    assert (1, 3) == (pool.num_connections, pool.num_requests)


@pytest.mark.parametrize(
    ("where", "web"),
    [
        ("http://updates.invalid/tree", True),
        ("HTTPS://updates.invalid", True),
        ("http:/updates", False),
        ("https://", False),
        ("http://[", False),
        ("/media/stick", False),
        ("stick", False),
        ("ftp://updates.invalid", False),
    ],
)
def test_an_address_is_told_from_a_folder(where, web):
    assert web is is_web(where)
    assert isinstance(open_source(where), WebSource if web else FolderSource)
