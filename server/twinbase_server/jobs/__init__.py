"""Work that no request waits for: sources that bring rows, exporters that hand deliveries over, and who runs them.

A task is due by its row in `twinbase.schedule`; a queue in PostgreSQL gives each due task to one worker; a lock makes
sure of it while it runs.
"""
