"""The pages of the browser and what the browser may do with them: nothing from elsewhere, nothing kept."""

import secrets
from pathlib import Path

import textual_serve
from aiohttp import web
from jinja2 import Environment, FileSystemLoader

OURS = Path(__file__).parent / "pages"
THEIRS = Path(textual_serve.__file__).parent / "static"
ASSETS = {
    "screen.css": OURS / "screen.css",
    "screen.js": OURS / "screen.js",
    "xterm.css": THEIRS / "css" / "xterm.css",
    "textual.js": THEIRS / "js" / "textual.js",
}
"""All files that are served besides the two pages.  Of textual-serve no page, font or picture."""

HEADERS = {
    "Cache-Control": "no-store",
    # Not no-referrer: with it, browsers hide the origin of a form from the server that has to check it.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "clipboard-read=(), clipboard-write=(), camera=(), microphone=(), display-capture=()",
}
"""On every answer."""
NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'; sandbox"
"""What an answer that is no page may do."""

_templates = Environment(loader=FileSystemLoader(OURS), autoescape=True)


def login_page(sentence: str, *, busy: bool, status: int = 200) -> web.Response:
    """The form that asks for the code; while another page is open, only a sentence that looks again by itself."""
    nonce = secrets.token_urlsafe(16)
    body = _templates.get_template("login.html").render(sentence=sentence, busy=busy, nonce=nonce)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; sandbox allow-forms allow-scripts allow-same-origin"
    )
    headers = {"Content-Security-Policy": policy} | ({"Refresh": "3"} if busy else {})
    return web.Response(text=body, content_type="text/html", status=status, headers=headers)


def screen_page(socket: str) -> web.Response:
    """The page that draws the app, connected to `socket`, and may connect to nothing else.

    The sandbox lets it open no window, so that a link that a transcript holds leads nowhere.
    """
    body = _templates.get_template("screen.html").render(socket=socket)
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src {socket}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-same-origin"
    )
    return web.Response(text=body, content_type="text/html", headers={"Content-Security-Policy": policy})


async def put_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The headers that every answer has; the name of the server's software has no place among them."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Content-Security-Policy", NOTHING)
    response.headers.popall("Server", None)
