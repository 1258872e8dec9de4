"""What can go wrong between Cedar text and an answer.

Three families, because three different people must act on them:

* `CedarValueError` - a text is not a value of the type it claims to be (`ip("300.0.0.1")`).
* `EvaluationError` - a rule met a request it cannot judge. In this product an error denies.
* `UnknownConstruct` - a syntax tree holds something this evaluator does not model. The whole
  bundle is refused: guessing what a rule means is how a policy engine allows by mistake.
"""


class CedarValueError(ValueError):
    """A text that is no value of its Cedar type."""


class EvaluationError(Exception):
    """One rule could not be evaluated on one request."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        """Keep `message`: lower case, no full stop, what the author wrote in backticks."""
        super().__init__(message)
        self.message = message


class BudgetExceeded(EvaluationError):
    """The request spent its step budget: the rest of the program is not evaluated."""

    __slots__ = ()


class UnknownConstruct(Exception):
    """A syntax tree node, operator, slot or depth this evaluator does not model."""
