"""Sentence encoders: texts in, unit vectors out.

``load_encoder()`` gives the encoder that ships with the product: one trained for likeness of behaviour, beside Google's
Universal Sentence Encoder (multilingual, v3) run in torch. ``load_encoder(name_or_folder)`` gives either alone, or any
SentenceTransformer that lies on this machine. Importing this package loads neither torch nor sentence_transformers; the
first ``load_encoder`` call does.
"""

from nlp.encoding.contract import BEHAVIOUR_ENCODER, DEFAULT_ENCODER, GENERAL_ENCODER, Encoder
from nlp.encoding.registry import load_encoder

__all__ = ["BEHAVIOUR_ENCODER", "DEFAULT_ENCODER", "GENERAL_ENCODER", "Encoder", "load_encoder"]
