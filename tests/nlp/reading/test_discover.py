import os
from pathlib import Path

import pytest

from nlp.errors import ReadingError
from nlp.reading import RawDocument, discover, read_path


def fill(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("某", encoding="utf-8")


def test_folders_are_walked_in_sorted_order_without_junk(tmp_path):
    fill(tmp_path, "乙.txt", "a/2.docx", "a/10.txt", "a.txt", "b/c/甲.pdf", "b/x.png")
    fill(
        tmp_path,
        ".hidden",
        ".git/x.txt",
        "~$材料.docx",
        "b/~WRL0001.tmp",
        "Thumbs.db",
        "b/desktop.ini",
        "__MACOSX/a.txt",
    )
    found = [path.relative_to(tmp_path).as_posix() for path in discover([tmp_path])]
    # Files no reader knows (b/x.png) are given: that they cannot be read must be reported.
    assert found == ["a/10.txt", "a/2.docx", "a.txt", "b/c/甲.pdf", "b/x.png", "乙.txt"]


def test_named_files_are_given_as_they_are(tmp_path, monkeypatch):
    fill(tmp_path, ".hidden.txt", "d/a.txt")
    monkeypatch.chdir(tmp_path)
    assert list(discover(["d", ".hidden.txt", Path("d/a.txt")])) == [
        Path("d/a.txt"),
        Path(".hidden.txt"),
        Path("d/a.txt"),
    ]


def test_a_missing_path_raises_before_anything_is_read(tmp_path):
    fill(tmp_path, "a.txt")
    with pytest.raises(ReadingError, match="does not exist") as caught:
        discover([tmp_path, tmp_path / "没有.txt"])
    assert caught.value.path == (tmp_path / "没有.txt").as_posix()


def test_links_to_folders_are_followed_once(tmp_path):
    fill(tmp_path, "a/甲.txt", "elsewhere/乙.txt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "a" / "other").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert [path.name for path in discover([tmp_path / "a"])] == ["乙.txt", "甲.txt"]


def test_pipes_are_left_out_and_dangling_links_reported(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (path,) = discover([tmp_path])
    assert path.name == "gone.txt"
    (item,) = read_path(path)
    assert isinstance(item, ReadingError)
    (item,) = read_path(tmp_path / "pipe")
    assert isinstance(item, ReadingError)


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path):
    (item,) = read_path(tmp_path)
    assert isinstance(item, ReadingError)
    assert item.path == tmp_path.as_posix()


def test_file_names_in_gbk_become_readable_ids(tmp_path):
    name = os.fsdecode("考察材料.txt".encode("gb18030"))
    fill(tmp_path, name)
    (path,) = discover([tmp_path])
    (item,) = read_path(path)
    assert isinstance(item, RawDocument)
    assert item.id == item.path == f"{tmp_path.as_posix()}/考察材料.txt"
    item.id.encode("utf-8")
