"""Formats of old word processors: RTF, and through LibreOffice the binary formats of Word, WPS Office and PowerPoint."""
