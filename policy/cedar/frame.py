"""One evaluation of one request: what closures read, and the steps they may still take."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from holdfast.policy.cedar.errors import BudgetExceeded
from holdfast.policy.cedar.values import Entity, Request, Uid, Value
from holdfast.proto.limits import EVALUATION_STEPS

ENTITIES: Final = ("principal", "action", "resource")


class Frame:
    """The request's parts, flat for speed, and `left`: the steps still to spend."""

    __slots__ = ("action", "context", "entities", "keys", "left", "principal", "resource")
    principal: Entity
    action: Entity
    resource: Entity
    context: Mapping[str, Value]
    entities: Mapping[Uid, Entity]
    keys: tuple[frozenset[Uid | str], ...]
    """What the index looks the three of `ENTITIES` up by."""
    left: int

    def __init__(self, request: Request, steps: int = EVALUATION_STEPS) -> None:
        """Begin an evaluation of `request` that may take `steps` steps."""
        self.principal = request.principal
        self.action = request.action
        self.resource = request.resource
        self.context = request.context
        self.entities = request.entities
        self.keys = (request.principal.keys, request.action.keys, request.resource.keys)
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take `steps` from the budget. A request that has none left is denied, it never hangs."""
        self.left -= steps
        if self.left < 0:
            raise BudgetExceeded("the evaluation took more steps than one request may")

    def entity(self, uid: Uid) -> Entity | None:
        """Find what is known of `uid`; the request's own three entities win."""
        for mine in (self.principal, self.action, self.resource):
            if mine.uid == uid:
                return mine
        return self.entities.get(uid)


Run: TypeAlias = Callable[[Frame], Value]
"""A compiled expression."""

Test: TypeAlias = Callable[[Frame], bool]
"""A compiled condition: a bool, never anything else."""
