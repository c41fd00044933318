"""Archive runs: a folder of old reports → annotated records, resumable after a crash at any moment.

``run.run_archive`` is the entry; ``layout`` says what a destination holds, ``manifest`` what is known of each file,
``stage`` what happens to one file, ``engines`` who calls it (local processes, a Ray cluster).
"""
