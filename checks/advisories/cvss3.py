"""CVSS version 3.0 and 3.1: the base score of a vector, by the specification of FIRST, sections 7.1 and 7.4."""

from checks.advisories.metrics import metrics_of

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES_OF_CHANGED_SCOPE = {"N": 0.85, "L": 0.68, "H": 0.5}
_BASE = {name: " ".join(values) for name, values in _WEIGHTS.items()} | {"S": "U C"}
#: Temporal and environmental metrics may follow; they do not change the base score.
_ALLOWED = (
    _BASE
    | {f"M{name}": f"X {values}" for name, values in _BASE.items()}
    | {"E": "X H F P U", "RL": "X U W T O", "RC": "X C R U", "CR": "X H M L", "IR": "X H M L", "AR": "X H M L"}
)
_MANDATORY = frozenset(_BASE)


def base_score(vector: str) -> float | None:
    """0.0 to 10.0 of `CVSS:3.1/…` or `CVSS:3.0/…`; None for what is no vector of these versions."""
    prefix, _, rest = vector.partition("/")
    metrics = metrics_of(rest, _ALLOWED, _MANDATORY) if prefix in ("CVSS:3.0", "CVSS:3.1") else None
    if metrics is None:
        return None
    changed = metrics["S"] == "C"
    weight = {name: _WEIGHTS[name][metrics[name]] for name in _WEIGHTS}
    if changed:
        weight["PR"] = _PRIVILEGES_OF_CHANGED_SCOPE[metrics["PR"]]
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    return _round_up(min((impact + exploitability) * (1.08 if changed else 1), 10))


def _round_up(value: float) -> float:
    """To the next tenth, in whole numbers, so that no score depends on the machine (3.1, appendix A).

    Version 3.0 left it open; the same rounding is what its scores were meant to be.
    """
    hundred_thousandths = round(value * 100_000)
    tenths, rest = divmod(hundred_thousandths, 10_000)
    return (tenths + (rest > 0)) / 10
