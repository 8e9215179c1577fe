"""License tags of the Hugging Face Hub as SPDX expressions: what a model card says in one word.

Tags with a text of their own that neither SPDX nor ScanCode has an id for are `LicenseRef-huggingface-` and the tag;
the index knows their category. A family of licenses (`bsd`, `cc`) stays what it is: ambiguous.
"""

import re

#: Tags that are not the id in lower case, with their ids.
TAGS = {
    "bigcode-openrail-m": "LicenseRef-scancode-bigcode-open-rail-m-v1",
    "bigscience-bloom-rail-1.0": "LicenseRef-scancode-bigscience-rail-1.0",
    "bigscience-openrail-m": "LicenseRef-scancode-bigscience-open-rail-m",
    "c-uda": "C-UDA-1.0",
    "creativeml-openrail-m": "LicenseRef-scancode-stable-diffusion-2022-08-22",
    "deepseek": "LicenseRef-scancode-deepseek-la-1.0",
    "deepseek-license": "LicenseRef-scancode-deepseek-la-1.0",
    "flux-1-dev-non-commercial-license": "LicenseRef-scancode-flux-1-nc",
    "gemma": "LicenseRef-scancode-gemma-tou-2024-04-01",
    "lgpl-lr": "LGPLLR",
    "llama2": "LicenseRef-scancode-llama-2-license-2023",
    "llama3.1": "LicenseRef-scancode-llama-3.1-license-2024",
    "llama3.2": "LicenseRef-scancode-llama-3.2-license-2024",
    "llama3.3": "LicenseRef-scancode-llama-3.3-license-2024",
    "llama4": "LicenseRef-scancode-llama-4-license-2025",
    "nvidia-open-model-license": "LicenseRef-scancode-nvidia-open-model-2025-04-28",
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "openrail++": "LicenseRef-huggingface-openrail-plus-plus",
    "pddl": "PDDL-1.0",
    "stabilityai-ai-community": "LicenseRef-scancode-stability-ai-community-2024",
    "tongyi-qianwen": "LicenseRef-scancode-tongyi-qianwen-2023",
    "tongyi-qianwen-license": "LicenseRef-scancode-tongyi-qianwen-2023",
}
#: Tags whose texts only the hub names, by the category that the index gives to the nearest text.
_OWN = (
    "apple-amlr deepfloyd-if-license fair-noncommercial-research-license grok2-community h-research intel-research "
    "llama3 mnpl mrl openrail qwen qwen-research"
)
TAGS |= {tag: f"LicenseRef-huggingface-{tag}" for tag in _OWN.split()}
#: A statement of several tags: `mit AND cc-by-4.0`.
_PART = re.compile(r"( AND | OR |[()])")
_MAX = 2_000


def expression_of(statement: str) -> str:
    """A statement of a card or of the hub, with every tag that is one replaced by its id; anything else as it is."""
    if len(statement) > _MAX:
        return statement
    return "".join(TAGS.get(part.strip().lower(), part) for part in _PART.split(statement))
