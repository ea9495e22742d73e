"""What stands before every request: loopback only, our own name, our own origin, bounded bodies, strict headers."""

from __future__ import annotations

import ipaddress
import json
import logging
import secrets
import traceback
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import SENTENCES, Code, HoldfastError

_LOG = logging.getLogger("holdfast.desk")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGEST = 2 * 1024 * 1024  # bytes; the longest thing anybody sends is the record of a call
_LARGEST_DECLARED = 14 * 1024 * 1024  # bytes; as much as a mail may bring, as base64
_DECLARING = ("/v1/declare", "/phone")
# A proxy on this machine would make everybody a loopback peer.
_THROUGH_A_PROXY = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine. Only the name `localhost` counts as a name."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Raises:
    HoldfastError: `broken-configuration` for any address but loopback: whoever could reach the desk there would be
        believed to be whom they say.
    """
    if not is_loopback(host):
        raise HoldfastError(
            Code.BROKEN_CONFIGURATION,
            "the desk takes people's word for who they are (development login) and so serves loopback only",
        )


class _TooLarge(Exception):
    """A body beyond what anybody needs to send."""


class Guard:
    """ASGI middleware. `fault_page` is shown to people for an unexpected error; programs get JSON."""

    def __init__(self, app: ASGIApp, fault_page: str = "") -> None:
        self._app = app
        self._fault_page = fault_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    if name == "Content-Security-Policy" and name in headers:
                        continue  # a report allows exactly its own style
                    headers[name] = value
                headers["X-Request-Id"] = request_id
            await send(message)

        taken, largest = 0, _LARGEST_DECLARED if scope["path"] in _DECLARING else _LARGEST

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise _TooLarge
            return message

        if refusal := refused(scope):
            await _plain(403, Code.NOT_ALLOWED, refusal)(scope, receive, answer)
            return
        if int(Headers(scope=scope).get("content-length", "0")) > largest:  # the server refused what is no number
            await _plain(413, Code.INVALID, "the body is too large")(scope, receive, answer)
            return
        try:
            await self._app(scope, bounded, answer)
        except _TooLarge:
            await _plain(413, Code.INVALID, "the body is too large")(scope, receive, answer)
        except Exception as error:
            # The text of an error may carry what somebody sent; where it arose never does.
            where = " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)))
            _LOG.error("code=fault request=%s error=%s at %s", request_id, type(error).__name__, where)
            if started:
                raise
            await self._fault(scope, request_id)(scope, receive, answer)

    def _fault(self, scope: Scope, request_id: str) -> Response:
        if not self._fault_page or for_programs(scope["path"]):
            return Response(json.dumps({"code": Code.FAULT.value}), 500, media_type="application/json")
        return Response(self._fault_page.replace("REQUEST-ID", request_id), 500, media_type="text/html")


def for_programs(path: str) -> bool:
    """Whether an address is part of the JSON API."""
    return path.startswith("/v1/")


def refused(scope: Scope) -> str:
    """Why a request is not even looked at; empty if it is."""
    headers = Headers(scope=scope)
    peer = scope.get("client")
    if peer is None or not is_loopback(peer[0]):
        return "only this machine may use the desk"
    if any(name in headers for name in _THROUGH_A_PROXY):
        return "the desk does not take requests that came through a proxy"
    host = urlsplit(f"//{headers.get('host', '')}")
    if not is_loopback(host.hostname or ""):
        return "this is not a name of the desk"
    if scope["method"] in _SAFE:
        return ""
    return _foreign(headers, scope["path"])


def _foreign(headers: Headers, path: str) -> str:
    """A form of another site must not act for the person who is signed in here. Programs send neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = {f"http://{headers.get('host', '')}", f"https://{headers.get('host', '')}"}
    if site not in (None, "same-origin") or (origin is not None and origin not in own):
        return "this came from another site"
    if site is None and origin is None and (not for_programs(path) or "cookie" in headers):
        return "a browser says where a form came from; this did not"
    return ""


def _plain(status: int, code: Code, detail: str) -> Response:
    body = {"code": code.value, "sentence": f"{SENTENCES[code]} ({detail})"}
    return Response(json.dumps(body), status, media_type="application/json")
