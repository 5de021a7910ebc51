"""One sign-in with a browser: what the device makes up for it and keeps to itself (RFC 7636, RFC 8252)."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from twinbase.errors import NotSignedIn

BEGIN, FINISH = "auth/openid/begin", "auth/openid/finish"
SECRET_BYTES = 32


def _secret() -> str:
    return token_urlsafe(SECRET_BYTES)


@dataclass(frozen=True, slots=True)
class BrowserFlow:
    """`redirect_uri`: where the browser comes back to."""

    redirect_uri: str
    state: str = field(default_factory=_secret, repr=False)
    nonce: str = field(default_factory=_secret, repr=False)
    verifier: str = field(default_factory=_secret, repr=False)

    def make_question(self) -> Mapping[str, str]:
        """For the server, which answers where the browser goes."""
        digest = sha256(self.verifier.encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        said = {"redirect_uri": self.redirect_uri, "state": self.state, "nonce": self.nonce}
        return said | {"challenge": challenge}

    def read_return(self, issuer: str, said: Mapping[str, str]) -> Mapping[str, str]:
        """What to finish with, of what the browser brought back; raises NotSignedIn where the person said no, or where
        it is not the answer to this question (RFC 9207: nor of this provider)."""
        if not compare_digest(said.get("state", "").encode(), self.state.encode()):
            raise NotSignedIn("The browser came back from another sign-in: begin again.")
        if said.get("iss", issuer) != issuer:
            raise NotSignedIn("The browser came back from another directory than the company's.")
        if not said.get("code"):
            raise NotSignedIn("Nobody has signed in at the directory.")
        kept = {"verifier": self.verifier, "nonce": self.nonce, "redirect_uri": self.redirect_uri}
        return kept | {"code": said["code"]}
