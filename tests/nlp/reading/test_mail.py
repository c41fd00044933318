import base64
from email.message import EmailMessage

import pytest

from nlp.errors import CorruptFileError
from nlp.reading import RawDocument, read_bytes


def read(data, name="信.eml"):
    return list(read_bytes(data, name=name))


def message(body="李某敢于担当。\n"):
    mail = EmailMessage()
    mail["Subject"] = "关于李某的考察情况与谈话记录若干补充说明及其他有关材料的报送"
    mail["From"] = "某某 <a@x.cn>"
    mail["To"] = "b@x.cn"
    if body is not None:
        mail.set_content(body)
    return mail


def test_headers_body_and_attachments_in_order():
    mail = message()
    mail.add_alternative("<p>另一种写法</p>", subtype="html")
    mail.add_attachment(
        "王某从不推诿。".encode("gb18030"), maintype="application", subtype="octet-stream", filename="意见.txt"
    )
    inner = message("内文")
    mail.add_attachment(inner)
    body, attached, forwarded = read(mail.as_bytes())
    assert body.text.split("\n") == [
        "主题：关于李某的考察情况与谈话记录若干补充说明及其他有关材料的报送",
        "发件人：某某 <a@x.cn>",
        "收件人：b@x.cn",
        "李某敢于担当。",
    ]
    assert body.media_type == "message/rfc822"
    assert body.meta["headers"]["收件人"] == "b@x.cn"
    assert [a.label for a in body.anchors] == ["mail header"] * 3 + [None]
    assert all(body.text[a.start : a.end] for a in body.anchors)
    assert (attached.path, attached.text) == ("信.eml!/意见.txt", "王某从不推诿。")
    assert forwarded.path == "信.eml!/附件2.eml"
    assert forwarded.text.endswith("内文")


def test_html_is_read_where_there_is_no_plain_text():
    mail = message(None)
    mail.set_content("<html><p>李某<b>敢于</b>担当</p></html>", subtype="html")
    (item,) = read(mail.as_bytes())
    assert item.text.split("\n")[-1] == "李某敢于担当"


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "utf-8", "us-ascii", "x-unknown"])
def test_charsets_are_not_believed(declared):
    # A character outside GB2312, in a mail that says GB2312.
    head = b"From: a@b.cn\r\nSubject: " + "关于李某".encode("gbk") + b"\r\n"
    head += f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    (item,) = read(head + "李某镕基作风扎实".encode("gb18030"))
    assert item.text.split("\n") == ["主题：关于李某", "发件人：a@b.cn", "李某镕基作风扎实"]


def test_encoded_words_cut_inside_a_character():
    raw = "李某考察".encode()
    words = b" ".join(b"=?utf-8?B?" + base64.b64encode(part) + b"?=" for part in (raw[:4], raw[4:]))
    (item,) = read(b"Subject: " + words + b"\nFrom: a\n\nx")
    assert item.meta["headers"]["主题"] == "李某考察"


def test_names_of_attachments_lead_nowhere():
    mail = message()
    for name in ("../../etc/a.txt", r"C:\甲\b.txt", "..", "a.txt"):
        mail.add_attachment(b"x", maintype="text", subtype="x", filename=name)
    paths = [item.path for item in read(mail.as_bytes())[1:]]
    assert paths == ["信.eml!/a.txt", "信.eml!/b.txt", "信.eml!/附件3", "信.eml!/4-a.txt"]


def test_a_broken_attachment_leaves_the_rest():
    mail = message()
    mail.add_attachment(b"\0" * 200, maintype="application", subtype="x", filename="坏.txt")
    mail.add_attachment(b"ok", maintype="application", subtype="x", filename="好.txt")
    first, second, third = read(mail.as_bytes())
    assert isinstance(first, RawDocument)
    assert (second.code, second.path) == ("undecodable_text", "信.eml!/坏.txt")
    assert third.text == "ok"


def test_pictures_of_the_body_are_counted_not_read():
    mail = message(None)
    mail.set_content("<p>甲<img src=cid:x></p>", subtype="html")
    mail.add_related(b"\x89PNG\r\n", "image", "png", cid="<x>")
    (item,) = read(mail.as_bytes())
    assert item.meta["inline_pictures"] == 1


def test_a_saved_web_page():
    data = (
        b"From: <Saved by Blink>\nSnapshot-Content-Location: http://x/\nSubject: y\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="B"\n\n--B\nContent-Type: text/html\n'
        b"Content-Transfer-Encoding: quoted-printable\nContent-Location: http://x/\n\n<html><p>=E6=9D=8E=E6=9F=90</p>\n"
        b"--B\nContent-Type: text/css\nContent-Location: cid:css\n\np {}\n--B--\n"
    )
    (item,) = read(data, "页.mht")
    assert (item.text, item.media_type) == ("李某", "multipart/related")


def test_a_mail_without_anything_is_corrupt():
    (error,) = read(b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b--\n")
    assert isinstance(error, CorruptFileError)
