"""Answers that are not 2xx, in GitHub's shape."""

from .world import Json

DOCUMENTATION = "https://docs.github.com/rest"


class ApiError(Exception):
    """A REST error: `message`, optional `errors`, `documentation_url`, and the status as text."""

    def __init__(
        self, status: int, message: str, errors: list[Json] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.errors, self.headers = status, message, errors, headers or {}

    def body(self) -> Json:
        body: Json = {"message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        return body | {"documentation_url": DOCUMENTATION, "status": str(self.status)}


def not_found() -> ApiError:
    return ApiError(404, "Not Found")


def invalid_request(reason: str) -> ApiError:
    """422 of an endpoint whose body is checked against a schema (check runs are)."""
    return ApiError(422, f"Invalid request.\n\n{reason}")


def validation_failed(resource: str, field: str, code: str, message: str | None = None) -> ApiError:
    error = {"resource": resource, "field": field, "code": code}
    return ApiError(422, "Validation Failed", [error | ({"message": message} if message else {})])


def forbidden(accepted: str | None = None) -> ApiError:
    headers = {"X-Accepted-GitHub-Permissions": accepted} if accepted else {}
    return ApiError(403, "Resource not accessible by integration", headers=headers)
