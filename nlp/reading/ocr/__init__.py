"""Images and scanned pages → text by rapidocr: lines found, put in reading order, each with its confidence.

``engine`` finds and reads lines, ``straighten`` turns a page upright, ``rules`` finds ruled tables, ``columns`` and
``layout`` order what was read, ``punctuation`` mends what the models confuse, ``page`` puts these together, ``images``
is the reader of image files. PDF pages come here from ``nlp.reading.pdf`` through ``pdf_pages``.

Character errors on 25 rendered A4 pages (200 dpi, Noto CJK, with noise, up to 1.5 degrees askew, two columns, ruled
tables; 19,501 characters, tests/bench/bench_ocr.py, seed 3): 1.31 % as the models give the lines, 0.22 % as read here.
Real scans were not measured.
"""
