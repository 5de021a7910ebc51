"""The main job, `twinbase demo`: a whole ERP, five technicians, a day without a network, and the proof.

It reads from the top: `command` is the command line, `run` begins and ends it, `story` is what happens, phase by
phase; `erp` makes the company up; `office` and `company` are the PostgreSQL side, `phone` and `technician` a device
(the process, and what runs in it, with a `day` of work and a `camera`), `network` what is between them; `accidents`
tells what goes wrong, `arrival` how pictures come, `news` how soon a phone hears of something; `expected` says in
plain SQL what each device should hold, and `proof` compares; `ending` shows it.
"""
