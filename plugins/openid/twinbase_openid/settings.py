"""Which provider it is, who we are there, and who may come in by it."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
DirectoryName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class OpenIdSettings(BaseSettings):
    """Read from `TWINBASE_OPENID_…`. Without an issuer and a client id nobody signs in this way."""

    model_config = SettingsConfigDict(env_prefix="TWINBASE_OPENID_", frozen=True)

    # Which provider, and who we are there.
    issuer: str = ""
    name: DirectoryName = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scope: str = "openid email"
    redirects: tuple[str, ...] = ()

    # Who comes in.
    trust_emails: bool = False
    create_accounts: bool = False
    claims_of_new: dict[str, Any] = {}
    groups_claim: str = "groups"
    roles: dict[str, str] = {}

    # How long we wait for it.
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    calls_at_once: int = Field(default=8, ge=1, le=64)

    @property
    def is_set(self) -> bool:
        return bool(self.issuer and self.client_id)

    @property
    def shown_name(self) -> str:
        """What people read on the button: the name that was given, else the host of the directory."""
        return self.name or urlsplit(self.issuer).hostname or ""

    @field_validator("issuer")
    @classmethod
    def _what_it_says_is_believed(cls, issuer: str) -> str:
        """So nobody on the way may say something else."""
        parts = urlsplit(issuer)
        if issuer and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https://")
        return issuer

    @field_validator("scope")
    @classmethod
    def _it_is_openid(cls, scope: str) -> str:
        if "openid" not in scope.split():
            raise ValueError("must hold openid")
        return scope
