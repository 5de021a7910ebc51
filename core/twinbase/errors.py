"""Every error that Twinbase raises. The docstring of a class is its message; details follow it.

TwinbaseError
├── DeclarationError            a mirror, a plugin or a strategy is declared wrongly (found at start)
│   ├── MirrorError             one mirror: names the class, the column and what to do
│   ├── UnknownPlugin
│   ├── UnknownHook
│   ├── WrongHook
│   └── UnknownStrategy
├── IdentityError               who is asking is not clear
│   ├── ClaimMissing
│   └── NotSignedIn
├── ReplicaError                the file on the device
│   ├── WrongKey
│   ├── NotADatabase
│   ├── DamagedReplica
│   ├── StorageFailed
│   ├── KeystoreFailed
│   ├── NewerReplica
│   ├── UnsentWork              signing out would lose it
│   ├── DestroyedReplica        wiped by the office, or by whoever signed out
│   ├── ForeignReplica          another server, or another account
│   ├── NoEventLoop
│   ├── ReplicaClosed
│   ├── DraftTooLarge           a text that no form has is no draft
│   ├── TransactionTooLarge     more rows in one commit than any server takes at once
│   ├── ReplicaBusy
│   ├── ReplicaLocked           a session keeps the only write lock
│   └── AttachmentError         the bytes that a row names
│       ├── AttachmentMissing   they are not on this device
│       ├── DamagedAttachment   they are not as they were written
│       ├── UnreadablePicture
│       └── PicturesNotInstalled
├── WrongAddress                of the server, as the app gives it
├── WrongCode                   typed or scanned to enrol a device, and none of ours
├── TransportError              the way to the server
│   ├── Offline
│   ├── NotTwinbase             something answered, but not a Twinbase server (a captive portal)
│   ├── HalfAnswer
│   │   └── Garbled             it did not arrive as it was sent
│   └── ServerRefused           the server answered with a problem (RFC 9457)
├── Unforeseen                  what nobody has thought of; its cause says what
└── Refused                     a plugin refuses one mutation, with a reason that a person can read
"""


class TwinbaseError(Exception):
    """Something went wrong in Twinbase."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        first = " ".join((type(self).__doc__ or "").split())
        super().__init__(f"{first} {detail}".strip())


class DeclarationError(TwinbaseError):
    """A declaration is wrong."""


class MirrorError(DeclarationError):
    """A mirror is declared wrongly."""


class UnknownPlugin(DeclarationError):
    """The configuration names a plugin that is not installed."""


class UnknownHook(DeclarationError):
    """A plugin implements a hook that does not exist."""


class WrongHook(DeclarationError):
    """A plugin brings something that cannot be used as it is written."""


class UnknownStrategy(DeclarationError):
    """A mirror names a conflict strategy that no active plugin brings."""


class IdentityError(TwinbaseError):
    """It is not clear who is asking."""


class ClaimMissing(IdentityError):
    """The identity lacks a claim that a scope needs. Nothing is sent, because an empty answer would erase a device."""


class NotSignedIn(IdentityError):
    """Nobody is signed in. Sign in again; the work on this device is kept."""


class ReplicaError(TwinbaseError):
    """The replica on this device cannot be used as asked."""


class WrongKey(ReplicaError):
    """The key does not open this replica: it is another one's, or the head of the file is damaged. Check the key, and
    keep the file while it may hold unsent work; it was not changed."""


class NotADatabase(ReplicaError):
    """This file is not a replica. Choose another path; the file was not changed."""


class DamagedReplica(ReplicaError):
    """The replica is damaged. Copy the file away, then recover its unsent work; the file was not changed."""


class StorageFailed(ReplicaError):
    """The storage of this device is full, or it fails. Free some space and try again; what was saved before is kept."""


class KeystoreFailed(ReplicaError):
    """The keyring of this system does not give or take the device's token. Unlock it, or sign in again."""


class NewerReplica(ReplicaError):
    """The replica was written by a newer version of this app. Update the app; the file was not changed."""


class DestroyedReplica(ReplicaError):
    """This replica was destroyed, as the office or its owner has asked. Nothing can be read of it; open a new one."""


class UnsentWork(ReplicaError):
    """Work on this device is not at the server yet, and would be lost. Sync first, and decide about those that wait,
    or say that they may be lost."""


class ForeignReplica(ReplicaError):
    """The replica belongs to another server or another account. Open one file per server and account."""


class NoEventLoop(ReplicaError):
    """There is no event loop here. Call it in a coroutine of the loop that runs the app: `asyncio.run(main())`."""


class ReplicaClosed(ReplicaError):
    """The replica was closed. Open it again."""


class DraftTooLarge(ReplicaError):
    """A draft is a text in a form, and this one is longer than a form's. Keep what is that large as a row."""


class TransactionTooLarge(ReplicaError):
    """This commit changes more rows than a server takes at once. Commit in smaller parts; nothing of it was saved."""


class ReplicaBusy(ReplicaError):
    """Another process is syncing this replica. Wait for it, or stop it."""


class ReplicaLocked(ReplicaError):
    """Somebody has been writing to this replica for too long. Commit or close the session that does; try again then."""


class AttachmentError(ReplicaError):
    """An attachment cannot be used as asked."""


class AttachmentMissing(AttachmentError):
    """The bytes of this attachment are not on this device. Fetch them while there is a network."""


class DamagedAttachment(AttachmentError):
    """The bytes of this attachment are not as they were written: none of them is shown. Fetch it again; one that was
    not sent yet has to be taken again."""


class UnreadablePicture(AttachmentError):
    """This is no picture that can be read here. Take it again, or choose a JPEG, a PNG or a WebP."""


class PicturesNotInstalled(AttachmentError):
    """Pictures are read by Pillow, which is not installed: pip install 'twinbase[photos]'."""


class WrongAddress(TwinbaseError):
    """The address of the server cannot be used."""


class WrongCode(TwinbaseError):
    """This is no code that a device is enrolled by. Read it again, or ask the office for a new one."""


class TransportError(TwinbaseError):
    """The exchange with the server did not succeed. Nothing is lost; it is tried again."""

    retry_after_seconds: float | None = None


class Offline(TransportError):
    """There is no way to the server at the moment. Work goes on; sync follows when the network is back."""


class NotTwinbase(TransportError):
    """Something answered that is not a Twinbase server, a captive portal perhaps. Open a browser or change network."""


class HalfAnswer(TransportError):
    """The answer stopped in the middle. What arrived whole is kept; the rest is asked for again."""


class Garbled(HalfAnswer):
    """Something on the way changed what was sent. What is not as it was sent is not believed; it is asked for again."""


class ServerRefused(TransportError):
    """The server refused the request."""

    def __init__(self, status: int, kind: str, detail: str = "", **extra: object) -> None:
        self.status = status
        self.kind = kind
        self.extra = extra
        super().__init__(f"({status} {kind}) {detail}".strip())
        self.retry_after_seconds = _seconds(extra.get("retry_after"))


def _seconds(said: object) -> float | None:
    """How long the server asked to wait, when it did, and in seconds."""
    try:
        seconds = float(str(said))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


class Unforeseen(TwinbaseError):
    """Something happened that nobody has foreseen. What was saved is kept; try again, and report it with its log."""


class Refused(TwinbaseError):
    """The change was refused."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """`reason` is a short code for programs; `detail` is the sentence that the technician reads."""
        self.reason = reason
        super().__init__(detail or reason)
