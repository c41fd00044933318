"""Several documents in one file: where each begins, by signs in its title and header; never by guessing."""

from nlp.reading.splitting.parts import split_document

__all__ = ["split_document"]
