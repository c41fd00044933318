"""De-identification: what tells who somebody is, found, replaced by pseudonyms, and put back with a key.

::

    redactor = Redactor(create_key_file(Path("run.key.json")))
    redaction = redactor.redact("张三丰局长的电话是13800000000。")
    redaction.text                                  # 人员K7QM3XD局长的电话是[电话号码8H2RWT4]。
    block = redactor.seal(redaction)                # for JSON; opened by the key only
    restore(redaction.text, block, redactor.key).text
"""

from nlp.redaction.annotations import redact_annotation, restore_annotation, secrets_of
from nlp.redaction.find import find
from nlp.redaction.keys import RedactionKey, create_key_file, read_key_file
from nlp.redaction.model import KINDS, Finding, Kind, Replacement
from nlp.redaction.redactor import Redaction, Redactor, Restored, restore

__all__ = [
    "KINDS",
    "Finding",
    "Kind",
    "Redaction",
    "RedactionKey",
    "Redactor",
    "Replacement",
    "Restored",
    "create_key_file",
    "find",
    "read_key_file",
    "redact_annotation",
    "restore",
    "restore_annotation",
    "secrets_of",
]
