"""Errors and refusals as sentences for people, in their language, that say what to do."""

from collections.abc import Mapping

from twinbase.errors import (
    AttachmentMissing,
    ClaimMissing,
    DamagedAttachment,
    DamagedReplica,
    DestroyedReplica,
    DraftTooLarge,
    ForeignReplica,
    HalfAnswer,
    KeystoreFailed,
    NewerReplica,
    NotSignedIn,
    NotTwinbase,
    Offline,
    ReplicaBusy,
    ReplicaLocked,
    ServerRefused,
    StorageFailed,
    TransactionTooLarge,
    TwinbaseError,
    UnreadablePicture,
    WrongAddress,
    WrongCode,
    WrongKey,
)
from twinbase_mobile.reasons import Reason, translate_reason
from twinbase_presentation.languages import Language, later, show

SENTENCES: Mapping[type[TwinbaseError], str] = {
    Offline: later("No network just now. It is sent by itself."),
    HalfAnswer: later("The network broke off. It goes on by itself."),
    NotTwinbase: later("This network asks you to sign in (a portal). Open a browser or change network."),
    NotSignedIn: later("Sign in again to send. Your work on this device is kept."),
    ClaimMissing: later("Your account lacks something that the office has to fill in. Call the office."),
    ForeignReplica: later("This device holds the work of another account."),
    NewerReplica: later("Update the app. Nothing was changed."),
    DamagedReplica: later("The file is damaged. Your unsent work can be recovered: call the office."),
    DestroyedReplica: later("The office has wiped this device. Nothing is left on it."),
    WrongKey: later("This is not the key of this file. Nothing was changed."),
    KeystoreFailed: later("The keyring of this system does not give a key. Unlock it, and try again."),
    StorageFailed: later("The storage of this device is full. Free some space and try again; what you saved is kept."),
    ReplicaBusy: later("Another window is syncing already."),
    ReplicaLocked: later("The file is in use at this moment. Try again."),
    TransactionTooLarge: later("That is too much at once. Do it in smaller parts; nothing of it was saved."),
    UnreadablePicture: later("This file is no readable picture (HEIC?). Choose a JPEG, a PNG or a WebP."),
    AttachmentMissing: later("This picture is not on this device. It comes as soon as there is a network."),
    DamagedAttachment: later("This picture is damaged on this device. It is fetched again, or has to be taken again."),
    DraftTooLarge: later("This text is too long to be kept as a draft. Save it now."),
    WrongAddress: later("This is no address of a server. Ask the office for it."),
    WrongCode: later("This code is no longer valid. Ask the office for another."),
}
"""By the class of the error, or one that it is made from."""


def say_error(language: Language, error: TwinbaseError) -> str:
    """What happened and what to do. Of what this app does not know, the server's or the engine's own sentence."""
    if isinstance(error, ServerRefused):
        return show(error.detail or str(error))
    known = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    return show(str(error)) if known is None else language.say(known)


def say_reason(language: Language, reason: Reason) -> str:
    """A rule that does not let something be written, or what lacks before it may be."""
    return say_refusal(language, reason.code, str(reason))


def say_refusal(language: Language, code: str, detail: str) -> str:
    """The sentence of a refusal of the server; as it came where the code is not one of ours."""
    return show(translate_reason(code, detail, language.translate))
