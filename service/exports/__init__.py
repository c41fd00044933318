"""Annotations in the formats of other tools, and the work of annotators back.

==============  =============================================  ==============================
format          offsets as the tool counts them                back
==============  =============================================  ==============================
label_studio    code points (UTF-16 code units before 2022)    ``label_studio.reading``
doccano         UTF-16 code units                              ``doccano.reading``
brat            code points, in fragments of one line each     ``brat.reading``
docbin          tokens, one a character                        ``docbin.read``
tables.parquet  code points                                    ``tables.parquet.read``
tables.xlsx     code points                                    none; for people
==============  =============================================  ==============================

Whatever goes out or comes in is compared with the text: ``text[start:end] == quote``.
"""
