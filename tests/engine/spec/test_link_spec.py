"""Who is one child: small tables in, small tables out. Every child and number here is made up."""

import pytest
from tests.engine.spec.tables import band, linked, record

HOME = {"postcode": "WX1 1AA", "sex": "F"}
KATE = record("school", "1", "Katherine Ashworth", "2011-03-04", **HOME)


def together(folder, left, right, **more) -> bool:
    return len(linked(folder, left, right, **more)) == 1


@pytest.mark.parametrize(
    ("name", "born", "more"),
    [
        ("Kate Ashworth", "2011-03-04", HOME),  # nickname
        ("Katherine Ashwort", "2011-03-04", HOME),  # a letter left out
        ("Kathreine Ashworth", "2011-03-04", HOME),  # two letters swapped
        ("KATHERINE ASHWORTH", "2011-03-04", HOME),  # capitals
        ("Ashworth Katherine", "2011-03-04", HOME),  # names in each other's fields
        ("Katherine Ashworth", "2011-04-03", HOME),  # day and month swapped
        ("Katherine Ashworth", "2011-03-14", HOME),  # one digit wrong
        ("Katherine Ashworth", "2010-03-04", HOME),  # a year out
        ("Katherine Ashworth", "2011-03-04", {"sex": "F", "postcode": "YX9 9ZZ"}),  # moved house
        ("Katherine Ashworth", "2011-03-04", {}),  # nothing else known
        ("Katherine Ashworth-Khan", "2011-03-04", HOME),  # double family name
        ("Katherine Ashworth", "2011-03-28", HOME),  # one part of the date wrong
    ],
)
def test_one_child_is_recognised_through_a_slip(tmp_path, name, born, more):
    assert together(tmp_path, KATE, record("police", "7", name, born, **more))


@pytest.mark.parametrize(
    ("why", "name", "born", "more"),
    [
        ("a twin", "Ella Ashworth", "2011-03-04", HOME),
        ("a sister", "Emma Ashworth", "2012-09-14", HOME),
        ("a sister born the year after", "Freya Ashworth", "2012-03-04", HOME),
        ("the mother, of the same name", "Katherine Ashworth", "1985-03-04", HOME),
        ("a twin brother", "Thomas Ashworth", "2011-03-04", {"postcode": "WX1 1AA", "sex": "M"}),
        ("somebody else", "Maryam Khan", "2011-03-04", {"postcode": "WX1 1AA", "sex": "F"}),
    ],
)
def test_others_of_the_household_are_never_merged(tmp_path, why, name, born, more):
    assert not together(tmp_path, KATE, record("police", "7", name, born, **more)), why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WX1 1AA", "WX1 1AB"),
        ("WX1 1AA", "WY1 1AA"),
        ("3072", "3027"),
        ("10115", "1015"),
    ],  # at home, and abroad
)
def test_a_slip_in_a_postcode_is_told_from_another_postcode(tmp_path, one, other):
    there = record("police", "7", "Katherine Ashworth", "2011-03-04", postcode=other)
    linked(tmp_path, KATE | {"postcode": one}, there)
    assert "postcode with a slip" in band(tmp_path, "school 1", "police 7")[1]


def test_among_strangers_names_in_each_other_s_fields_are_compared_without_a_birth_date(tmp_path):
    one = record("school", "1", "Katherine Ashworth", postcode="3072", address="9 Mill Lane")
    other = record("police", "7", "Ashworth Katherine", postcode="3027", address="9 Mil Lane")
    linked(tmp_path, one, other, households=False)
    assert "given and family name crossed" in band(tmp_path, "school 1", "police 7")[1]


@pytest.mark.parametrize(
    ("one", "other"), [("Ella", "Emma"), ("Amina", "Amira"), ("Jayden", "Kayden"), ("Ella", "Bella")]
)
def test_twins_with_names_that_look_alike_stay_two(tmp_path, one, other):
    records = [
        record("school", "1", f"{one} Khan", "2011-03-04", **HOME),
        record("school", "2", f"{other} Khan", "2011-03-04", **HOME),
        record("police", "1", f"{one} Khan", "2011-03-04", **HOME),
        record("police", "2", f"{other} Khan", "2011-03-04", **HOME),
    ]
    assert linked(tmp_path, *records) == {
        frozenset({"school 1", "police 1"}),
        frozenset({"school 2", "police 2"}),
    }


def test_what_was_kept_apart_against_the_model_waits_for_a_person_with_the_reason(tmp_path):
    linked(tmp_path, KATE, record("police", "7", "Emma Ashworth", "2011-03-04", **HOME))
    found, why = band(tmp_path, "school 1", "police 7")
    assert found == "for_a_person"
    assert "given name different" in why


def test_a_child_is_recognised_through_several_hops(tmp_path):
    """The census has no names, the clinic only an NHS number: the school's UPN and the hospital's NHS number lead on."""
    upn, nhs = {"upn": "A99712345678B"}, {"nhs_number": "9990000018"}
    records = [
        record("cin", "L1", "", "2011-03-04", agency="council", local_id="L1", sex="F", **upn),
        record("care", "L1", "", "2011-03-04", agency="council", local_id="L1", sex="F"),
        record("school", "1", "Katherine Ashworth", "2011-03-04", **HOME, **upn),
        record("hospital", "1", "Kate Ashworth", "2011-03-04", **HOME, **nhs),
        record("clinic", "1", "", "2011-03-04", sex="F", **nhs),
    ]
    assert len(linked(tmp_path, *records)) == 1


def test_a_valid_number_alone_is_not_enough_where_nothing_else_agrees(tmp_path):
    nhs = {"nhs_number": "9990000018"}
    left, right = record("hospital", "1", "", "", **nhs), record("clinic", "1", "", "", **nhs)
    assert not together(tmp_path, left, right)
    assert band(tmp_path, "hospital 1", "clinic 1")[0] == "for_a_person"


def test_a_number_outweighs_a_changed_name_and_a_moved_house(tmp_path):
    nhs = {"nhs_number": "9990000018", "sex": "F"}
    left = record("hospital", "1", "Katherine Ashworth", "2011-03-04", postcode="WX1 1AA", **nhs)
    assert together(
        tmp_path, left, record("clinic", "1", "Leila Osman", "2011-03-04", postcode="YX2 2BB", **nhs)
    )


@pytest.mark.parametrize(
    "number", [("nhs_number", "9990000018", "9990000026"), ("upn", "A99712345678B", "A99787654321C")]
)
def test_two_different_valid_numbers_are_two_children(tmp_path, number):
    field, one, other = number
    left = record("school", "1", "Katherine Ashworth", "2011-03-04", **HOME, **{field: one})
    right = record("police", "7", "Katherine Ashworth", "2011-03-04", **HOME, **{field: other})
    assert not together(tmp_path, left, right)


def test_a_number_that_fails_its_check_does_not_keep_records_apart(tmp_path):
    wrong = {"upn": "A99712345678Z", "upn_valid": False}
    left = record("school", "1", "Katherine Ashworth", "2011-03-04", **HOME, upn="A99712345678B")
    assert together(
        tmp_path, left, record("police", "7", "Katherine Ashworth", "2011-03-04", **HOME, **wrong)
    )


def test_nothing_known_is_no_evidence(tmp_path):
    assert not together(
        tmp_path,
        record("cin", "1", "", "2011-03-04", sex="F"),
        record("care", "9", "", "2011-03-04", sex="F"),
    )
    assert not together(tmp_path, record("cin", "1"), record("care", "1"))


def test_same_birth_date_sex_and_postcode_without_a_name_could_be_a_twin(tmp_path):
    assert not together(tmp_path, KATE, record("cin", "1", "", "2011-03-04", **HOME))


def test_a_record_without_a_given_name_is_the_only_child_whom_it_fits_and_of_twins_nobody(tmp_path):
    nameless = record("police", "7", "", "2011-03-04", family_name="ASHWORTH", **HOME)
    assert together(tmp_path, KATE, nameless)
    twin = record("hospital", "2", "Emma Ashworth", "2011-03-04", **HOME)
    assert len(linked(tmp_path, KATE, nameless, twin)) == 3


def test_a_valid_number_with_another_birth_date_waits_for_a_person(tmp_path):
    upn = {"upn": "A99712345678B"}
    census = record("cin", "1", "", "2014-11-29", sex="F", **upn)
    school = record("school", "1", "Katherine Ashworth", "2011-03-04", **HOME, **upn)
    assert not together(tmp_path, census, school)
    assert band(tmp_path, "cin 1", "school 1")[0] == "for_a_person"


def test_names_of_a_nameless_record_are_those_that_stand_under_its_number(tmp_path):
    """Who moved is known to the hospital with a slip in the birth date: only the clinic's date is the other agency's."""
    nhs = {"nhs_number": "9990000018"}
    hospital = record("hospital", "1", "Katherine Ashworth", "2011-03-05", **HOME, **nhs)
    clinic = record("clinic", "1", "", "2011-03-04", sex="F", **nhs)
    justice = record("justice", "1", "Katherine Ashworth", "2011-03-04", sex="F", postcode="YX9 9ZZ")
    assert not together(tmp_path, hospital, justice)
    assert len(linked(tmp_path, hospital, clinic, justice)) == 1
    assert "same number" in band(tmp_path, "clinic 1", "justice 1")[1]


def test_a_slip_in_the_birth_date_and_another_address_are_for_a_person(tmp_path):
    elsewhere = record("police", "7", "Katherine Ashworth", "2011-03-05", sex="F", postcode="YX9 9ZZ")
    others = [record("school", f"o{n}", f"Omar {'abcdefghij'[n] * 4}", f"200{n}-01-01") for n in range(10)]
    assert frozenset({"school 1", "police 7"}) not in linked(tmp_path, KATE, elsewhere, *others)
    found, why = band(tmp_path, "school 1", "police 7")
    assert found == "for_a_person"
    assert "birth date with a slip" in why


def test_of_two_children_who_might_be_meant_it_is_the_one_of_whom_more_agrees(tmp_path):
    names = ("Hardeep Singh", "2010-05-23")
    here, there = (
        record("school", key, *names, sex="M", postcode=postcode)
        for key, postcode in (("9", "YX17 5HR"), ("1", "WX27 8YG"))
    )
    hospital = record("hospital", "1", *names, sex="M", postcode="YX17 5HR")
    assert linked(tmp_path, here, there, hospital) == {
        frozenset({"school 9", "hospital 1"}),
        frozenset({"school 1"}),
    }


def test_the_same_own_number_in_two_agencies_means_nothing(tmp_path):
    left = record("police", "17", "", "2011-03-04", local_id="17")
    assert not together(tmp_path, left, record("clinic", "17", "", "2011-03-04", local_id="17"))


def test_two_records_of_one_source_stay_two_children_and_a_person_is_told(tmp_path):
    twice = record("school", "2", "Katherine Ashworth", "2011-03-04", **HOME)
    assert not together(tmp_path, KATE, twice)
    found, why = band(tmp_path, "school 1", "school 2")
    assert found == "for_a_person"
    assert "one source" in why


def test_two_records_of_a_source_whose_ids_repeat_may_be_one_child(tmp_path):
    twice = record("school", "2", "Kate Ashworth", "2011-03-04", **HOME)
    assert together(tmp_path, KATE, twice, loose=("school",))


def test_a_chain_that_contradicts_itself_breaks_at_its_weakest_tie(tmp_path):
    """A and B share a number; C is like B, but its valid number says that it is not A."""
    a = record(
        "hospital",
        "A",
        "Katherine Ashworth",
        "2011-03-04",
        **HOME,
        nhs_number="9990000018",
        upn="A99712345678B",
    )
    b = record("school", "B", "Katherine Ashworth", "2011-03-04", **HOME, upn="A99712345678B")
    c = record("clinic", "C", "Kate Ashworth", "2011-03-04", **HOME, nhs_number="9990000026")
    assert linked(tmp_path, a, b, c) == {frozenset({"hospital A", "school B"}), frozenset({"clinic C"})}
    found, why = band(tmp_path, "school B", "clinic C")
    assert found == "for_a_person"
    assert "NHS" in why


def test_a_nameless_middle_does_not_join_twins(tmp_path):
    """The clinic's record shares a number with one twin by mistake of the other: it stays with one, they stay two."""
    one = record("school", "1", "Ella Khan", "2011-03-04", **HOME, nhs_number="9990000018")
    other = record("hospital", "2", "Emma Khan", "2011-03-04", **HOME, nhs_number="9990000018")
    clinic = record("clinic", "3", "", "2011-03-04", sex="F", nhs_number="9990000018")
    assert not {frozenset({"school 1", "hospital 2", "clinic 3"})} & linked(tmp_path, one, other, clinic)


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_record_is_no_problem(tmp_path, count):
    assert len(linked(tmp_path, *[KATE][:count])) == count


def test_a_child_s_key_holds_no_name_and_depends_on_its_records_only(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    kate, other = (
        record("police", "7", "Kate Ashworth", "2011-03-04", **HOME),
        record("police", "9", "Omar Ali", "2010-01-01"),
    )
    keys = []
    for folder, records in ((first, [KATE, kate]), (second, [other, kate, KATE])):
        linked(folder, *records)
        keys.append(_person(folder, "school"))
    assert keys[0] == keys[1]
    assert keys[0].isalnum()


def _person(folder, source):
    from heard.engine import backend, tables

    rows = backend.read(folder, tables.IDENTITIES).to_pylist()
    return next(row["person"] for row in rows if row["source"] == source)


def test_one_given_name_and_birth_date_with_two_family_names_is_for_a_person(tmp_path):
    names = [("Katherine Ashworth", "Katherine Osei"), ("Ibrahim Mensah", "Ibrahim Novak")]
    for number, (one, other) in enumerate(names):
        folder = tmp_path / str(number)
        folder.mkdir()
        rest = [record("school", str(n), f"Zoltan{n} Petrov{n}", f"2012-0{n}-11") for n in range(1, 9)]
        left, right = record("school", "a", one, "2011-03-04"), record("police", "b", other, "2011-03-04")
        children = linked(folder, left, right, *rest)
        assert frozenset({"school a", "police b"}) not in children


@pytest.mark.parametrize("born", ["2010-03-04", ""])
def test_the_agency_s_own_number_links_whatever_the_model_makes_of_the_rest(tmp_path, born):
    others = [
        record("cin", f"x{n}", "", f"2011-03-{n:02}", agency="council", local_id=f"x{n}")
        for n in range(1, 29)
    ]
    one = record("cin", "L1", "", "2011-03-04", agency="council", local_id="L1", sex="F", postcode="WX1 1AA")
    two = record("care", "L1", "", born, agency="council", local_id="L1", sex="F", postcode="YX9 9ZZ")
    many = [
        record("care", f"x{n}", "", f"2012-06-{n:02}", agency="council", local_id=f"y{n}")
        for n in range(1, 29)
    ]
    assert frozenset({"cin L1", "care L1"}) in linked(tmp_path, one, two, *others, *many)


@pytest.mark.parametrize("households", [True, False])
def test_every_pair_with_the_agency_s_own_number_is_linked_though_the_birth_date_is_a_year_out(
    tmp_path, households
):
    """Nothing else is the same, so that the model makes less of each pair than it is worth to keep."""
    pairs, records = [], []
    for n in range(40):
        born, out = f"2011-{n % 12 + 1:02}-{n % 28 + 1:02}", f"2010-{n % 12 + 1:02}-{n % 28 + 1:02}"
        own = {"agency": "council", "local_id": f"L{n}"}
        records.append(record("cin", f"L{n}", "", born, sex="F", postcode=f"WX{n} 1AA", **own))
        records.append(
            record("care", f"L{n}", "", out if n % 2 else "", sex="F", postcode=f"YX{n} 9ZZ", **own)
        )
        pairs.append(frozenset({f"cin L{n}", f"care L{n}"}))
    children = linked(tmp_path, *records, households=households)
    assert [pair for pair in pairs if pair not in children] == []


@pytest.mark.parametrize(("one", "other"), [("00123", "123"), ("AB7", "ab7")])
def test_the_agency_s_own_number_is_one_in_either_spelling(tmp_path, one, other):
    left = record("cin", one, "", "2011-03-04", agency="council", local_id=one)
    right = record("care", other, "", "2011-03-04", agency="council", local_id=other)
    assert together(tmp_path, left, right)


def test_two_spellings_in_one_source_are_two_numbers(tmp_path):
    left = [record("cin", n, "", "2011-03-04", agency="council", local_id=n) for n in ("0123", "123")]
    right = record("care", "123", "", "2011-03-04", agency="council", local_id="123")
    assert linked(tmp_path, *left, right) == {frozenset({"cin 0123"}), frozenset({"cin 123", "care 123"})}


@pytest.mark.parametrize("parts", ["2011????", "201103??", "20110334"])
def test_a_birth_date_that_is_not_whole_or_no_day_is_compared_by_its_parts(tmp_path, parts):
    assert together(tmp_path, KATE, record("police", "7", "Katherine Ashworth", birth_parts=parts, **HOME))


@pytest.mark.parametrize(
    ("name", "parts"), [("Emma", "201103??"), ("Katherine", "1985????"), ("Katherine", "2014????")]
)
def test_parts_of_a_birth_date_make_no_sister_and_no_parent_the_same_child(tmp_path, name, parts):
    assert not together(tmp_path, KATE, record("police", "7", f"{name} Ashworth", birth_parts=parts, **HOME))


def test_a_record_without_birth_date_is_the_child_of_that_name_at_that_home(tmp_path):
    """Also where a list does not say when it ends: its own births say that it holds children."""
    others = [record("police", f"o{n}", f"Zoltan{n} Petrov{n}", f"20{10 + n}-01-01") for n in range(4)]
    undated = record("police", "7", "Katherine Ashworth", **HOME)
    assert frozenset({"school 1", "police 7"}) in linked(tmp_path, KATE, undated, *others)


def test_a_record_without_birth_date_of_a_list_with_parents_waits_for_a_person(tmp_path):
    parents = [record("police", f"o{n}", f"Zoltan{n} Petrov{n}", f"19{70 + n}-01-01") for n in range(4)]
    child = record("police", "c", "Omar Ali", "2012-01-01")
    undated = record("police", "7", "Katherine Ashworth", **HOME)
    assert frozenset({"school 1", "police 7"}) not in linked(tmp_path, KATE, undated, child, *parents)


def test_the_same_names_at_one_home_in_one_year_are_one_child_and_in_two_years_are_not(tmp_path):
    others = [record("school", f"o{n}", f"Omar{n} {'abcdefghij'[n] * 4}", f"200{n}-01-01") for n in range(10)]
    for born, one in (("2011-09-28", True), ("2014-09-28", False)):
        again = record("police", "7", "Katherine Ashworth", born, **HOME)
        assert (frozenset({"school 1", "police 7"}) in linked(tmp_path, KATE, again, *others)) is one


def test_a_middle_name_and_a_wrong_sex_are_slips_together(tmp_path):
    other = record("police", "7", "Katherine Rose Ashworth", "2011-03-04", postcode="WX1 1AA", sex="M")
    assert together(tmp_path, KATE, other)


@pytest.mark.parametrize(
    ("given", "family", "born", "one"),
    [
        ("Ashworth", "Katherine Rose", "2011-03-04", True),  # a second name
        ("Khan", "Katherine", "2011-03-04", True),  # part of a double family name
        ("Ashworth-Khan", "Katherine", "2011-03-21", True),  # and one wrong part of the date
        ("Ashworth", "Thomas Rose", "2011-03-04", False),  # a brother
        ("Rose", "Katherine", "2011-03-04", False),  # another family
        ("Ashworth", "Katherine Rose", "2014-07-19", False),
    ],
)
def test_names_in_each_other_s_fields_may_be_more_or_fewer(tmp_path, given, family, born, one):
    double = record("school", "1", "Katherine Ashworth-Khan", "2011-03-04", **HOME)
    other = record("police", "7", "", born, given_name=given, family_name=family, **HOME)
    both = KATE if "Khan" not in given else double
    assert together(tmp_path, both, other) is one


def test_a_first_letter_that_was_left_out_is_a_slip_where_no_name_is_left(tmp_path):
    assert together(tmp_path, KATE, record("police", "7", "Atherine Ashworth", "2011-03-04", **HOME))
    bella = record("school", "1", "Bella Ashworth", "2011-03-04", **HOME)
    assert not together(tmp_path, bella, record("police", "7", "Ella Ashworth", "2011-03-04", **HOME))


def test_a_slip_and_another_sex_may_be_a_twin(tmp_path):
    other = record("police", "7", "Kathreine Ashworth", "2011-03-04", postcode="WX1 1AA", sex="M")
    assert not together(tmp_path, KATE, other)


def test_one_pupil_number_in_two_councils_is_one_child(tmp_path):
    upn = {"upn": "A99712345678B"}
    north = record(
        "a", "1", "", "2011-03-04", agency="social care (council 201)", local_id="1", sex="F", **upn
    )
    south = record(
        "b", "2", "", "2011-03-04", agency="social care (council 302)", local_id="2", sex="F", **upn
    )
    assert len(linked(tmp_path, north, south)) == 1
