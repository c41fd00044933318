"""Workbooks (xlsx, xlsm, xlsb, xls, ods): remark columns, vote counts and plain tables."""
