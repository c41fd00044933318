"""doccano: rows of a sequence labeling project out and back.

Offsets. doccano stores what its annotator (v-annotator) counts: UTF-16 code units, or user-perceived characters where a
project counts "grapheme clusters as one character"; never code points, though its source calls the units so (its issue
2290). Rows therefore go out in UTF-16 code units and say so in ``offsets``; leave the grapheme option of the project off.
For a text without emoji and rare ideographs all of these are the same. doccano stores no quotes, so what can be verified
on the way back is the text, that every span lies inside it, and that none begins or ends inside a character.

A span has one label and no attributes, so they are spelled in its name: ``label|polarity|status|subject|kind``. Allow
overlapping spans in the project, or doccano drops tags on import.
"""
