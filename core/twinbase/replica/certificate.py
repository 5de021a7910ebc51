"""A server's own certificate, which no authority has signed: a device knows it by its SHA-256, and trusts it alone."""

import asyncio
import ssl
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import urlsplit

from twinbase.errors import NotTwinbase, Offline

HTTPS_PORT = 443


async def fetch_certificate(server: str, fingerprint: str, *, timeout_seconds: float = 10.0) -> str:
    """The certificate (PEM) of the server at an address, if it is the one of this SHA-256 (hexadecimal): keep it, it is
    no secret, and give it to `trust_certificate` whenever the file is opened.

    Raises NotTwinbase for another certificate, or for an address without one, and Offline when nothing answers.
    """
    parts = urlsplit(server)
    if parts.scheme != "https" or parts.hostname is None:
        raise NotTwinbase("Only an address that begins with https:// has a certificate.")
    address = (parts.hostname, parts.port or HTTPS_PORT)
    try:
        pem = await asyncio.to_thread(ssl.get_server_certificate, address, timeout=timeout_seconds)
    except ssl.SSLError as error:
        raise NotTwinbase("It does not speak TLS.") from error
    except OSError as error:
        raise Offline(type(error).__name__) from error
    if not compare_digest(find_fingerprint(pem), fingerprint.lower()):
        raise NotTwinbase("Its certificate is another one than the office has said: do not sign in there.")
    return pem


def find_fingerprint(pem: str) -> str:
    """The SHA-256 of a certificate, in hexadecimal."""
    return sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def trust_certificate(pem: str) -> ssl.SSLContext:
    """For `Replica.open(tls=…)`: whoever shows this certificate is the server, by whatever name, and nobody else is.

    Raises ssl.SSLError for what is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Its name may be of the inside of a company; what was scanned says which certificate it is, and that is more.
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=pem)
    return context
