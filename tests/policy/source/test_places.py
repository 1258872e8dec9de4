"""The law: the text at a value's place is that value, for every path of a document."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.source.toml_places import Path, locate

DOCUMENT = '''
# a comment [not] = a table
name = "x" # another
"quoted key" = 'literal'
a.b.c = 1
[table]
text = """
multi = "line"
"""
raw = \'\'\'a 'b' c\'\'\'
list = [
  1, # one
  { x = [1, 2], "y z" = "a]b" },
  "c,d",
]
date = 1979-05-27T07:32:00Z
float = -1.5e3
[table.below."with space"]
z = true
[[many]]
id = "one"
[many.inner]
x = 1
[[many.deep]]
y = 2
[[many.deep]]
y = 3
[[many]]
id = "two"
[many.inner]
x = 4
[[many.deep]]
y = 5
'''


def _leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(cast("list[object]", value)):
            yield from _leaves(each, (*path, index))
    else:
        yield path, value


def _check(text: str) -> None:
    places = locate(text)
    for path, value in _leaves(tomllib.loads(text)):
        found = places[path]
        assert tomllib.loads(f"k = {text[found.start : found.end]}")["k"] == value
        for length in range(1, len(path)):
            assert path[:length] in places


def test_a_document_with_everything() -> None:
    _check(DOCUMENT)
    places = locate(DOCUMENT)
    key = places["a", "b", "c"]
    assert DOCUMENT[key.key_start : key.key_end] == "a.b.c"
    header = places["many", 1]
    assert DOCUMENT[header.start : header.end] == "[[many]]"
    element = places["table", "list", 1, "y z"]
    assert DOCUMENT[element.key_start : element.key_end] == '"y z"'


KEYS = st.sampled_from(["a", "b", '"c d"', "'e'", "f-1"])
SCALARS = st.sampled_from(["1", "true", '"x # y"', "'z'", '"""m\nn"""', "1.5", "1979-05-27"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(inner, max_size=3).map(lambda items: "[\n " + ",\n # c\n ".join(items) + "\n]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"{k} = {v}" for k, v in items.items()) + " }"
        ),
    ),
    max_leaves=6,
)
LINES = st.lists(
    st.one_of(
        st.builds("{} = {}".format, KEYS, VALUES),
        st.builds("{}.{} = {} # c".format, KEYS, KEYS, VALUES),
        st.builds("[{}]".format, KEYS),
        st.builds("[{}.{}]".format, KEYS, KEYS),
        st.builds("[[{}]]".format, KEYS),
        st.builds("[[{}.{}]]".format, KEYS, KEYS),
        st.just("# comment"),
    ),
    max_size=8,
)


@given(LINES)
def test_any_document(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    _check(text)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a = 1"])
def test_small_documents(text: str) -> None:
    _check(text)
