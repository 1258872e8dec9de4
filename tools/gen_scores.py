"""Generate (or `--check`) the published scores of the normalisers against public lists.

Rule of this file: the lists are not in the repository. Where one is absent the committed page
cannot be compared; that is said by name, and the page is left as it is.
"""

from __future__ import annotations

from tools.generated import checking, finish, sync
from tools.normaliser_scores import VECTORS, markdown, measure

PAGE = "docs/reference/normalisers.md"


def main() -> int:
    """Write the page, or say that it is stale."""
    scores = list(measure(VECTORS))
    absent = sorted({score.missing for score in scores if score.missing})
    if absent:
        print(f"normaliser scores: not compared, not here: {', '.join(absent)} (HOLDFAST_VECTORS)")
        return 0
    return finish("normaliser scores", sync({(PAGE, "scores"): markdown(scores)}, check=checking()))


if __name__ == "__main__":
    raise SystemExit(main())
