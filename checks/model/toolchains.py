"""Toolchains: what runs or builds a program. No package registry has them, so none tells their license or date."""

#: The `go` and `toolchain` lines of go.mod, under the name that Go's vulnerability database uses.
GO = "pkg:golang/stdlib"

_NAMES = (
    *("bun", "clojure", "crystal", "dart", "deno", "dotnet", "elixir", "erlang", "flutter", "gradle", "java", "jruby"),
    *("julia", "kotlin", "lua", "maven", "nim", "node", "ocaml", "perl", "php", "pypy", "python", "ruby", "rust"),
    *("scala", "swift", "temurin", "terraform", "truffleruby", "zig", "zulu", "corretto", "openjdk"),
)
_TOOLCHAINS = frozenset({GO, *(f"pkg:generic/{name}" for name in _NAMES)})


def is_toolchain(purl: str) -> bool:
    """Whether `purl` (without version) names one, as go.mod and the files of version managers do."""
    return purl in _TOOLCHAINS
