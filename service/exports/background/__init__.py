"""Exports made in the background: asked for, made record by record, kept for a while, given to whoever may still see them."""
