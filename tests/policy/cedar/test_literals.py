"""Every line of `literals.txt`, by our parsers and by the Cedar engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.cedar.values import (
    CedarValueError,
    Datetime,
    Decimal,
    Duration,
    IpAddr,
    datetime,
    decimal,
    duration,
    ip,
)
from tests.policy.cedar.worlds import AUTHORIZE

PARSERS: Final = {"ip": ip, "decimal": decimal, "duration": duration, "datetime": datetime}
TABLE: Final = [
    line.replace("\\n", "\n").split(" ", 2)
    for line in (Path(__file__).parent / "literals.txt").read_text("utf-8").split("\n")
    if line and not line.startswith("#")
]
REQUEST: Final = {"principal": 'A::"a"', "action": 'Action::"a"', "resource": 'A::"a"'}


def written(kind: str, text: str) -> str:
    try:
        value = PARSERS[kind](text)
    except CedarValueError:
        return "-"
    match value:
        case IpAddr(version, address, prefix):
            return f"{version}/{address}/{prefix}"
        case Decimal(number) | Duration(number) | Datetime(number):
            return str(number)
        case _:
            raise TypeError(kind)


def engine_accepts(kind: str, text: str) -> bool:
    quoted = json.dumps(text, ensure_ascii=False)
    rule = f"permit(principal, action, resource) when {{ {kind}({quoted}) == {kind}({quoted}) }};"
    return AUTHORIZE({**REQUEST, "context": {}}, rule, []).allowed


@pytest.mark.parametrize(("kind", "wanted", "text"), TABLE)
def test_a_text_parses_to_what_the_table_says(kind: str, wanted: str, text: str) -> None:
    assert written(kind, text) == wanted


@pytest.mark.parametrize(("kind", "wanted", "text"), TABLE)
def test_the_engine_accepts_the_same_texts(kind: str, wanted: str, text: str) -> None:
    assert engine_accepts(kind, text) is (wanted != "-")


@given(st.sampled_from(TABLE), st.data())
def test_mutated_texts_are_accepted_by_both_or_neither(row: list[str], data: st.DataObject) -> None:
    kind, _, text = row
    place = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 2))
    middle = data.draw(st.text("0123456789:./-+TZdhms afF", max_size=2))
    mutated = text[:place] + middle + text[place + length :]
    assert (written(kind, mutated) != "-") is engine_accepts(kind, mutated)
