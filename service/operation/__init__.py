"""Running the service: logs, metrics, readiness, back-pressure, traces."""
