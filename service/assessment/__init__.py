"""Assess (研判): notes about a subject on an occasion, whose every finding rests on reviewed evidence."""
