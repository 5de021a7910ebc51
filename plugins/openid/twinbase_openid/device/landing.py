"""Where the browser comes back to: an address of this device alone, for the time of one sign-in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LETTERS_MAX = 8_192
_PAGE = Template(files(__package__).joinpath("landing.html").read_text(encoding="utf-8"))
# By language, and whether somebody has signed in: what is read in large, and below it.
_WORDS = {
    ("en", True): ("Go back to the app", "It signs you in now. You can close this window."),
    ("en", False): ("Nobody has signed in", "Go back to the app to try again. You can close this window."),
    ("fr", True): ("Revenez dans l'application", "Elle vous connecte maintenant. Vous pouvez fermer cette fenêtre."),
    ("fr", False): (
        "Personne ne s'est connecté",
        "Revenez dans l'application pour réessayer. Vous pouvez fermer cette fenêtre.",
    ),
}
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}


class Landing:
    """`address`: for the provider. The first browser that comes back with something is heard, later ones are not."""

    def __init__(self, address: str, came: "asyncio.Future[Mapping[str, str]]") -> None:
        self.address, self._came = address, came

    async def wait(self, seconds: float) -> Mapping[str, str]:
        """What the browser came back with; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self._came)


@asynccontextmanager
async def open_landing(port: int = 0) -> AsyncIterator[Landing]:
    """Listen on 127.0.0.1 inside of the block, on any free port or on this one; raises OSError where it is taken."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[Mapping[str, str]] = loop.create_future()

    def hear(said: Mapping[str, str]) -> None:
        loop.call_soon_threadsafe(lambda: None if came.done() else came.set_result(said))

    server = ThreadingHTTPServer(("127.0.0.1", port), _make_handler(hear))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield Landing(f"http://127.0.0.1:{server.server_port}/", came)
    finally:
        # Whoever is ended once more meanwhile, as when the app ends too, leaves no address open all the same.
        try:
            await asyncio.to_thread(server.shutdown)
        finally:
            server.server_close()
            came.cancel()


def _make_handler(hear: Callable[[Mapping[str, str]], None]) -> type[BaseHTTPRequestHandler]:
    # Each browser has a thread of its own here, and the first may be the last to have shown its page.
    first = Lock()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            parts = urlsplit(self.path[:LETTERS_MAX])
            said = dict(parse_qsl(parts.query, max_num_fields=16)) if parts.path == "/" else {}
            if not said.keys() & {"code", "error"}:
                self.send_error(404)
                return
            is_first = first.acquire(blocking=False)
            try:
                self._show("code" in said)
            finally:
                if is_first:
                    hear(said)

        def _show(self, has_code: bool) -> None:
            wished = self.headers.get("Accept-Language", "").strip().lower()
            language = "fr" if wished.startswith("fr") else "en"
            heading, sentence = _WORDS[language, has_code]
            page = _PAGE.substitute(language=language, heading=heading, sentence=sentence).encode()
            self.send_response(200)
            for name, value in {**_HEADERS, "Content-Length": str(len(page))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            """There is a code in the address."""

    return Handler
