"""The accounts of one device: a folder for each, with its encrypted file and what the app keeps beside it.

    DEVICE/policy.json                  what whoever manages the device has set
    DEVICE/accounts/3f9c…/account.json  whose it is, where its server is, how its key is kept
                         /replica.twin  the file, with what the engine keeps beside it
                         /settings.json, state.json, tries.json

Nothing of a customer's stands in the small files, and no key does.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal, get_args

from platformdirs import user_data_path

from twinbase.errors import StorageFailed
from twinbase.replica.file.destroy import destroy_file
from twinbase_presentation.device.small_file import FOLDER_FOR_ITS_OWNER, read_small, write_small

KeyKind = Literal["keyring", "pin", "passphrase"]
"""Where the key of a file comes from: the system keeps it, or a person types it."""


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """One account of this device. `certificate`: the server's own (PEM), where no authority has signed it.

    `name`: what its person is called, once a first sync has said it; `email`: what was typed to sign in, if that was.
    `directory`: what people call the company's, where they signed in there.
    `becomes`: where the key is about to come from; as long as that is said, the file opens by the one or by the other.
    """

    folder: Path
    server: str
    key: KeyKind
    certificate: str = ""
    email: str = ""
    name: str = ""
    becomes: KeyKind | None = None
    directory: str = ""

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def file(self) -> Path:
        """The encrypted file."""
        return self.folder / "replica.twin"

    @property
    def asks_code(self) -> bool:
        """Whether somebody has to type a code before it opens."""
        return self.key != "keyring"

    @property
    def asks_code_alone(self) -> bool:
        """Whether no key of the keyring opens it, whichever of two does."""
        return "keyring" not in (self.key, self.becomes)

    @property
    def is_pin(self) -> bool:
        """Whether digits are asked for, and nothing else."""
        return self.key == "pin" and self.becomes in (None, "pin")

    @property
    def caption(self) -> str:
        """What people call it."""
        return self.name or self.email or self.server


@dataclass(frozen=True, slots=True)
class DevicePolicy:
    """What whoever manages the device has set. `wipe_after`: so many wrong codes destroy a file; None: never."""

    wipe_after: int | None = None


class DeviceFolder:
    """Where an app keeps the accounts of a device. Nothing is made before an account is added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def list_accounts(self) -> Sequence[DeviceAccount]:
        """In the order of their names."""
        found = (_read_account(path.parent) for path in self.path.glob("accounts/*/account.json"))
        return sorted((one for one in found if one), key=lambda one: (one.caption.casefold(), one.id))

    def add_account(self, server: str, key: KeyKind, *, certificate: str = "", email: str = "") -> DeviceAccount:
        """A new one, without a file yet. It counts once it is saved: when somebody has signed in."""
        account = DeviceAccount(self.path / "accounts" / token_hex(8), server, key, certificate, email)
        account.folder.mkdir(parents=True, mode=FOLDER_FOR_ITS_OWNER)
        return account

    def save_account(self, account: DeviceAccount) -> None:
        """Keep what is known of it now."""
        said = asdict(account)
        del said["folder"]
        write_small(account.folder / "account.json", said)

    def remove_account(self, account: DeviceAccount) -> None:
        """Destroy its file, whatever is unsent in it, and all that is beside it. Forget its key before."""
        destroy_file(account.file)
        shutil.rmtree(account.folder, ignore_errors=True)

    def tidy(self, before: datetime) -> None:
        """Remove what was begun before that moment and belongs to nobody: the app was killed in a sign-in."""
        for folder in self.path.glob("accounts/*"):
            begun = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            if begun < before and not (folder / "account.json").exists():
                shutil.rmtree(folder, ignore_errors=True)

    def find_last(self) -> DeviceAccount | None:
        """The one that was open last; else the only one there is."""
        accounts = self.list_accounts()
        last = str(read_small(self.path / "last.json").get("account", ""))
        alone = accounts[0] if len(accounts) == 1 else None
        return next((one for one in accounts if one.id == last), alone)

    def note_last(self, account: DeviceAccount | None) -> None:
        """Begin with it next time; with None, ask."""
        with suppress(StorageFailed):
            write_small(self.path / "last.json", {"account": account.id if account else ""})

    def read_policy(self) -> DevicePolicy:
        """What is set; what cannot be meant is not."""
        said = read_small(self.path / "policy.json").get("wipe_after")
        is_number = isinstance(said, int) and not isinstance(said, bool) and said > 0
        return DevicePolicy(said if is_number else None)


def find_device_folder() -> Path:
    """Where this system keeps the data of apps."""
    return user_data_path("twinbase", appauthor=False)


def _read_account(folder: Path) -> DeviceAccount | None:
    """None for what is half written or of another version."""
    said = read_small(folder / "account.json")
    if said.get("key") not in get_args(KeyKind) or not isinstance(said.get("server"), str):
        return None
    texts = {name: str(said.get(name, "")) for name in ("certificate", "email", "name", "directory")}
    becomes = said.get("becomes") if said.get("becomes") in get_args(KeyKind) else None
    return DeviceAccount(folder, said["server"], said["key"], **texts, becomes=becomes)
