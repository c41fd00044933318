"""Invented material of a small city, put into a running service by its own people over its own API, and shown step by step."""

from service.demo.loading import Loaded, load

__all__ = ["Loaded", "load"]
