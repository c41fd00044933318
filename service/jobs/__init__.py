"""Durable background work: what is asked for is a row, a worker does it item by item, whatever dies in between."""
