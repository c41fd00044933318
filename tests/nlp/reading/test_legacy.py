"""RTF, and the conversion of binary formats by LibreOffice, for which a script of the same name stands in."""

import os
import stat
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import ConversionError, CorruptFileError, TooLargeError, UnsupportedFormatError
from nlp.reading import Limits, RawDocument, read_bytes
from tests.archives.bad_inputs import docx, xlsx
from tests.archives.ole import compound

DOC = compound({"WordDocument": b"x" * 5000})
CONVERTED = docx("<w:p><w:r><w:t>李某敢于担当</w:t></w:r></w:p>")


@pytest.fixture
def soffice(tmp_path, monkeypatch):
    """Put a program named soffice on PATH whose body is the given Python code."""

    def install(code, name="soffice"):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\nimport os, sys, time, subprocess\nfrom pathlib import Path\n"
            "args = sys.argv[1:]\nout = Path(args[args.index('--outdir') + 1])\n"
            f"target = args[args.index('--convert-to') + 1]\nnotes = Path({str(tmp_path)!r})\n{code}\n",
            encoding="utf-8",
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
        return tmp_path

    return install


def write(data):
    return f"(out / ('document.' + target)).write_bytes(bytes.fromhex({data.hex()!r}))"


def test_a_converted_document_keeps_its_own_name_type_and_hash(soffice, read_one):
    soffice(write(CONVERTED))
    document = read_one(DOC, "旧.wps")
    assert document.text == "李某敢于担当"
    assert (document.id, document.media_type) == ("旧.wps", "application/msword")
    assert document.sha256 == sha256(DOC).hexdigest()
    assert document.meta == {"converted_by": "LibreOffice"}


def test_each_conversion_has_a_profile_of_its_own_and_leaves_nothing(soffice):
    note = "Path(notes / str(os.getpid())).write_text(args[0] + '\\n' + str(out), encoding='utf-8')\n"
    folder = soffice(note + write(CONVERTED))
    for _ in range(2):
        list(read_bytes(DOC, name="a.doc"))
    told = [path.read_text(encoding="utf-8").split("\n") for path in folder.iterdir() if path.is_file()]
    assert len({profile for profile, _ in told}) == 2
    for profile, out in told:
        assert profile.startswith("-env:UserInstallation=file:///")
        assert not Path(out).exists()


def test_libreoffice_is_found_under_its_other_name(soffice, read_one):
    soffice(write(CONVERTED), name="libreoffice")
    assert read_one(DOC, "a.doc").text == "李某敢于担当"


def test_excel_xml_becomes_a_workbook(soffice):
    sheet = '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>'
    soffice(write(xlsx(sheet)))
    data = b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office"/>'
    (item,) = read_bytes(data, name="a.xls")
    assert (item.id, item.text) == ("a.xls#评语", "甲")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("sys.exit('source file could not be loaded')", "could not be loaded"),
        ("pass", "it said nothing"),
        ("os.kill(os.getpid(), 11)", "exit code -11"),
        (write(b"no docx at all"), "text/plain"),
    ],
)
def test_a_failed_conversion_says_so(soffice, read_error, code, says):
    soffice(code)
    error = read_error(DOC, "a.doc")
    assert isinstance(error, ConversionError)
    assert says in error.message
    assert ".docx" in error.hint


def test_a_broken_result_is_an_error_of_the_file(soffice, read_error):
    soffice(write(CONVERTED[:-30]))
    assert isinstance(read_error(DOC, "a.doc"), CorruptFileError)
    soffice(write(CONVERTED))
    assert isinstance(read_error(DOC, "a.doc", Limits(max_unpacked_bytes=100)), TooLargeError)


def test_a_stuck_conversion_is_killed_with_its_children(soffice, read_error):
    child = "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    folder = soffice(child + "(notes / 'pid').write_text(str(child.pid))\ntime.sleep(60)")
    error = read_error(DOC, "a.doc", Limits(max_seconds=2))
    assert isinstance(error, ConversionError)
    assert "max_seconds" in str(error)
    child_id = int((folder / "pid").read_text())
    for _ in range(100):
        state = Path(f"/proc/{child_id}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] in "ZX":
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child of the converter lives on")


def test_without_libreoffice_the_error_names_what_to_install(monkeypatch, tmp_path, read_error):
    monkeypatch.setenv("PATH", str(tmp_path))
    error = read_error(DOC, "a.doc")
    assert isinstance(error, UnsupportedFormatError)
    assert "install LibreOffice" in error.hint


RTF_HEAD = (
    rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce;}{\f1\fcharset0 Arial;}{\f2\fcharset136 x;}}"
)


def rtf(body):
    (item,) = read_bytes(RTF_HEAD + body + b"}", name="a.rtf")
    assert isinstance(item, RawDocument), item
    return item


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"\f0\'c0\'ee\'c4\'b3\par \'b8\'d2", "李某\n敢"),
        (rb"\u26446?\u26576 ?x", "李某x"),
        (rb"\uc2\u26446\'c0\'ee\u26576{\'c4\'b3}", "李某某"),
        (rb"\uc0\u26446\u26576", "李某"),
        (rb"\u-10174?\u-8265?", "𠮷"),
        (rb"\u-10174?x", "\ufffdx"),
        (rb"{\f2\'a7\'f5}\f0\'c0\'ee", "李李"),
        (rb"\f1 caf\'e9", "café"),
        ("李某".encode("gbk"), "李某"),
        (rb"a{\v b}{\deleted c}d{\*\unknown e}{\header f}{\pict 0a0b}g", "adg"),
        (rb"a\{b\}\\c\~d\_e\-f\tab g\line h", "a{b}\\c\xa0d-ef\tg\nh"),
        (rb"\ldblquote x\rdblquote\emdash y", "“x”—y"),
        (rb"{\pict\bin5 }{}}{ab}c", "c"),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt y}}", "y"),
    ],
)
def test_rtf_text(body, text):
    assert rtf(body).text == text


def test_rtf_tables():
    row = rb"\trowd\cellx1\pard\intbl a\cell b\par c\cell\row"
    item = rtf(rb"\pard before\par" + row + row + rb"\pard after\par")
    assert item.text == "before\na\tb\nc\na\tb\nc\nafter"
    assert [(a.kind, a.number) for a in item.anchors] == [
        ("paragraph", 1),
        ("table_row", 1),
        ("table_row", 2),
        ("paragraph", 2),
    ]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=40))
def test_rtf_unicode_round_trip(text):
    raw = text.encode("utf-16-le")
    units = [int.from_bytes(raw[at : at + 2], "little", signed=True) for at in range(0, len(raw), 2)]
    assert rtf(b"".join(b"\\u%d?" % unit for unit in units)).text == text


@given(st.binary(max_size=80))
def test_rtf_of_any_bytes_is_one_item(body):
    items = list(read_bytes(RTF_HEAD + body, name="a.rtf"))
    assert len(items) == 1
