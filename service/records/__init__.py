"""Records (记实): documents taken in, corrected, listed, compared, annotated anew."""
