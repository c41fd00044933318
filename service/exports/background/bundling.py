"""Annotated records as one file in the format asked for.

Formats of several files become a zip, and so does what comes with a list of documents that the format cannot hold.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from nlp.codebook import Codebook
from nlp.errors import ConfigurationError, ReadingError
from nlp.schema import Annotation

MEDIA_TYPES = {
    ".jsonl": "application/x-ndjson",
    ".json": "application/json",
    ".spacy": "application/octet-stream",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}
_ENDINGS = {
    "jsonl": ".jsonl",
    "label-studio": ".json",
    "doccano": ".zip",
    "brat": ".zip",
    "spacy": ".spacy",
    "parquet": ".zip",
    "xlsx": ".xlsx",
}
_DATED = (1980, 1, 1, 0, 0, 0)  # the time of making is in the audit log; equal exports have equal bytes


def bundle(
    annotations: Iterable[Annotation],
    format: str,
    folder: Path,
    name: str,
    codebook: Codebook,
    failures: list[ReadingError],
) -> tuple[Path, int]:
    """Write the file; returns its path and how many documents are in it.

    Args:
        annotations: read while writing.
        format: as ``ExportIn`` names it.
        folder: an empty one to write into.
        name: of the file, without its ending.
        codebook: names the labels.
        failures: documents that the format cannot hold.

    Raises:
        ConfigurationError: there is no such format.
    """
    if format not in _ENDINGS:
        raise ConfigurationError(f"no such format: {format}", expected=", ".join(_ENDINGS))
    out = folder / f"{name}{_ENDINGS[format]}"
    content = folder / "content"
    if format == "jsonl":
        from service.items import write_lines

        count = write_lines(out, (annotation.model_dump_json() for annotation in annotations))
    elif format == "label-studio":
        from service.exports.label_studio import writing as label_studio

        count = label_studio.write(annotations, out, codebook, failures)
    elif format == "doccano":
        from service.exports.doccano import writing as doccano
        from service.exports.doccano.naming import label_types

        used: set[str] = set()
        content.mkdir()
        count = doccano.write(annotations, content / "documents.jsonl", codebook, failures, used=used)
        (content / "labels.json").write_text(label_types(codebook, used), encoding="utf-8")
    elif format == "brat":
        from service.exports.brat import writing as brat

        count = brat.write(annotations, content, codebook, failures)
    elif format == "spacy":
        from service.exports import docbin

        count = docbin.write(annotations, out, failures)
    elif format == "parquet":
        from service.exports.tables import parquet

        count = parquet.write(annotations, content)
    else:
        from service.exports.tables import xlsx

        count = xlsx.write(annotations, out, codebook, failures)
    if content.is_dir() or failures:
        if not content.is_dir():
            content.mkdir()
            out.rename(content / out.name)
            out = out.with_suffix(".zip")
        _zip(content, out, failures)
    return out, count


def _zip(content: Path, out: Path, failures: list[ReadingError]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in content.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(content)), _DATED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
        if failures:
            lines = "".join(json.dumps(error.as_dict(), ensure_ascii=False) + "\n" for error in failures)
            archive.writestr(zipfile.ZipInfo("errors.jsonl", _DATED), lines)
