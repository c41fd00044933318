"""Numbers and addresses of the net that tell who somebody is: by shape, check digit and the word before them."""

from nlp.redaction.numbers.find import find_numbers

__all__ = ["find_numbers"]
