"""Pages of a record's file over HTTP: for those who may read the record, drawn beside it and never harmful."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from nlp.pipeline import Pipeline
from nlp.resources import corpora_path
from service.records import page_images
from service.store.models import AuditEntry
from tests.service.conftest import Api

LETTER = corpora_path("samples", "07-信访核查报告-某水利局.pdf")


@pytest.fixture
def served(api: Api, lexicon: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Api:
    api.app.state.engine.pipeline = lexicon
    monkeypatch.setattr("service.api.records.PICTURES", page_images.Pictures())
    return api


def upload(served: Api, client: httpx.Client, name: str, content: bytes) -> Any:
    answer = client.post("/v1/records/uploads", data={"unit_id": served.people.unit()}, files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][0]["record"]


def test_each_page_is_listed_and_drawn(served: Api) -> None:
    archivist = served.client("archivist")
    record = upload(served, archivist, LETTER.name, LETTER.read_bytes())
    where = f"/v1/records/{record['id']}/pages"
    listed = archivist.get(where).json()["items"]
    text = archivist.get(f"/v1/records/{record['id']}").json()["version"]["text"]
    assert [page["number"] for page in listed] == list(range(1, len(listed) + 1))
    assert all(text[page["start"] : page["end"]].strip() for page in listed)
    drawn = archivist.get(f"{where}/1")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
    assert drawn.headers["cache-control"] == "no-store"
    assert Image.open(BytesIO(drawn.content)).width > 500
    assert archivist.get(f"{where}/1").content == drawn.content
    assert archivist.get(f"{where}/{len(listed) + 1}").status_code == 404
    assert archivist.get(f"{where}/0").status_code == 422
    with served.people.repository.system_read("test") as session:
        seen = session.scalars(select(AuditEntry).where(AuditEntry.action == "record.page")).all()
    assert len(seen) == 2


def test_nobody_else_sees_a_page(served: Api) -> None:
    record = upload(served, served.client("archivist"), LETTER.name, LETTER.read_bytes())
    far, admin = served.client("analyst", unit="某省/B县"), served.client("admin")
    for path in ("pages", "pages/1"):
        assert far.get(f"/v1/records/{record['id']}/{path}").status_code == 404
        assert admin.get(f"/v1/records/{record['id']}/{path}").status_code == 403


def test_a_text_has_no_pages(served: Api) -> None:
    archivist = served.client("archivist")
    record = upload(served, archivist, "谈话.txt", "该同志处事公道。".encode())
    assert archivist.get(f"/v1/records/{record['id']}/pages").json() == {"items": []}
    assert archivist.get(f"/v1/records/{record['id']}/pages/1").status_code == 404


def test_a_file_that_cannot_be_drawn_is_named_and_the_service_goes_on(
    served: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text was read long ago; what is kept of it has been damaged since."""
    archivist = served.client("archivist")
    record = upload(served, archivist, LETTER.name, LETTER.read_bytes())
    monkeypatch.setattr(page_images, "file_content", lambda *_: LETTER.read_bytes()[:400])
    answer = archivist.get(f"/v1/records/{record['id']}/pages/1")
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:yanpan:problem:corrupt_file"
    assert archivist.get(f"/v1/records/{record['id']}").status_code == 200


def test_the_last_pictures_are_kept_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(file: page_images.PageFile, number: int) -> bytes:
        drawn.append(number)
        return bytes(40)

    monkeypatch.setattr(page_images, "_drawn", draw)
    monkeypatch.setattr(page_images, "_KEPT_BYTES", 100)
    pictures, file = page_images.Pictures(), page_images.PageFile("0" * 64, "application/pdf", b"")
    for number in (1, 1, 2, 3, 3, 1):
        pictures.of(file, number)
    assert drawn == [1, 2, 3, 1]
