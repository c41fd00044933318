"""Backups of a running service, and putting them back."""
