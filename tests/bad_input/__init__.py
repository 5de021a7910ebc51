"""Bad input: for each kind, a test that shows the clear error, and that nothing was lost.

| what | where it is tested (accept/ is tests/server/accept) |
|---|---|
| malformed body | tests/server/test_limits, tests/server/accept/test_accept_chain (a batch) |
| oversized body or batch | test_limits, accept/test_accept_chain; test_edits_that_cannot_be |
| unknown twin or column, wrong type | accept/test_accept_refusals |
| value out of range, NUL in text | tests/codecs/test_check_wire; test_edits_that_cannot_be |
| foreign key to nothing | accept/test_accept_scope; test_edits_that_cannot_be (on the device too) |
| write outside the scope | accept/test_accept_scope; test_edits_that_cannot_be |
| write to a read-only column | accept/test_accept_refusals; tests/replica/test_capture (on the device) |
| cursor: garbage, another generation, the future | tests/server/test_cursor; tests/sync/test_clones_and_restores |
| gap or regression in n | accept/test_accept_chain; tests/sync/test_clones_and_restores |
| token expired, forged, of another device | tests/server/test_auth; tests/sync/test_lines_that_break (the device) |
| slow client | test_slow_client (a real socket) |
| 10,000 mutations in one batch | accept/test_accept_crowd; test_edits_that_cannot_be (and 10,001) |
| disk full on the device | test_disk_full (writing, staging, pushing, applying) |
| PostgreSQL gone in the middle | test_database_gone (every route); tests/crash/test_postgres_stopped (`immediate`) |
| decompression bomb | tests/server/test_limits (to the server); test_bombs (to a device) |
| anything that the OpenAPI allows or forbids | tests/server/test_openapi (Schemathesis, signed in) |
"""
