"""Reproducible training: the language model and the tagger."""
