"""The error tree."""

from __future__ import annotations

import inspect
import pickle

from nlp import errors
from nlp.errors import InvalidRecordError, YanpanError


def test_every_error_has_its_own_code_and_one_root() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
    assert all(issubclass(kind, YanpanError) for kind in kinds)
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))


def test_an_error_says_where_what_and_what_to_do_and_survives_pickling() -> None:
    error = InvalidRecordError("not JSON", expected="an object", hint="mend the line").at(
        path="a.jsonl", place="line 4017"
    )
    assert str(error) == "a.jsonl, line 4017: not JSON; expected an object; mend the line"
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is InvalidRecordError
    assert copy.as_dict() == error.as_dict()
