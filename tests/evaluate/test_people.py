from hypothesis import given
from hypothesis import strategies as st

from kiosk.evaluate.groups import age_band
from kiosk.evaluate.people import Traits, find_people


def a_folder(tmp_path, traits=None):
    for name in ("b/2.JPG", "b/1", "a/x.jpeg", "a/notes.txt", "a/.hidden.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    if traits is not None:
        (tmp_path / "info.csv").write_bytes(traits)
    return tmp_path


def test_pictures_are_found_in_order_under_any_name(tmp_path):
    people = find_people(a_folder(tmp_path))

    assert ["a/x.jpeg", "b/1", "b/2.JPG"] == [picture.name for picture in people.pictures]
    assert ("a", "b") == people.identities


def test_without_info_csv_nothing_is_known_of_anybody(tmp_path):
    people = find_people(a_folder(tmp_path))

    assert Traits() == people.traits_of("a")


def test_info_csv_says_who_is_in_which_group(tmp_path):
    people = find_people(
        a_folder(tmp_path, b"\xef\xbb\xbfidentity,age,gender,group\na,31.0,Female,Arab\nb,NA,,NA\n")
    )

    assert Traits("female", "arab", 31) == people.traits_of("a")
    assert Traits() == people.traits_of("b")


def test_odd_lines_of_info_csv_are_counted_and_left_out(tmp_path):
    people = find_people(a_folder(tmp_path, b"identity,age\na,4\na,5\n,6\nb,-3\nb\n"))

    assert (3, 4, None) == (
        people.odd_lines,
        people.traits_of("a").age_years,
        people.traits_of("b").age_years,
    )


@given(
    content=st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: ("identity,age\n" + text).encode())
)
def test_any_info_csv_is_read(tmp_path_factory, content):
    folder = a_folder(tmp_path_factory.mktemp("people"), content)

    assert 3 == len(find_people(folder).pictures)


def test_every_age_has_its_band():
    bands = [age_band(Traits(age_years=years)) for years in (0, 17, 18, 29, 30, 44, 45, 59, 60, 130, None)]

    assert ["under 18"] * 2 + ["18 to 29"] * 2 + ["30 to 44"] * 2 + ["45 to 59"] * 2 + ["60 and over"] * 2 + [
        "unknown"
    ] == bands
