"""EBP's rows, from its database to schema public of ours: what changes there changes here, and nothing else.

It reads from the top: `load` is one run, `steps` what it does with a table, `whole`, `follow` and `check` the three
ways to find what differs, `reading` and `writing` the two databases. docs/explanation/loading.md says why.
"""
