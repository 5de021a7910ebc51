"""What an answer of NinjaOne means: its data, or one of our errors. Pure; nothing of a body enters a message."""

import re
from typing import Any

import msgspec

from twinbase_ninjaone import errors
from twinbase_ninjaone.client.http_client import Answer, Request

SAID_CHARACTERS_MAX = 500
USER_CONTEXT_REQUIRED = b"user_context_required"
CODE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


def read_data(request: Request, answer: Answer) -> Any:
    """The JSON of a good answer (None for an empty one); raises what any other answer means."""
    if not 200 <= answer.status < 300:
        raise refusal_of(request, answer)
    if not answer.body:
        return None
    if not answer.content_type.endswith("json"):
        raise errors.UnexpectedAnswer(f"{request}: {answer.status} with {answer.content_type or 'no type'}.")
    try:
        decoded = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.UnexpectedAnswer(f"{request}: its JSON cannot be read.") from error
    return _storable(decoded) if b"\\u0000" in answer.body else decoded


def refusal_of(request: Request, answer: Answer) -> errors.NinjaOneError:
    """The error that an answer without data is."""
    where = f"{request}: {answer.status}{_code(answer)}."
    if answer.status == 429:
        return errors.TooManyCalls(where, retry_after_seconds=answer.retry_after_seconds)
    if answer.status in (408, 425) or answer.status >= 500:
        kind = errors.Uncertain if request.writes else errors.Unreachable
        return kind(where, retry_after_seconds=answer.retry_after_seconds)
    if answer.status < 400:
        return errors.UnexpectedAnswer(where)
    return _refused(answer)(where, status=answer.status, said=_said(answer))


def token_refusal(request: Request, answer: Answer, region: str) -> errors.NinjaOneError:
    """The error that an answer without a token is: the region, or who we say we are."""
    if answer.status == 404:
        return errors.WrongRegion(f"The one set is {region}.", status=404)
    if answer.status in (400, 401, 403):
        return errors.WrongCredentials(f"{request}: {answer.status}.", status=answer.status)
    return refusal_of(request, answer)


def _refused(answer: Answer) -> type[errors.CallRefused]:
    if answer.status == 403 and USER_CONTEXT_REQUIRED in answer.body.lower():
        return errors.UserContextRequired
    # What a PUT of an old version is answered with is not documented: either of these is how HTTP says it.
    return {
        401: errors.WrongCredentials,
        403: errors.NotAllowed,
        404: errors.NotThere,
        409: errors.OutOfDate,
        412: errors.OutOfDate,
    }.get(answer.status, errors.CallRefused)


def _failure(answer: Answer) -> dict[str, Any]:
    """What NinjaOne says of a failure; empty when something else answered."""
    try:
        failure = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return failure if isinstance(failure, dict) else {}


def _code(answer: Answer) -> str:
    """NinjaOne's code of a failure and its incident, which its support asks for; words that name nobody."""
    failure = _failure(answer)
    codes = [failure.get(name) for name in ("resultCode", "incidentId")]
    return "".join(f", {code}" for code in codes if isinstance(code, str) and CODE.fullmatch(code))


def _said(answer: Answer) -> str:
    said = _failure(answer).get("errorMessage")
    return said[:SAID_CHARACTERS_MAX] if isinstance(said, str) else ""


def _storable(value: Any) -> Any:
    """Without the character NUL, which no text of PostgreSQL can hold."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    return value
