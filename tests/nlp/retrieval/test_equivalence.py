"""An index after any adds, replacements, removals and reopenings answers like one built at once from what is left."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.retrieval import NARRATIVE, Case, CaseIndex, CaseTag, Fusion

SENTENCES = [
    "他新官理旧账，三年化解债务。",
    "遇到拆迁难题推诿扯皮，怕得罪人。",
    "从不推诿扯皮，主动揽下烫手山芋。",
    "迎检前刷白墙，群众意见很大。",
    "汛期守在大堤上，处置果断。",
    "工作踏实。",
    "A镇GDP增长3.5%，亩均效益居全县前列，群众收入也提高了不少，村集体经济从无到有。",
    "",
]
QUERIES = ["推诿扯皮", "债务化解三年没有新增，群众心里有数", "刷白墙迎检。守大堤处置果断。", "GDP"]
TAGS = [CaseTag(label=label, polarity=side) for label in ("responsibility", "results", "work_style") for side in "+-"]

case = st.builds(
    lambda number, sentences, tags, unit: Case(
        id=f"c{number}", text="".join(sentences), tags=[TAGS[place] for place in tags], unit=unit
    ),
    st.integers(0, 9),
    st.lists(st.sampled_from(SENTENCES), max_size=8),
    st.sets(st.integers(0, 5), max_size=3).map(sorted),
    st.sampled_from(["A镇", "B镇", None]),
)
batch = st.lists(case, max_size=5, unique_by=lambda one: one.id)
step = st.tuples(st.just("add"), batch) | st.tuples(st.just("remove"), st.lists(st.integers(0, 9), max_size=4))
step |= st.tuples(st.sampled_from(["open", "rebuild"]), st.none())


def answers(index):
    return [
        [hit.model_dump() for hit in index.search(text, k=20, tags=TAGS[:2], filters=filters, fusion=fusion)]
        for text in QUERIES
        for filters in (None, {"unit": "A镇"})
        for fusion in (Fusion(), NARRATIVE)
    ]


@settings(deadline=None, max_examples=20)
@given(start=batch, steps=st.lists(step, max_size=5))
def test_changes_and_a_fresh_build_answer_alike(make_encoder, start, steps):
    encoder = make_encoder()
    with TemporaryDirectory() as folder:
        index = CaseIndex.build(Path(folder, "one"), start, encoder=encoder)
        left = {one.id: one for one in start}
        for kind, value in steps:
            if kind == "add":
                index.add(value)
                left |= {one.id: one for one in value}
            elif kind == "remove":
                there = {f"c{number}" for number in value} & left.keys()
                assert index.remove(f"c{number}" for number in value) == len(there)
                left = {id_: one for id_, one in left.items() if id_ not in there}
            elif kind == "open":
                index = CaseIndex.open(Path(folder, "one"), encoder=encoder)
            else:
                index.rebuild()
        assert {one.id: one for one in index.cases()} == left
        fresh = CaseIndex.build(Path(folder, "two"), sorted(left.values(), key=lambda one: one.id), encoder=encoder)
        assert answers(index) == answers(fresh)
        assert index.info().passages == fresh.info().passages
        assert len(list(Path(folder, "one").glob("gen-*"))) == 1
