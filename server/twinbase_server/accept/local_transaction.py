"""Local transactions: what a device wrote together has effect together, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinbase.errors import Refused
from twinbase.mutation import IncomingMutation, Operation
from twinbase_server.accept.batch import Change
from twinbase_server.accept.context import AcceptContext, BatchProgress
from twinbase_server.accept.decide import (
    DEFERRED,
    Verdict,
    decide,
    deferred_verdict,
    is_same,
    parked_verdict,
    refused_verdict,
)
from twinbase_server.accept.plugins import translate_plugin_errors
from twinbase_server.accept.read import Held
from twinbase_server.accept.reasons import COMES_LATE, ROW_LOCKED, Refusal, permission_refusal, target_refusal
from twinbase_server.accept.rows import BatchRow
from twinbase_server.accept.targets import find_targets

Verdicts = dict[str, Verdict]


@dataclass(frozen=True, slots=True)
class LocalTransaction:
    """`members`: its mutations by their ids, in order; of those that were refused on sight, why. `position`: in its
    batch."""

    members: Mapping[str, Change | Refusal]
    position: int

    @property
    def changes(self) -> list[Change]:
        return [member for member in self.members.values() if isinstance(member, Change)]

    def split_steps(self) -> "list[tuple[str, LocalTransaction]]":
        """Each mutation for itself, with its id; but where a row is deleted and made again, that is one step."""
        steps: list[tuple[str, LocalTransaction]] = []
        for id, member in self.members.items():
            if steps and _may_replace(steps[-1][1].changes, member):
                steps[-1] = (id, LocalTransaction({**steps[-1][1].members, id: member}, self.position))
            else:
                steps.append((id, LocalTransaction({id: member}, self.position)))
        return steps


def _may_replace(before: Sequence[Change], member: Change | Refusal) -> bool:
    """Whether the one deletion before is of the row that is made now: PostgreSQL may call two spellings one key."""
    if not isinstance(member, Change) or member.op != "insert" or len(before) != 1 or before[0].op != "delete":
        return False
    twin, pairs = member.twin, zip(member.twin.key, before[0].key, member.key, strict=True)
    return before[0].twin is twin and all(
        is_same(twin, name, one, other) or str(one).casefold() == str(other).casefold() for name, one, other in pairs
    )


def split_held(
    progress: BatchProgress, transactions: Sequence[LocalTransaction]
) -> tuple[list[LocalTransaction], list[LocalTransaction]]:
    """Those that can be tried, and those that are about rows on which earlier work was put off."""
    if not progress.held:
        return list(transactions), []
    free: list[LocalTransaction] = []
    waiting: list[LocalTransaction] = []
    for one in transactions:
        row_ids = [change.row_id for change in one.changes]
        if any(progress.holds(row_id, one.position) for row_id in row_ids):
            progress.hold_rows(row_ids, since=one.position)
            waiting.append(one)
        else:
            free.append(one)
    return free, waiting


async def decide_transaction(
    accepting: AcceptContext, progress: BatchProgress, transaction: LocalTransaction, held: Held
) -> Verdicts:
    """The verdicts on its mutations; the rows that are held are changed as they say, or left as they were."""
    before = {change.row_id: held.rows[change.row_id].save() for change in transaction.changes}
    verdicts: Verdicts = {}
    for id, member in transaction.members.items():
        verdicts[id] = verdict = await _decide_member(accepting, progress, transaction, member, held)
        if not verdict.stands:
            for row_id, kept in before.items():
                held.rows[row_id].restore(kept)
            return stop_transaction(progress, transaction, id, verdict)
    return verdicts


def stop_transaction(
    progress: BatchProgress, transaction: LocalTransaction, culprit: str, verdict: Verdict
) -> Verdicts:
    """The verdicts when one of its mutations stopped it: the others wait, and so does later work on its new rows."""
    waits_for = verdict.behind or culprit
    for change in transaction.changes:
        if change.op == "insert":
            progress.block(change.row_id, waits_for)
    if verdict.status == DEFERRED:
        progress.deferred.update(transaction.members)
        progress.hold_rows([change.row_id for change in transaction.changes], since=transaction.position)
        return dict.fromkeys(transaction.members, verdict)
    return {id: verdict if id == culprit else parked_verdict(waits_for) for id in transaction.members}


async def _decide_member(
    accepting: AcceptContext,
    progress: BatchProgress,
    transaction: LocalTransaction,
    member: Change | Refusal,
    held: Held,
) -> Verdict:
    """The verdict on one mutation: on sight, by what is known of the batch, or by the rules."""
    if isinstance(member, Refusal):
        return refused_verdict(member)
    if why := _find_unpermitted(accepting, member) or progress.doomed.get(member.id):
        return refused_verdict(why)
    if progress.holds(member.row_id, transaction.position):
        return deferred_verdict(ROW_LOCKED)
    if behind := _waits_for(accepting, progress, member, held):
        return deferred_verdict(ROW_LOCKED) if behind in progress.deferred else parked_verdict(behind)
    return await _decide_change(accepting, member, held)


def _find_unpermitted(accepting: AcceptContext, change: Change) -> Refusal | None:
    """What a role says of a change, before any row is looked at; raises ClaimMissing where nobody can tell."""
    needed = change.twin.mirror.write
    if not needed or accepting.caller.identity.may(needed):
        return None
    return permission_refusal(change.twin.name, needed)


async def _decide_change(accepting: AcceptContext, change: Change, held: Held) -> Verdict:
    """The verdict of the rules, and of all who may object to what they let pass; the row is changed as it says."""
    row = held.rows[change.row_id]
    with translate_plugin_errors("conflict strategy"):
        verdict = decide(change, row, accepting.now)
    if not verdict.write and not verdict.delete:
        return verdict
    if why := await _find_objection(accepting, change, verdict, held):
        return refused_verdict(why)
    if _find_late(accepting, change, held):
        verdict.flags = (COMES_LATE, *verdict.flags)
    if verdict.flags or change.restores:
        verdict.met = None if row.values is None else {name: row.values.get(name) for name in change.new or row.values}
    row.remove() if verdict.delete else row.write(verdict.write)
    return verdict


def _waits_for(accepting: AcceptContext, progress: BatchProgress, change: Change, held: Held) -> str | None:
    """The insert that was not accepted and that this change builds upon."""
    if not progress.blocked:
        return None
    if change.op != "insert" and held.rows[change.row_id].values is None and change.row_id in progress.blocked:
        return progress.blocked[change.row_id]
    for key, values in find_targets(accepting.registry, change, held.rows):
        if key.target is None or key.target_columns != key.target.key:
            continue
        row_id = (key.target.name, values)
        if row_id in progress.blocked and not _is_there(held.rows.get(row_id), held.targets.holds(key, values)):
            return progress.blocked[row_id]
    return None


def _is_there(row: BatchRow | None, found: bool) -> bool:
    return found if row is None else row.values is not None


async def _find_objection(accepting: AcceptContext, change: Change, verdict: Verdict, held: Held) -> Refusal | None:
    """Foreign keys, guards and plugins have a say in what is about to be written."""
    why = _find_broken_key(accepting, change, verdict, held) or _ask_guards(change, verdict, held)
    if why is None and accepting.plugins.has_mutation_checks:
        why = await _ask_plugins(accepting, change, verdict, held)
    return why


def _find_broken_key(accepting: AcceptContext, change: Change, verdict: Verdict, held: Held) -> Refusal | None:
    """A foreign key that would lead nowhere, or to a row that is not the writer's (H34)."""
    row = held.rows[change.row_id]
    # Of the columns of a key a strategy may write some, and leave the server's in the others.
    written = {column: value for column, value in change.new.items() if row.values is None or column in verdict.write}
    for key, _ in find_targets(accepting.registry, change, held.rows):
        values = key.values_of({**(row.values or {}), **written})
        if values is None or verdict.write.keys().isdisjoint(key.columns):
            continue
        unchanged = row.values is not None and key.values_of(row.values) == values
        late = row.values is None and change.twin.mirror.late and held.targets.admits_late(key, values)
        if not unchanged and not late and not held.targets.admits(key, values):
            return target_refusal(key.columns)
    return None


def _find_late(accepting: AcceptContext, change: Change, held: Held) -> bool:
    """Whether a new row points at what its writer has had, and has no more."""
    if held.rows[change.row_id].values is not None or not change.twin.mirror.late:
        return False
    found = find_targets(accepting.registry, change, held.rows)
    return any(not held.targets.admits(*one) and held.targets.admits_late(*one) for one in found)


def _ask_guards(change: Change, verdict: Verdict, held: Held) -> Refusal | None:
    for guard in change.twin.guards if not verdict.delete else ():
        with translate_plugin_errors("guard"):
            why = guard(held.rows[change.row_id].values, verdict.write)
        if why:
            return Refusal("guard", why)
    return None


async def _ask_plugins(accepting: AcceptContext, change: Change, verdict: Verdict, held: Held) -> Refusal | None:
    row = held.rows[change.row_id].values
    operation: Operation = "delete" if verdict.delete else "insert" if row is None else "update"
    written = IncomingMutation(change.twin.name, operation, change.key, row, verdict.write)
    try:
        with translate_plugin_errors("twinbase_before_mutation"):
            identity = accepting.caller.identity
            found = await accepting.plugins.check_mutation(written, identity, accepting.now, held.neighbours)
    except Refused as why:
        return Refusal(why.reason, why.detail)
    verdict.flags = tuple(found)
    return None
