"""Annotations as tables: Parquet for programs, xlsx for people."""
