r"""Label Studio: tasks with predictions out, annotations back.

Offsets. Today's editor stores code points for ``<Text>``; until its frontend's pull request 308 of 2021 it stored UTF-16
code units, one more for every emoji or rare ideograph before the place (issues 1008 and 1347). Code points go out. On the
way back the quote stored with a region says which of the two was meant, and a region that fits neither is an error.
``\r\n`` counts as two characters in the editor, as here; the stored quote has ``\n`` spelled with a backslash.
"""
