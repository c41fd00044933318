"""The version of the pipeline, written into every annotation; the distribution carries the same number."""

PIPELINE_VERSION = "0.1.0"
