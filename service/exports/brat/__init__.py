"""brat standoff: a folder of ``.txt`` and ``.ann`` out and back.

Offsets are code points of the ``.txt``, whose line breaks are kept byte for byte. An ``.ann`` has one annotation a line, so
a tag that crosses a line break is written as a discontinuous one: a fragment for each line, joined by spaces in the quote.
brat's server checks these quotes itself. Its pages count UTF-16 code units, so new spans drawn after an emoji or a rare
ideograph arrive shifted, with a quote that fits the shifted place: nothing can find that out afterwards.
"""
