"""CVSS version 2: the base score of a vector, by the complete guide of FIRST, section 3.2.1."""

from math import floor

from checks.advisories.metrics import metrics_of

_WEIGHTS = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.66},
    "I": {"N": 0.0, "P": 0.275, "C": 0.66},
    "A": {"N": 0.0, "P": 0.275, "C": 0.66},
}
_BASE = frozenset(_WEIGHTS)
#: Temporal and environmental metrics may follow; they do not change the base score.
_ALLOWED = {name: " ".join(values) for name, values in _WEIGHTS.items()} | {
    "E": "U POC F H ND",
    "RL": "OF TF W U ND",
    "RC": "UC UR C ND",
    "CDP": "N L LM MH H ND",
    "TD": "N L M H ND",
    "CR": "L M H ND",
    "IR": "L M H ND",
    "AR": "L M H ND",
}


def base_score(vector: str) -> float | None:
    """0.0 to 10.0; None for what is no vector of this version."""
    metrics = metrics_of(vector.removeprefix("(").removesuffix(")"), _ALLOWED, _BASE)
    if metrics is None:
        return None
    weight = {name: _WEIGHTS[name][metrics[name]] for name in _WEIGHTS}
    impact = 10.41 * (1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"]))
    if impact == 0:
        return 0.0
    exploitability = 20 * weight["AC"] * weight["Au"] * weight["AV"]
    score = (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176
    return floor(score * 10 + 0.5) / 10
