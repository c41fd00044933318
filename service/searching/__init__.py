"""Searches that are kept, what is new for them, and the case index kept in step with the store."""
