"""Files that people write are read without surprises, and hostile ones end in a problem with its place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.errors import InputError
from playbook.sources import parse_yaml

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("no", "no", id="no is a word"),
        pytest.param("10:30", "10:30", id="a time is no number"),
        pytest.param("2026-05-09", "2026-05-09", id="a day stays as it was typed"),
        pytest.param("1.10", "1.10", id="a sum keeps its zero"),
        pytest.param("0042", "0042", id="a number with zeros before it is a code"),
        pytest.param("42", 42, id="a whole number"),
        pytest.param("9" * 5000, "9" * 5000, id="five thousand digits are text"),
        pytest.param("~", None, id="nothing"),
    ],
)
def test_a_plain_value_is_what_was_typed(text: str, value: object) -> None:
    assert parse_yaml(f"key: {text}\n", "x.yaml")[0] == {"key": value}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(LAUGHS, "an alias", id="a few lines that stand for thousands"),
        pytest.param("a: &a {b: *a}\n", "an alias", id="a value inside itself"),
        pytest.param("a: !!python/object/apply:os.system [ls]\n", "the tag", id="a tag that makes an object"),
        pytest.param("a: 1\na: 2\n", "a second time", id="a key twice"),
        pytest.param("a: {<<: {b: 1}}\n", "'<<'", id="a merge key"),
        pytest.param("a: " + "[" * 200 + "]" * 200 + "\n", "levels", id="two hundred levels"),
        pytest.param("a: " + "[" * 20000 + "]" * 20000 + "\n", "", id="twenty thousand levels"),
        pytest.param("a: 'open\n", "", id="a quotation that does not end"),
    ],
)
def test_hostile_yaml_ends_in_a_problem_with_its_place(text: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "x.yaml")
    assert any(found in p.found and p.path == "x.yaml" and p.line >= 1 for p in caught.value.problems)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with contextlib.suppress(InputError):
        parse_yaml(text, "x.yaml")
