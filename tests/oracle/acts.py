"""Everything that can happen, as often as it is chosen."""

from tests.oracle import (
    accidents,
    answers,
    changed_values,
    decisions,
    histories,
    locks,
    news,
    ordinary,
    reloads,
    updates,
    uploads,
)
from tests.oracle.simulation import Act
from tests.oracle.strange.acts import capture_is_taken_off, office_writes_strangely
from tests.oracle.strange.parts import part_comes_and_goes

ACTS: tuple[Act, ...] = (
    *[ordinary.office_writes] * 4, *[ordinary.office_opens] * 2, *[ordinary.office_ends] * 2,
    ordinary.oldest_writes_last,
    *[ordinary.device_works] * 4, *[ordinary.device_syncs] * 3, *[ordinary.device_works_while_it_syncs] * 2,
    ordinary.network_goes, ordinary.time_passes, ordinary.clock_jumps, ordinary.device_enrols,
    ordinary.device_clock_goes_wild, ordinary.server_clock_is_wrong, ordinary.device_renames_a_key,
    ordinary.salt_is_noted, ordinary.tombstones_are_collected, ordinary.claims_go_missing,
    *[accidents.device_syncs_badly] * 2, *[accidents.line_flips_a_bit] * 2, *[accidents.device_dies_in_sync] * 2,
    *[accidents.device_dies_between_two_commits] * 2, accidents.server_dies_in_sync, accidents.server_restarts,
    accidents.device_loses_its_wal, changed_values.line_changes_values,
    histories.device_is_cloned, histories.device_is_saved, histories.device_is_restored,
    histories.server_is_saved, histories.server_is_restored,
    updates.columns_are_added, updates.server_is_updated, updates.app_is_updated,
    *[decisions.office_makes_a_rule] * 3, decisions.office_ends_its_rules, *[decisions.person_decides] * 2,
    *[answers.person_takes_back] * 2, *[answers.office_answers] * 2,
    *[reloads.table_is_loaded_in_a_first_sync] * 2, reloads.table_is_loaded_in_a_repair,
    *[locks.erp_keeps_rows] * 2, locks.erp_keeps_a_table, updates.server_is_rolled,
    *[uploads.picture_is_torn] * 2, uploads.store_is_away, uploads.house_is_kept,
    *[uploads.visits_are_given_away] * 2, *[news.devices_hear_of_news] * 2,
    *[office_writes_strangely] * 4, capture_is_taken_off, *[part_comes_and_goes] * 2,
)  # fmt: skip
