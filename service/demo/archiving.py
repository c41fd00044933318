"""Records of the demo: taken in, corrected, linked to the subjects, and a batch of files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from nlp.errors import DemoError
from service.demo.matching import span
from service.demo.material import Material
from service.demo.person import Person
from service.demo.shapes import CorrectionItem, RecordItem

_LOOK_S = 0.25
_SOON_S = 120.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A record in the service, with the text as the service normalised it."""

    id: str
    version_id: str
    text: str


def take_in(archivist: Person, record: RecordItem, units: dict[str, str]) -> Kept:
    """Send a record, as text or as a file."""
    fields = {
        name: value
        for name in ("title", "doc_type", "document_date", "source", "source_kind", "author", "confidentiality")
        if (value := getattr(record, name)) is not None
    }
    fields["unit_id"] = units[record.unit]
    if record.upload is None:
        made = archivist.post("/v1/records", {**fields, "text": record.text})
    else:
        files = [(f"{record.title}.docx", docx_bytes(record.text))]
        made = archivist.upload("/v1/records/uploads", files, "file", **fields)["items"][0]
    return kept(archivist, made["record"]["id"])


def kept(person: Person, record_id: str) -> Kept:
    """A record as it stands."""
    version = person.get(f"/v1/records/{record_id}")["version"]
    return Kept(record_id, version["id"], version["text"])


def correct(archivist: Person, there: Kept, correction: CorrectionItem) -> Kept:
    """A new version of a record."""
    span(there.text, correction.replace)
    body = {"text": there.text.replace(correction.replace, correction.with_), "reason": correction.reason}
    archivist.act(f"/v1/records/{there.id}", "versions", body)
    return kept(archivist, there.id)


def link(analyst: Person, record: RecordItem, there: Kept, subjects: dict[str, str]) -> None:
    """Say whom a record is about, by its own words where it names them."""
    for about in record.about:
        body: dict[str, Any] = {
            "subject_id": subjects[about.subject],
            "record_id": there.id,
            "role": about.role,
            "relation": about.relation,
        }
        if about.quote is not None:
            start = there.text.index(about.quote)
            body |= {"start": start, "end": start + len(about.quote), "quote": about.quote}
        if about.reason is not None:
            body["reason"] = about.reason
        analyst.post("/v1/subject-links", body)


def give_batch(archivist: Person, material: Material, units: dict[str, str]) -> str:
    """Hand in the files of the batch; returns its id."""
    batch = material.workflow.batch
    files = [(file.name, file.read_bytes()) for file in material.files]
    made = archivist.upload(
        "/v1/batches",
        files,
        "files",
        name=batch.name,
        unit_id=units[batch.unit],
        confidentiality=batch.confidentiality,
        source=batch.source,
    )
    return str(made["id"])


def await_batch(archivist: Person, batch_id: str) -> dict[str, Any]:
    """The batch once every file of it was read or refused.

    Raises:
        DemoError: no worker does it.
    """
    until = time.monotonic() + _SOON_S
    while time.monotonic() < until:
        batch: dict[str, Any] = archivist.get(f"/v1/batches/{batch_id}")
        if batch["state"] == "done":
            return batch
        time.sleep(_LOOK_S)
    raise DemoError("the batch was not read", path=batch_id, hint="is a worker at work on this data folder?")


def docx_bytes(text: str) -> bytes:
    """The text as a docx file, one paragraph a line."""
    from docx import Document

    document = Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    content = BytesIO()
    document.save(content)
    return content.getvalue()
