"""Redirects of the standard library's HTTP client that stay on the host that was asked."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from typing import IO


class SameHost(urllib.request.HTTPRedirectHandler):
    """GitHub redirects renamed repositories, on the same host. Another one gets neither the token nor our trust."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urllib.parse.urlsplit(newurl)[:2] != urllib.parse.urlsplit(req.full_url)[:2]:
            raise urllib.error.URLError("it redirects to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
