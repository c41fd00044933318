"""A damaged index is found out when it is opened, and mended from its cases; it is never silently wrong."""

import json
import shutil

import pytest

from nlp.errors import IndexMismatchError, IndexTornError
from nlp.retrieval import Case, CaseIndex, DenseSettings
from nlp.retrieval.layout import Manifest
from nlp.retrieval.store import read_pointer, switch

QUERIES = ["推诿扯皮拆迁", "债务", "迎检刷白墙"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory, cases, make_encoder):
    folder = tmp_path_factory.mktemp("damage") / "index"
    more = [Case(id=f"{number}", text=f"第{number}个案例。" * 40) for number in range(40)]
    index = CaseIndex.build(folder, cases + more, encoder=make_encoder(), dense=DenseSettings(flat_below=50))
    assert index.info().dense == "lists"
    index.remove(["3"])
    index.add([Case(id="later", text="后来的案例，讲审计整改。")])
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "index")


def answers(index):
    return [[hit.model_dump() for hit in index.search(text, k=12)] for text in QUERIES]


def parts(folder):
    (generation,) = folder.glob("gen-*")
    return sorted(path for path in generation.rglob("*") if path.is_file() and not path.name.endswith(".lock"))


def put(path, content):
    """Another file in its place: cutting a file short that an index still open has mapped would be a bus error."""
    other = path.with_name(path.name + ".other")
    other.write_bytes(content)
    other.replace(path)


def cut(path):
    put(path, path.read_bytes()[:-2])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    put(path, bytes(content))


def lengthen(path):
    put(path, path.read_bytes() + b"\0")


def empty(path):
    put(path, b"")


NAMES = ["heads.jsonl", "passages.bin", "vectors.bin", "ann.faiss", "manifest.json", "meta.json", ".managed.json"]
NAMES += [".term", ".idx", ".store", ".fast", ".fieldnorm", "CURRENT"]


def test_the_list_of_parts_is_whole(folder):
    """Every file that is there is damaged by one of the tests below."""
    known = (*NAMES, "cases.jsonl", ".pos")
    assert [path for path in parts(folder) if not path.name.endswith(known)] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", [cut, flip, lengthen, empty, lambda path: path.unlink()])
def test_every_damage_is_found_and_mended(folder, encoder, name, damage):
    expected = answers(CaseIndex.open(folder, encoder=encoder))
    paths = [folder / name] if name == "CURRENT" else [path for path in parts(folder) if path.name.endswith(name)]
    assert paths
    damage(paths[0])
    with pytest.raises(IndexTornError) as caught:
        CaseIndex.open(folder, encoder=encoder, rebuild=False)
    assert paths[0].name in str(caught.value) or name == "CURRENT"
    mended = CaseIndex.open(folder, encoder=encoder)
    assert answers(mended) == expected
    assert answers(CaseIndex.open(folder, encoder=encoder, rebuild=False)) == expected
    assert len(list(folder.glob("gen-*"))) == 1


@pytest.mark.parametrize("damage", [cut, flip, lengthen, empty, lambda path: path.unlink()])
def test_damaged_cases_cannot_be_mended_and_say_so(folder, encoder, damage):
    (path,) = folder.glob("gen-*/cases.jsonl")
    damage(path)
    for rebuild in (False, True):
        with pytest.raises(IndexTornError, match=r"cases\.jsonl"):
            CaseIndex.open(folder, encoder=encoder, rebuild=rebuild)


def test_vectors_are_kept_when_only_words_are_damaged(folder, encoder):
    empty(next(folder.glob("gen-*/lexical/*.term")))
    before = encoder.encoded
    CaseIndex.open(folder, encoder=encoder)
    assert encoder.encoded == before


def test_a_mended_index_can_be_changed(folder, encoder):
    empty(next(folder.glob("gen-*/vectors.bin")))
    index = CaseIndex.open(folder, encoder=encoder)
    index.remove(["flood"])
    index.add([Case(id="new", text="抗旱保苗")])
    assert index.search("抗旱", k=1)[0].id == "new"
    assert index.get("flood") is None


def test_parts_of_another_index_are_found_out(folder, tmp_path, cases, encoder):
    CaseIndex.build(tmp_path / "other", [*cases, Case(id="x", text="别处")], encoder=encoder)
    for name in ("vectors.bin", "manifest.json", "cases.jsonl"):
        (mine,), (theirs,) = folder.glob(f"gen-*/{name}"), (tmp_path / "other").glob(f"gen-*/{name}")
        saved = mine.read_bytes()
        shutil.copyfile(theirs, mine)
        with pytest.raises(IndexTornError):
            CaseIndex.open(folder, encoder=encoder, rebuild=False)
        mine.write_bytes(saved)


def test_without_the_manifest_an_encoder_must_be_named(folder):
    (path,) = folder.glob("gen-*/manifest.json")
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(IndexTornError, match="encoder"):
        CaseIndex.open(folder)


def test_without_pointer_and_manifest_nothing_can_be_mended(folder, encoder):
    (path,) = folder.glob("gen-*/manifest.json")
    path.unlink()
    (folder / "CURRENT").unlink()
    with pytest.raises(IndexTornError, match="cannot be mended"):
        CaseIndex.open(folder, encoder=encoder)


def rewrite_manifest(folder, change):
    home = folder / read_pointer(folder).generation
    path = home / "manifest.json"
    manifest = Manifest.loads(path.read_bytes(), path)
    changed = Manifest(**{**{name: getattr(manifest, name) for name in manifest.__dataclass_fields__}, **change})
    path.write_bytes(changed.dumps())
    switch(folder, home, changed)


@pytest.mark.parametrize("change", [{"layout": 99}, {"splitter": "older"}, {"tokenizer": "older"}])
def test_an_index_of_another_version_is_refused_or_rebuilt(folder, encoder, change):
    expected = answers(CaseIndex.open(folder, encoder=encoder))
    rewrite_manifest(folder, change)
    with pytest.raises(IndexMismatchError):
        CaseIndex.open(folder, encoder=encoder, rebuild=False)
    assert answers(CaseIndex.open(folder, encoder=encoder)) == expected


def test_only_sizes_are_compared_when_asked(folder, encoder):
    flip(next(folder.glob("gen-*/vectors.bin")))
    CaseIndex.open(folder, encoder=encoder, rebuild=False, verify=False)
    cut(next(folder.glob("gen-*/vectors.bin")))
    with pytest.raises(IndexTornError):
        CaseIndex.open(folder, encoder=encoder, rebuild=False, verify=False)


def test_the_cases_file_is_plain_jsonl(folder, cases):
    from nlp.retrieval import read_cases

    (path,) = folder.glob("gen-*/cases.jsonl")
    assert list(read_cases(path))[:5] == cases
    assert all(json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines())
