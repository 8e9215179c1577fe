"""The webhook of an App: its configuration, what was delivered, and delivering again."""

import base64
import binascii
import json

from ..errors import ApiError, not_found, validation_failed
from ..routing import Call, Reply, route
from ..webhooks import Delivery, delivery_json
from ..world import Json


@route("GET", "/app/hook/config", who="app")
def get_config(call: Call) -> Reply:
    secret = {"secret": "********"} if call.app.webhook_secret else {}
    return Reply({"content_type": "json", "insecure_ssl": "0", "url": call.app.webhook_url or "", **secret})


@route("PATCH", "/app/hook/config", who="app")
def set_config(call: Call) -> Reply:
    for key in ("url", "secret"):
        if key in call.json:
            if not isinstance(call.json[key], str):
                raise validation_failed("Hook", key, "invalid")
            setattr(call.app, f"webhook_{key}", call.json[key])
    return get_config(call)


@route("GET", "/app/hook/deliveries", who="app")
def list_deliveries(call: Call) -> Reply:
    """Newest first, paged by an opaque cursor; `status=failure` is HTTP 400–599, so timeouts are not in it."""
    found, wanted = call.deliveries.kept(call.app), call.query.get("status")
    ranges = {"failure": range(400, 600), "success": range(200, 400)}
    if wanted is not None and wanted not in ranges:
        raise validation_failed("HookDelivery", "status", "invalid")
    if wanted is not None:
        found = [delivery for delivery in found if delivery.status_code in ranges[wanted]]
    if cursor := call.query.get("cursor"):
        last = _position(cursor)
        found = [delivery for delivery in found if delivery.id < last]
    size = call.page_size()
    headers = {}
    if len(found) > size:
        after = base64.urlsafe_b64encode(f"v1:{found[size - 1].id}".encode()).decode()
        query = "&".join(f"{k}={v}" for k, v in (call.query | {"cursor": after}).items())
        headers["link"] = f'<{call.world.api_url}{call.path}?{query}>; rel="next"'
    return Reply([delivery_json(delivery) for delivery in found[:size]], headers=headers)


@route("GET", "/app/hook/deliveries/{id:int}", who="app")
def get_delivery(call: Call) -> Reply:
    found = _delivery(call)
    request = {"headers": found.headers, "payload": _payload(found)}
    response = {"headers": found.response_headers, "payload": found.response_body}
    return Reply(delivery_json(found) | {"url": found.url, "request": request, "response": response})


@route("POST", "/app/hook/deliveries/{id:int}/attempts", who="app")
def redeliver(call: Call) -> Reply:
    call.deliveries.redeliver(_delivery(call))
    return Reply({}, 202)


def _delivery(call: Call) -> Delivery:
    found = call.deliveries.find(call.app, int(call.params["id"]))
    if found is None:
        raise not_found()
    return found


def _position(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).partition(b":")[2])
    except (ValueError, binascii.Error):
        raise ApiError(422, "Invalid cursor") from None


def _payload(delivery: Delivery) -> Json | str:
    """Anything can have been sent by hand."""
    try:
        return delivery.json
    except json.JSONDecodeError:
        return delivery.payload.decode(errors="replace")
