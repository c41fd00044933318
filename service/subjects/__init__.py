"""Subjects: whom records are about, under a pseudonym, and the links between the two with the words that show them."""
