"""Where NinjaOne is, who we are there, and how hard we may knock. What the vendor does not document is a setting."""

from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from twinbase_mobile.tables.kinds import Priority, Severity

Region = Literal["app", "us2", "eu", "ca", "oc", "fed"]
HOOK_SECRET_CHARACTERS_MIN = 24
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class NinjaOneSettings(BaseSettings):
    """Read from `TWINBASE_NINJAONE_…`. Without a client id and its secret the plugin fetches nothing."""

    model_config = SettingsConfigDict(env_prefix="TWINBASE_NINJAONE_", frozen=True)

    # Who we are there.
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    region: Region = "eu"
    url: str = ""
    scope: str = "monitoring management"

    # When what is fetched.
    every_seconds: float = Field(default=300, gt=0)
    lists_seconds: float = Field(default=3600, ge=0)
    tickets_full_seconds: float = Field(default=86400, ge=0)
    overlap_seconds: float = Field(default=600, ge=0)
    board_id: int | None = None
    activity_type: str = "NINJA_TICKETING"
    activity_days: int = Field(default=90, ge=1)
    missing_share_max: float = Field(default=0.2, ge=0, le=1)

    # Who is whom.
    link_score_min: float = Field(default=85.0, ge=50, le=100)

    # What its words and numbers mean.
    closed_statuses: tuple[int, ...] = (6000,)
    finished_statuses: tuple[int, ...] = (5000, 6000)
    time_unit_seconds: float = Field(default=1.0, gt=0)

    priorities: dict[str, Priority] = {
        "NONE": Priority.NORMAL, "LOW": Priority.LOW, "MEDIUM": Priority.NORMAL, "HIGH": Priority.HIGH,
    }  # fmt: skip
    severities: dict[str, Severity] = {
        "NONE": Severity.NORMAL, "MINOR": Severity.LOW, "MODERATE": Severity.NORMAL, "MAJOR": Severity.HIGH,
        "CRITICAL": Severity.DANGER,
    }  # fmt: skip

    # Which tickets are proposed as visits.
    propose: Literal["off", "assigned", "linked"] = "linked"

    # Being told that something has happened.
    hook_secret: SecretStr = SecretStr("")
    hook_gap_seconds: float = Field(default=15.0, ge=0)

    # What goes back.
    write: bool = True
    status_of_visit: dict[str, str] = {"done": "RESOLVED"}

    # How hard we knock.
    calls_per_second: float = Field(default=5.0, gt=0)
    calls_at_once: int = Field(default=4, ge=1, le=32)
    page_rows: int = Field(default=500, ge=2, le=1000)
    attempts: int = Field(default=4, ge=1, le=20)
    first_pause_seconds: float = Field(default=1.0, ge=0)
    longest_pause_seconds: float = Field(default=60.0, ge=0)
    timeout_seconds: float = Field(default=30.0, gt=0)
    answer_bytes_max: int = Field(default=32 * 1024 * 1024, gt=0)

    @field_validator("hook_secret")
    @classmethod
    def _secrets_cannot_be_guessed(cls, secret: SecretStr) -> SecretStr:
        """And they arrive as they were sent: in a header, whatever else there is changes on the way."""
        text = secret.get_secret_value()
        if not all("!" <= character <= "~" for character in text):
            raise ValueError("must be letters, digits and signs of ASCII, without spaces")
        if 0 < len(text) < HOOK_SECRET_CHARACTERS_MIN:
            raise ValueError(f"must have {HOOK_SECRET_CHARACTERS_MIN} characters or more")
        return secret

    @field_validator("url")
    @classmethod
    def _secrets_need_a_closed_envelope(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https:// (http:// is for this machine alone)")
        return url.rstrip("/")

    @property
    def address(self) -> str:
        """Where calls go: the host of the region, unless `url` names another."""
        return self.url or f"https://{self.region}.ninjarmm.com"

    @property
    def configured(self) -> bool:
        """Whether a client id and its secret are given."""
        return bool(self.client_id and self.client_secret.get_secret_value())

    @property
    def half_configured(self) -> bool:
        """Whether one of the two is given, and the other was forgotten."""
        return bool(self.client_id) != bool(self.client_secret.get_secret_value())

    @property
    def every(self) -> timedelta:
        return timedelta(seconds=self.every_seconds)

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.overlap_seconds)
