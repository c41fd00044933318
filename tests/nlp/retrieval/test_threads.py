from concurrent.futures import ThreadPoolExecutor

from nlp.retrieval import Case, CaseIndex

QUERIES = ["遇到拆迁难题，推诿扯皮", "迎检刷白墙", "化解债务", "抗洪抢险守大堤", "群众", "", "半年签约"]


def test_searches_from_many_threads_agree_with_one(index, tmp_path, encoder):
    expected = [index.search(text, k=5) for text in QUERIES]
    fresh = CaseIndex.open(tmp_path / "index", encoder=encoder)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: fresh.search(QUERIES[number % len(QUERIES)], k=5), range(280)))
    assert answers == expected * 40


def test_a_search_sees_one_generation_whole_while_others_write(tmp_path, encoder):
    """Every generation holds one batch of ten cases; a search must never see parts of two."""

    def batch(number):
        return [
            Case(id=f"{number}-{place}", text=f"第{number}批案例第{place}号，群众评价很好。") for place in range(10)
        ]

    index = CaseIndex.build(tmp_path, batch(0), encoder=encoder)
    stop = False

    def search():
        seen = 0
        while not stop or not seen:
            ids = {hit.id for hit in index.search("群众评价", k=30)}
            assert len(ids) == 10
            assert len({id_.split("-")[0] for id_ in ids}) == 1
            seen += 1
        return seen

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(search) for _ in range(3)]
        try:
            for number in range(1, 9):
                CaseIndex.build(tmp_path, batch(number), encoder=encoder)
                index.refresh()
        finally:
            stop = True
        assert all(one.result() > 0 for one in running)


def test_writers_in_threads_lose_nothing(index):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: index.add([Case(id=f"new{number}", text="新案例")]), range(12)))
    assert len(index) == 17


def test_a_removed_generation_stays_readable_for_those_who_hold_it(tmp_path, cases, encoder):
    from nlp.retrieval import DenseSettings

    CaseIndex.build(tmp_path, cases * 1, encoder=encoder, dense=DenseSettings(flat_below=1))
    reader = CaseIndex.open(tmp_path, encoder=encoder)
    writer = CaseIndex.open(tmp_path, encoder=encoder)
    writer.remove([case.id for case in cases])
    assert [path.name for path in tmp_path.glob("gen-*")] == ["gen-00000002"]
    assert reader.info().dense == "lists"
    assert len(reader.search(QUERIES[0], k=5)) == 5
    assert reader.get("flood") == cases[0]


def test_an_index_can_be_opened_at_any_moment_while_others_write(tmp_path, cases, encoder):
    """Opening without repair: a generation that is being removed must not look like damage."""
    CaseIndex.build(tmp_path, cases, encoder=encoder)
    stop = False

    def open_again():
        seen = 0
        while not stop or not seen:
            assert len(CaseIndex.open(tmp_path, encoder=encoder, rebuild=False)) in (5, 6)
            seen += 1
        return seen

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(open_again) for _ in range(2)]
        try:
            writer = CaseIndex.open(tmp_path, encoder=encoder)
            for _ in range(15):
                writer.add([Case(id="more", text="新案例")])
                writer.remove(["more"])
        finally:
            stop = True
        assert all(one.result() > 0 for one in running)
