"""Every kind of bad file ends as one named error or as a record, and takes no more memory than its limits allow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nlp.reading import RawDocument, discover, read_bytes, read_path
from tests.archives.bad_inputs import BAD_INPUTS, RECORD, write_disk_inputs

BOMBS = [
    name
    for name in BAD_INPUTS
    if any(
        word in name for word in ("炸弹", "爆炸", "远角", "四十二", "层层", "一百万", "重复十亿", "一万页", "成员过多")
    )
]
# Read once only, where their memory is measured.
LARGE = [name for name in BOMBS if "一百万" in name]


def outcome(items):
    return {RECORD if isinstance(item, RawDocument) else item.code for item in items}


def test_there_are_many_kinds():
    assert len(BAD_INPUTS) >= 40
    assert len(BOMBS) >= 12


@pytest.mark.parametrize("name", [name for name in BAD_INPUTS if name not in LARGE])
def test_a_bad_input_ends_as_it_must(name):
    expected, make = BAD_INPUTS[name]
    items = list(read_bytes(make(), name=name))
    assert items
    assert outcome(items) == {expected}, items
    for item in items:
        assert item.path == name or item.path.startswith(f"{name}!/")
        if not isinstance(item, RawDocument):
            assert item.message
            assert str(item).startswith(item.path)


def test_an_entity_never_brings_in_another_file():
    # Left out, an entity would take the text behind it along, so that the part would pass for the whole.
    for name in ("外部实体.docx", "外部实体.xlsx"):
        (item,) = read_bytes(BAD_INPUTS[name][1](), name=name)
        assert "document type" in item.message
        assert item.place.endswith(".xml")


def test_files_that_only_a_disk_can_hold(tmp_path):
    expected = write_disk_inputs(tmp_path)
    assert set(expected) == {"稀疏.txt", "稀疏.zip", "断链.txt", os.fsdecode("甲乙".encode("gbk") + b"/a.txt")}
    for name, code in expected.items():
        assert outcome(read_path(tmp_path / name)) == {code}, name
    found = [str(path.relative_to(tmp_path)) for path in discover([tmp_path])]
    assert set(found) == set(expected)
    assert len(found) == len(set(found))


MEASURE = """
import json, re, sys, tracemalloc
from pathlib import Path
from nlp.reading import RawDocument, read_path
def highest():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10
before = highest()
if "traced" in sys.argv:
    tracemalloc.start()
ends = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    ends[path.name] = sorted({"record" if isinstance(i, RawDocument) else i.code for i in read_path(path)})
print(json.dumps([ends, tracemalloc.get_traced_memory()[1] >> 20, highest() - before]))
"""


def measured(folder, *arguments):
    """How each file in a folder ends, and the growth of a fresh process in MiB: traced objects, and all memory."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the highest memory use of a process is read from /proc")
    command = [sys.executable, "-c", MEASURE, str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=200)
    ends, traced, grown = json.loads(done.stdout)
    for name, codes in ends.items():
        assert codes == [BAD_INPUTS[name][0]]
    return traced, grown


def test_bombs_take_bounded_memory(tmp_path):
    for name in BOMBS:
        if name not in LARGE:
            (tmp_path / name).write_bytes(BAD_INPUTS[name][1]())
    traced, grown = measured(tmp_path, "traced")
    # Far below what they unpack to; max_file_bytes is 32 MiB, and a member or a part is held once or twice.
    assert traced < 150, traced
    assert grown < 300, grown


def test_a_million_rows_take_bounded_memory(tmp_path):
    for name in LARGE:
        (tmp_path / name).write_bytes(BAD_INPUTS[name][1]())
    _, grown = measured(tmp_path)
    assert grown < 500, grown
