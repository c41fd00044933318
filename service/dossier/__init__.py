"""Dossiers (卷宗): a note with everything it rests on, to be printed and filed."""
