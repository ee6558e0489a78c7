"""A stand-in for a judge, to try the path without a model: its ratings follow from a hash and mean nothing.

It serves one model, `stub-judge`, in the shape of OpenAI's chat completions, on this machine only.  Wherever its
ratings show, that name shows, and the report says so in words.
"""

import hashlib
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STUB_MODEL = "stub-judge"

Reply = Callable[[dict[str, Any]], str]


def stub_reply(request: dict[str, Any]) -> str:
    """A complete judgement for any request that carries the rubric's schema; equal requests get equal ratings."""
    prompt = request["messages"][-1]["content"]
    keys = request["response_format"]["json_schema"]["schema"]["properties"]["ratings"]["required"]
    ratings = {key: 1 + hashlib.sha256(f"{key}\n{prompt}".encode()).digest()[0] % 10 for key in keys}
    return json.dumps({"explanation": "Stub: a hash chose these numbers; nothing was judged.", "ratings": ratings})


def stub_server(port: int, reply: Reply = stub_reply) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 (`port` 0 takes a free one); the caller runs `serve_forever` and `server_close`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                request = json.loads(body)
                if self.path.rstrip("/") != "/v1/chat/completions" or request["model"] != STUB_MODEL:
                    return self._send(404, {"error": {"message": f"There is only the model {STUB_MODEL} here."}})
                text = reply(request)
            except (ValueError, LookupError, TypeError):
                return self._send(400, {"error": {"message": "This is not a request for a judgement."}})
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
            return self._send(
                200,
                {
                    "id": "stub",
                    "object": "chat.completion",
                    "created": 0,
                    "model": STUB_MODEL,
                    "choices": [choice],
                    "usage": usage,
                },
            )

        def _send(self, status: int, data: dict[str, Any]) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests hold questions and answers: nothing is logged."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
