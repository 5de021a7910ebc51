"""What is written on a visit in words: a note, that the customer has signed, and why not."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from twinbase.replica import ReplicaSession
from twinbase_mobile.reasons import Reason
from twinbase_mobile.rules import signature_fault
from twinbase_mobile.tables import InterventionNote, InterventionSignature
from twinbase_mobile.tables.kinds import Signer
from twinbase_presentation.acts.stamp import Stamp


@dataclass(frozen=True, slots=True)
class GivenSignature:
    """Who has signed, the picture of it, and the document as it was then; both are kept already."""

    name: str
    quality: str
    image_sha256: str
    image_bytes: int
    report_sha256: str


async def add_note(session: ReplicaSession, visit: UUID, body: str, stamp: Stamp) -> None:
    """Add a note to the timeline of a visit, which takes one when it is done, too."""
    session.add(InterventionNote(intervention_id=visit, author_id=stamp.me, body=body, occurred_at=stamp.now))


async def sign_visit(session: ReplicaSession, visit: UUID, given: GivenSignature, stamp: Stamp) -> Reason | None:
    """The customer has signed. Answers why it cannot be, and then writes nothing: nobody signs twice."""
    signature = InterventionSignature(
        intervention_id=visit,
        role=Signer.CUSTOMER,
        signer_name=given.name,
        signer_quality=given.quality or None,
        signed_at=stamp.now,
        image_sha256=given.image_sha256,
        mime="image/png",
        size_bytes=given.image_bytes,
        report_sha256=given.report_sha256,
        client_created_at=stamp.now,
    )
    return await _add_signature(session, signature)


async def refuse_signature(session: ReplicaSession, visit: UUID, name: str, why: str, stamp: Stamp) -> Reason | None:
    """Note that the customer does not sign, and why. Answers why it cannot be, and then writes nothing."""
    signature = InterventionSignature(
        intervention_id=visit,
        role=Signer.CUSTOMER,
        signer_name=name or None,
        signed_at=stamp.now,
        refused=True,
        refusal_reason=why,
        client_created_at=stamp.now,
    )
    return await _add_signature(session, signature)


async def _add_signature(session: ReplicaSession, signature: InterventionSignature) -> Reason | None:
    visit = signature.intervention_id
    given = await session.exec(select(InterventionSignature).where(InterventionSignature.intervention_id == visit))
    fault = signature_fault(signature, given.all())
    if fault is None:
        session.add(signature)
    return fault
