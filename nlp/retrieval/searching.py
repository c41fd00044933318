"""From a query to hits, in the embedded index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.diversity import diversified
from nlp.retrieval.explain import Explainer
from nlp.retrieval.fused import Ranked
from nlp.retrieval.fusion import Fusion
from nlp.retrieval.groups import gather_enough
from nlp.retrieval.hits import Hit
from nlp.retrieval.ranking import Query, rank, with_feedback
from nlp.retrieval.show import Show
from nlp.retrieval.view import View
from nlp.structure.words import Words


def hits(
    view: View, query: Query, fusion: Fusion, allowed: NDArray[np.bool_] | None, words: Words, show: Show
) -> list[Hit]:
    """The hits of a search over the allowed rows of a view."""
    explainer = Explainer(view, query, words)
    asked = with_feedback(view, query, fusion, allowed)
    ranked: list[Ranked] = []

    def ask(depth: int) -> tuple[list[str], list[str | None]]:
        ranked[:] = rank(view, asked, depth, fusion, allowed)
        sources = [view.heads[one.row].source for one in ranked]
        return [view.case(one.row).text if show.collapse else "" for one in ranked], sources

    gathered = gather_enough(ask, show.pool, collapse=show.collapse, per_source=show.per_source)
    places = gathered.shown
    if show.diverse is not None:
        vectors = [view.dense.mean(view.heads[ranked[place].row].key) for place in places]
        chosen = diversified([ranked[place].score for place in places], vectors, show.k, show.diverse)
        places = [places[at] for at in chosen]
    return [
        explainer.hit(
            number,
            ranked[place],
            explain=show.explain,
            behind=[view.heads[ranked[other].row].id for other in gathered.behind[place]],
        )
        for number, place in enumerate(places, start=1)
    ]
