"""Windows hold every clause that is judged, once, at its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.structure.normalise import normalise
from nlp.structure.parse import parse_structure
from nlp.tagging.windows import make_windows

TEXTS = st.lists(
    st.sampled_from(
        [
            "他开会最认真，",
            "散会就忘。",
            "\n",
            "一、主要表现\n",
            "问：怎么样？\n",
            "答：好。\n",
            "长" * 70,
            "，",
            "𠮷😀",
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, size=st.integers(60, 240))
def test_every_unmuted_clause_is_in_one_window_at_its_place(text: str, size: int) -> None:
    structure = parse_structure(normalise(text).text)
    seen = []
    for window in make_windows(structure, size):
        assert len(window.text) <= size
        for clause in window.clauses:
            seen.append(clause.index)
            span = structure.clauses[clause.index]
            whole = structure.folded[span.start : span.end]
            # A clause longer than a window is cut, never moved.
            assert whole.startswith(window.text[clause.start : clause.end])
            assert clause.end > clause.start
    assert seen == [index for index, setting in enumerate(structure.settings) if not setting.muted]


def test_the_lead_names_type_and_speaker() -> None:
    text = "谈话记录\n谈话对象：某乙\n问：他怎么样？\n答：他从不推诿，见事就上。\n"
    (window,) = make_windows(parse_structure(text), 200)
    assert window.text.startswith("谈话|答\n")
    assert "他怎么样" not in [window.text[part.start : part.end] for part in window.clauses]


def test_the_lead_names_the_section() -> None:
    text = "考察材料\n一、主要表现\n他办事快。\n二、不足\n他脾气急，话说得重，听不进劝。\n" * 6
    leads = {window.text.split("\n")[0] for window in make_windows(parse_structure(text), 60)}
    assert any(lead.endswith("|主要表现") for lead in leads)
    assert any(lead.endswith("|不足") for lead in leads)
