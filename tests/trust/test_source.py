"""Folders and web servers give bytes by name, within limits, or say why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.trust.errors import MissingFileError, Refusal, TrustError
from kiosk.trust.source import WHOLE_FILE_S, WHOLE_TREE_S, FolderSource, WebSource, is_web, open_source
from tests.trust.servers import dripping, serving, serving_self_signed


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


DRIPS = {
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
    "endless body": b"HTTP/1.1 200 OK\r\n\r\n",
    "header": b"HTTP/1.1 200 OK\r\nX: ",
    "status": b"",
    "redirection": b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100\r\n\r\n",
}


@pytest.mark.parametrize("where", DRIPS)
def test_a_server_that_drips_is_left_when_its_time_is_over(where):
    with dripping(DRIPS[where]) as (url, sent):
        source = WebSource(url, lambda: WHOLE_FILE_S + 1 if sent.is_set() else 0.0)
        assert refusal_of(source, limit=1000) is Refusal.UNREACHABLE


def test_all_files_of_a_tree_together_have_their_time_too(server):
    now = [0.0]
    source = WebSource(server.url, lambda: now[0])
    source.read("metadata/timestamp.json", 10)
    now[0] = WHOLE_TREE_S + 1

    assert refusal_of(source) is Refusal.UNREACHABLE


def test_a_server_that_drips_is_left_for_something_that_comes_first():
    with dripping(DRIPS["header"]) as (url, sent):
        assert refusal_of(WebSource(url, give_up=sent.is_set)) is Refusal.UNREACHABLE


def test_what_a_redirection_says_besides_is_not_waited_for(server):
    location = "/metadata/timestamp.json"
    server.answers["/moved"] = (302, {"Location": location, "Content-Length": str(1 << 40)}, b"much")

    assert WebSource(server.url).read("moved", 10) == b"12345"


@pytest.mark.parametrize("elsewhere", ["file:///etc/hostname", "ftp://127.0.0.1/x", "http://[", ""])
def test_a_redirection_that_leads_off_the_web_is_not_followed(server, elsewhere):
    server.answers["/moved"] = (302, {"Location": elsewhere}, b"")

    assert refusal_of(WebSource(server.url), "moved") is Refusal.UNREACHABLE


def test_a_folder_that_no_system_can_name_is_missing():
    with pytest.raises(MissingFileError):
        FolderSource("a\0b").read("metadata/timestamp.json", 10)


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

    assert ["/metadata/timestamp.json"] * 3 == server.asked
    assert 1 == len(set(server.ports))


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


@pytest.mark.parametrize("proxy", ["socks5://localhost:1", "http://[::1", "ftp://localhost", " "])
def test_a_proxy_that_is_none_is_not_reached_and_no_bug(monkeypatch, server, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")

    assert refusal_of(WebSource(server.url)) is Refusal.UNREACHABLE
    assert refusal_of(WebSource(server.url)) is Refusal.UNREACHABLE


def test_the_proxy_of_the_environment_is_asked_also_without_its_scheme_and_never_for_a_stick(
    monkeypatch, server
):
    monkeypatch.setenv("http_proxy", server.url.removeprefix("http://"))
    monkeypatch.setenv("no_proxy", "")

    assert refusal_of(WebSource("http://trust.invalid")) is Refusal.INCOMPLETE
    assert ["http://trust.invalid/metadata/timestamp.json"] == server.asked
    assert FolderSource(server.folder).read("metadata/timestamp.json", 5) == b"12345"
    assert len(server.asked) == 1


def test_a_server_whose_certificate_nobody_signed_is_not_reached(tmp_path, monkeypatch):
    tree, place = tmp_path / "tree", tmp_path / "place"
    place.mkdir()
    (tree / "metadata").mkdir(parents=True)
    (tree / "metadata" / "timestamp.json").write_bytes(b"12345")
    with serving_self_signed(tree, place) as server:
        url = f"https://localhost:{server.server_port}"
        assert refusal_of(WebSource(url)) is Refusal.UNREACHABLE
        assert [] == server.asked

        monkeypatch.setenv(
            "SSL_CERT_FILE", str(place / "tls.pem")
        )  # the way to trust an authority of one's own
        assert WebSource(url).read("metadata/timestamp.json", 5) == b"12345"
