"""A smaller situation that still shows the same: what a reader need not look at is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final, cast

from holdfast.policy.source.tables import Situation

STEPS: Final = 200
"""Smaller situations that are tried for one witness."""


def shrink(situation: Situation, stays: Callable[[Situation], bool]) -> Situation:
    """Return the smallest situation found for which `stays` still holds."""
    left = STEPS
    going = True
    while going and left > 0:
        going = False
        for smaller in _smaller(situation):
            left -= 1
            if stays(smaller):
                situation, going = smaller, True
            if going or left <= 0:
                break
    return situation


def _smaller(situation: Situation) -> Iterator[Situation]:
    for name in sorted(situation.approvals):
        yield dataclasses.replace(situation, approvals=situation.approvals - {name})
    if situation.at_ms is not None:
        yield dataclasses.replace(situation, at_ms=None)
    if situation.policy_age_ms is not None:
        yield dataclasses.replace(situation, policy_age_ms=None)
    if situation.site is not None:
        yield dataclasses.replace(situation, site=None)
    if situation.deployment is not None:
        yield dataclasses.replace(situation, deployment=None)
    yield from _smaller_world(situation)
    for name, value in situation.params.items():
        rest = {one: inner for one, inner in situation.params.items() if one != name}
        yield dataclasses.replace(situation, params=rest)
        for shorter in _shorter(value):
            yield dataclasses.replace(situation, params={**situation.params, name: shorter})


def _smaller_world(situation: Situation) -> Iterator[Situation]:
    for host in sorted(situation.resolve):
        kept = {one: to for one, to in situation.resolve.items() if one != host}
        yield dataclasses.replace(situation, resolve=kept)
    for tool in sorted(situation.pinned):
        yield dataclasses.replace(situation, pinned=situation.pinned - {tool})
    for name in situation.workspaces:
        others = tuple(one for one in situation.workspaces if one != name)
        yield dataclasses.replace(situation, workspaces=others)


def _shorter(value: object) -> Iterator[object]:
    """Yield shorter forms of a long text or list; short texts are names and stay whole."""
    if isinstance(value, list):
        items = cast("list[object]", value)
        for at in range(len(items)):
            yield items[:at] + items[at + 1 :]
    elif isinstance(value, str) and len(value) > 1 and not value.strip("x"):
        yield value[: len(value) // 2]
        yield value[:-1]
