"""Data only: codebook, cues, lexicon, cases and samples. No code lives in this package."""
