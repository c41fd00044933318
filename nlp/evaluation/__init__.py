"""Measuring the tagger against annotated documents."""
