"""What the provider says of a person, once it was seen that the provider said it, to us, and now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from twinbase.errors import TwinbaseError
from twinbase_openid.settings import OpenIdSettings

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")
LEEWAY_SECONDS = 120
"""Clocks differ; a minute or two of it tells nobody anything."""
SUBJECT_LETTERS_MAX = 255


class UntrueToken(TwinbaseError):
    """An id token that is not the provider's, not for us, or not of now."""


@dataclass(frozen=True, slots=True)
class VouchedPerson:
    """Whom the provider knows. `email` is empty where it does not vouch for one."""

    issuer: str
    subject: str
    email: str
    groups: frozenset[str]


def read_key_id(token: str) -> str | None:
    """Which key signed it, as it says itself; raises UntrueToken for what is no token."""
    try:
        return extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, UnicodeEncodeError) as error:
        raise UntrueToken("It cannot be read.") from error


def read_id_token(
    token: str, keys: KeySet, settings: OpenIdSettings, nonce: str | None, now: datetime
) -> Mapping[str, Any]:
    """What it says of a person; raises UntrueToken. `nonce`: what the device asked with; None where there was no place
    for one."""
    try:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        _make_rules(settings, nonce, now).validate(claims)
    except (JoseError, ValueError) as error:
        raise UntrueToken(f"It is not to be believed ({type(error).__name__}).") from error
    if claims.get("azp", settings.client_id) != settings.client_id:
        raise UntrueToken("It was given to another client.")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LETTERS_MAX or "\x00" in subject:
        raise UntrueToken("It names nobody.")
    return claims


def describe_person(claims: Mapping[str, Any], more: Mapping[str, Any], settings: OpenIdSettings) -> VouchedPerson:
    """Whom an id token's claims name. `more`: what the provider has said without signing it, to us alone.

    Raises UntrueToken where that is of somebody else (OpenID Connect Core §5.3.2).
    """
    if more.get("sub", claims["sub"]) != claims["sub"]:
        raise UntrueToken("What it says of the person is of somebody else.")
    said = {**more, **claims}
    return VouchedPerson(settings.issuer, claims["sub"], _read_email(said, settings), _read_groups(said, settings))


def says_enough(claims: Mapping[str, Any], settings: OpenIdSettings) -> bool:
    """Whether an id token holds all that is wanted; many providers keep e-mail and groups for those who ask."""
    return "email" in claims and (not settings.roles or settings.groups_claim in claims)


def _make_rules(settings: OpenIdSettings, nonce: str | None, now: datetime) -> jwt.JWTClaimsRegistry:
    rules: dict[str, Any] = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    if nonce is not None:
        rules["nonce"] = {"essential": True, "value": nonce}
    return jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=LEEWAY_SECONDS, **rules)


def _read_email(claims: Mapping[str, Any], settings: OpenIdSettings) -> str:
    """Some providers write `true` as a text; an e-mail that nobody has verified may be anybody's."""
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or "\x00" in email or "@" not in email:
        return ""
    return email if settings.trust_emails or verified is True or verified == "true" else ""


def _read_groups(claims: Mapping[str, Any], settings: OpenIdSettings) -> frozenset[str]:
    found = claims.get(settings.groups_claim, [])
    return frozenset(group for group in found if isinstance(group, str)) if isinstance(found, list) else frozenset()
