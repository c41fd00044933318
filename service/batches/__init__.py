"""Many files given at once: kept at the moment they are acknowledged, read and annotated in the background."""
