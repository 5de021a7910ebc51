"""What an operator sets: environment variables that begin with TWINBASE_, or arguments."""

from email.utils import parseaddr
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from twinbase.protocol import BATCH_BYTES_MAX, HISTORY_DAYS, REQUEST_BYTES_MAX
from twinbase_server.mail.address import read_mail_server
from twinbase_server.store.address import read_store_address

DAYS_MAX = 36_500
"""A century. With ages without an end a moment would come out that no date can say, and no turn could be kept."""


def split_names(names: str) -> tuple[str, ...]:
    """The names in a list like `accounts,mobile`; a JSON list is read too."""
    return tuple(name for part in names.split(",") if (name := part.strip(' "[]')))


def _names(given: Any) -> Any:
    return split_names(given) if isinstance(given, str) else given


class Settings(BaseSettings):
    """Everything that grows has a limit here; the defaults suit a hundred devices on a small machine."""

    model_config = SettingsConfigDict(env_prefix="TWINBASE_", extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr
    """postgresql://user:password@host/database."""
    plugins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = ("accounts",)
    """The plugins to load, by name: `accounts,mobile`, or JSON."""
    pool_min: int = Field(1, ge=0)
    pool_max: int = Field(10, ge=1)
    pool_wait_seconds: float = Field(5.0, gt=0)
    """How long a request waits for a connection before it is told to come back."""
    statement_cache: int = Field(256, ge=0)
    """Prepared statements per connection; 0 behind PgBouncer older than 1.21."""
    token_seconds: int = Field(900, ge=30)
    """How long an access token lasts; a device fetches the next one by itself, while its session lasts."""
    session_days: int = Field(90, ge=1, le=DAYS_MAX)
    """How long a session lasts that is not used. A device works on without one; it only cannot sync."""
    session_days_max: int = Field(0, ge=0, le=DAYS_MAX)
    """How long a session lasts at most, however much it is used; 0: without an end."""
    wipe_keeps_unsent: bool = True
    """A device that is to be wiped hands over its unsent edits first; they wait for a person, and change nothing."""
    answer_seconds: float = Field(20.0, ge=0)
    """An answer longer than this is cut after a whole page; the device goes on from there."""
    push_seconds: float = Field(20.0, ge=0)
    """What of a batch has not been settled by then is put off, and sent again with the next one."""
    statement_seconds: float = Field(30.0, gt=0)
    lock_seconds: float = Field(5.0, gt=0)
    """How long a push waits for a row that another program holds, and an answer for a table."""
    send_seconds: float = Field(30.0, gt=0)
    """A device that takes no bytes for so long is left, so that its transaction ends."""
    page_rows_max: int = Field(5_000, ge=1)
    removed_keys_max: int = Field(500, ge=0)
    tombstone_days: int = Field(90, ge=0, le=DAYS_MAX)
    """How long it is remembered that a row was deleted. A device that was away for longer finds out by digest."""
    milestone_days: int = Field(180, ge=HISTORY_DAYS, le=DAYS_MAX)
    """A device that was away for longer takes a first sync, and offers its work again."""
    ledger_days: int = Field(180, ge=2 * HISTORY_DAYS, le=DAYS_MAX)
    """How long it is remembered what became of an edit. Its status is remembered for ever; all of it, until its device
    has confirmed it. Not less than what a device offers again, to a server that is out of as old a backup."""
    journal_days: int = Field(730, ge=HISTORY_DAYS, le=DAYS_MAX)
    """How long what a conflict set aside can be written back."""
    salvaged_days: int = Field(180, ge=1, le=DAYS_MAX)
    """How long an edit that was salvaged is kept after a person has decided about it."""
    history_bytes_max: int = Field(0, ge=0)
    """What is older than these days stays while all of it takes less; 0: it goes at once. What is younger stays."""
    delivery_days: int = Field(90, ge=1, le=DAYS_MAX)
    """How long a delivery is kept after the other system has acknowledged it."""
    body_bytes_max: int = Field(BATCH_BYTES_MAX, ge=1024)
    """Of a push, before and after it is decompressed; no request may be larger."""
    request_bytes_max: int = Field(REQUEST_BYTES_MAX, ge=REQUEST_BYTES_MAX)
    """Of any other request that a signed-in device makes."""
    open_bytes_max: int = Field(64 * 1024, ge=1024)
    """Of a request without a token to a route that a plugin brings. Signing in takes 8 kB."""
    body_bytes_total_max: int = Field(4 * BATCH_BYTES_MAX, ge=BATCH_BYTES_MAX)
    """Of all requests at one time; what is more is told to come back."""
    connections_max: int = Field(512, ge=16)
    """Connections at one time; of more, those go first that have waited longest without asking for anything."""
    streams_max: int = Field(64, ge=1)
    """Answers that are being read by devices at one time, however slowly; each holds a few megabytes."""
    account_streams_max: int = Field(8, ge=1)
    """Of those, the answers that devices of one account read."""
    listeners_max: int = Field(1_000, ge=0)
    """Devices that listen for news at one time, beside the connections above; 0: none may, and all pull regularly."""
    account_listeners_max: int = Field(20, ge=1)
    """Of those, the devices of one account."""
    news_look_seconds: float = Field(0.025, ge=0.005, le=60)
    """How often it is looked for news, while a device listens."""
    news_heartbeat_seconds: float = Field(15.0, ge=1, le=30)
    """How often a device that listens is shown that its line is whole, and it is looked whether it may listen still."""
    news_rows_max: int = Field(500, ge=1)
    """Of more rows of a table that change at once nobody asks whom they concern: all who have the table are told."""
    news_per_second: int = Field(50, ge=1)
    """How many devices are told of one change at once; of more, so many each second, for each of them then pulls."""
    sign_ins_max: int = Field(2, ge=1)
    """Sign-ins that are checked at one time: each takes a processor for as long as guessing a password should."""
    public_url: str = ""
    """Where people reach this server, https://sync.example.com: the links that are sent to them begin so."""
    mail_from: str = ""
    """Whom mail comes from: `Twinbase <twinbase@example.com>`."""
    smtp_url: SecretStr = SecretStr("")
    """The mail server that links are sent by: smtp://user:password@host. Without it a link is shown, to be handed over.
    """
    link_minutes: int = Field(24 * 60, ge=15, le=7 * 24 * 60)
    """How long a link is good, where nothing else is said with it."""
    wrapping_key_file: str = ""
    """Its 32 bytes (base64) wrap the keys that sign tokens and cursors, so that no dump of the database holds them."""
    files: str = ""
    """Where the content of attachments is kept: a directory, or s3://bucket/prefix?endpoint=https://…&region=…"""
    files_key_id: str = ""
    files_secret: SecretStr = SecretStr("")
    """The key of a store that speaks S3; without it, what AWS's own variables or the machine's role say."""
    files_piece_bytes_max: int = Field(8 * 2**20, ge=2**18)
    """Of one piece of an upload."""
    files_upload_days: int = Field(7, ge=1, le=DAYS_MAX)
    """How long an upload waits for its next piece."""
    files_account_uploads_max: int = Field(64, ge=1)
    """Uploads of one account that are not finished."""
    files_account_bytes_max: int = Field(0, ge=0)
    """All content that one account has brought, and what is on its way; 0: as much as the store holds."""
    files_account_count_max: int = Field(0, ge=0)
    """How many attachments one account may bring; 0: any number."""
    files_orphan_days: int = Field(30, ge=1, le=DAYS_MAX)
    """How long content is kept that no row names any more: at least as long as a backup of the database may be old."""
    files_overdue_hours: int = Field(24, ge=1, le=24 * DAYS_MAX)
    """A row whose content has not come by then is overdue."""
    minimum_client: str = ""
    """The oldest app version that may sync (header Twinbase-Client); empty: any."""
    sync_enabled: bool = True
    """False stops all syncing with a polite 503; devices work on and try again."""
    metrics_token: SecretStr = SecretStr("")
    """What whoever reads the metrics shows; without it they are shown to this machine alone."""
    compression_level: int = Field(3, ge=1, le=19)

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        """A password is typed on the page that it leads to."""
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in url
        if url and not (plain and not parts.query and not parts.fragment):
            raise ValueError("write https://host, and the path that the server has there, if any")
        if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
            raise ValueError("over http:// everybody on the way reads the passwords: write https://")
        return url

    @field_validator("mail_from")
    @classmethod
    def _check_mail_from(cls, sender: str) -> str:
        if sender and ("@" not in parseaddr(sender)[1] or not sender.isprintable()):
            raise ValueError("write Name <name@host>")
        return sender

    @field_validator("files")
    @classmethod
    def _check_files(cls, address: str) -> str:
        if address:
            read_store_address(address)
        return address

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        if url.get_secret_value():
            read_mail_server(url.get_secret_value())
            for name in ("public_url", "mail_from"):
                if not info.data.get(name, True):
                    raise ValueError(f"it is of use with TWINBASE_{name.upper()} only")
        return url


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
