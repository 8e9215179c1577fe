"""What a line names, and what it does not: `named` gives line, package URL and revision."""

import json

import pytest

from checks.ai_models.references import MAX_LINE, Read, is_read, read
from checks.model.patch import every_line
from checks.model.snapshot import AddedLine

COMMIT = "86b5e0934494bd15c9632b12f734a8a67f723594"


def looked_at(text: str, path: str = "train.py") -> Read:
    return read(path, every_line(text) or ())


def named(text: str, path: str = "train.py") -> list[str]:
    found = looked_at(text, path).references
    purls = [(f.location.line, f.identity.purl.removeprefix("pkg:"), f.identity.version) for f in found]
    return [f"{line} {purl}{f'@{version}' if version else ''}" for line, purl, version in purls]


@pytest.mark.parametrize(
    ("line", "purl"),
    [
        ('AutoModel.from_pretrained("acme/m")', "huggingface/acme/m"),
        (f'AutoModel.from_pretrained("acme/m", revision="{COMMIT}")', f"huggingface/acme/m@{COMMIT}"),
        ("AutoModel.from_pretrained(pretrained_model_name_or_path='acme/m')", "huggingface/acme/m"),
        ('BertModel.from_pretrained("bert-base-uncased")', "huggingface/bert-base-uncased"),
        ('PeftModel.from_pretrained(model, "acme/adapter")', "huggingface/acme/adapter"),
        ('FastLanguageModel.from_pretrained(model_name="unsloth/m-4bit")', "huggingface/unsloth/m-4bit"),
        ('Llama.from_pretrained(repo_id="acme/m-GGUF", filename="*q8_0.gguf")', "huggingface/acme/m-GGUF"),
        ('x = f(a(AutoModel.from_pretrained("acme/m").eval(), 1))', "huggingface/acme/m"),
        ('pipeline("text-generation", model="acme/m")', "huggingface/acme/m"),
        ('pipeline("text-generation", "acme/m")', "huggingface/acme/m"),
        ('SentenceTransformer("all-MiniLM-L6-v2")', "huggingface/sentence-transformers/all-MiniLM-L6-v2"),
        ('CrossEncoder("cross-encoder/ms-marco")', "huggingface/cross-encoder/ms-marco"),
        ('HuggingFaceEmbeddings(model_name="BAAI/bge-m3")', "huggingface/BAAI/bge-m3"),
        ('LLM(model="Qwen/Qwen2-7B")', "huggingface/Qwen/Qwen2-7B"),
        ('LLM("openai/gpt-oss-20b")', "huggingface/openai/gpt-oss-20b"),
        ('mlx_lm.load("mlx-community/m")', "huggingface/mlx-community/m"),
        ('load_dataset("acme/d", split="train")', "huggingface/datasets/acme/d"),
        ('load_dataset("squad")', "huggingface/datasets/squad"),
        ('hf_hub_download("acme/m", "m.gguf")', "huggingface/acme/m"),
        ('snapshot_download("acme/d", repo_type="dataset", revision="v1")', "huggingface/datasets/acme/d@v1"),
        ('timm.create_model("hf_hub:timm/resnet50.a1_in1k")', "huggingface/timm/resnet50.a1_in1k"),
        ('torch.hub.load("pytorch/vision:v0.10.0", "resnet18")', "github/pytorch/vision@v0.10.0"),
        ('whisper.load_model("large-v3")', "generic/openai-whisper/large-v3"),
        ('ollama.chat(model="llama3.1:8b", messages=[])', "generic/ollama/llama3.1@8b"),
        ('ChatOllama(model="llama3.1")', "generic/ollama/llama3.1"),
        ('get("https://hub.example/acme/m/resolve/main/m.gguf")', "huggingface/acme/m@main"),
        ('MODEL_ID = "acme/m"', "huggingface/acme/m"),
        ('    model_name: str = "acme/m"', "huggingface/acme/m"),
    ],
)
def test_a_line_of_python(line: str, purl: str) -> None:
    assert named(line) == [f"1 {purl}"]


@pytest.mark.parametrize(
    "line",
    [
        'x = "acme/m"',
        'open("acme/m")',
        'AutoModel.from_pretrained("./m")',
        'AutoModel.from_pretrained("/models/m")',
        'AutoModel.from_pretrained("models/m")',
        'AutoModel.from_pretrained("out/checkpoint-500")',
        'AutoModel.from_pretrained("acme/m.safetensors")',
        'AutoModel.from_pretrained("my-model")',
        'AutoModel.from_pretrained("your-org/your-model")',
        'AutoModel.from_pretrained("a/b/c")',
        'AutoModel.from_pretrained("org/" + name)',
        'AutoModel.from_pretrained(f"acme/{name}")',
        '# AutoModel.from_pretrained("acme/m")',
        '"""AutoModel.from_pretrained("acme/m")"""',
        'print("use from_pretrained(acme/m)")',
        'load_dataset("csv", data_files="x.csv")',
        'load_dataset("./data")',
        'load_dataset("train")',
        'sns.load_dataset("titanic")',
        'sns.load_dataset("glue")',
        'pipeline("text-generation")',
        'Pipeline([("scaler", "acme/m")])',
        'LLM(model="openai/gpt-4o")',
        'LLM(model="anthropic/claude")',
        'LLM(model="ollama/llama3")',
        'json.load("acme/m")',
        'torch.hub.load("acme/repo", "m", source="local")',
        'whisper.load_model("./m.pt")',
        'timm.create_model("resnet50")',
        'image = "acme/m"',
        "# ollama pull llama3",
    ],
)
def test_a_line_that_names_nothing(line: str) -> None:
    assert looked_at(line) == Read()


def test_a_call_over_several_lines_stands_where_the_name_stands() -> None:
    text = 'model = AutoModel.from_pretrained(\n    "acme/m",  # the best\n    revision="v1",\n)\n'
    assert named(text) == ["2 huggingface/acme/m@v1"]


def test_a_variable_that_the_change_sets_is_read() -> None:
    assert named('NAME = "acme/m"\nmodel = AutoModel.from_pretrained(NAME)') == ["2 huggingface/acme/m"]


def test_a_variable_that_nobody_can_read_is_told() -> None:
    found = looked_at(
        "a = 1\nmodel = AutoModel.from_pretrained(args.name)\nother = AutoModel.from_pretrained(model_path)"
    )
    assert (found.references, [place.line for place in found.variables]) == ((), [2])


def test_lines_that_do_not_follow_each_other_are_no_call() -> None:
    lines = (AddedLine(3, "model = AutoModel.from_pretrained("), AddedLine(9, '    "acme/m",'))
    assert read("train.py", lines) == Read()


def test_half_a_docstring_hides_nothing() -> None:
    text = '    ends here. """\n    load_dataset("acme/d")\n\ndef f():\n    """Loads."""\n'
    assert named(text) == ["2 huggingface/datasets/acme/d"]


def test_javascript() -> None:
    text = "const p = await pipeline('text', 'Xenova/m', { revision: 'v2', dtype: 'q8' });\n// pipeline('a', 'b/c')"
    assert named(text, "app.mjs") == ["1 huggingface/Xenova/m@v2"]


def test_notebooks() -> None:
    source = [
        "model = AutoModel.from_pretrained(\n",
        '    "acme/m",\n',
        ")\n",
        "!ollama pull mistral\n",
        "ollama pull x",
    ]
    text = json.dumps({"cells": [{"cell_type": "code", "source": source}]}, indent=1)
    assert named(text, "a.ipynb") == ["7 huggingface/acme/m", "9 generic/ollama/mistral"]


def test_configuration() -> None:
    text = """\
model_name_or_path: acme/m
model_revision: 0123abc
"base_model": "acme/b",
tokenizer: acme/t
model_id: ./local
datasets:
  - path: acme/d
    type: alpaca
  - acme/e
  - ./mine
image: acme/nginx
- acme/no
"""
    assert named(text, "train.yaml") == [
        "1 huggingface/acme/m@0123abc",
        "3 huggingface/acme/b",
        "7 huggingface/datasets/acme/d",
        "9 huggingface/datasets/acme/e",
    ]
    assert named('[model]\nmodel-id = "acme/m"\n', "a.toml") == ["2 huggingface/acme/m"]


def test_commands() -> None:
    text = """\
FROM python:3.12
ENV HF_MODEL_ID=acme/e
RUN huggingface-cli download --revision 0123abc acme/m m.gguf && \\
    ollama pull llama3.1:8b
RUN hf download --repo-type dataset acme/d ; ollama list
RUN git clone https://huggingface.co/acme/g && git clone https://github.com/acme/code
# RUN ollama pull commented
CMD ["vllm", "serve", "acme/s", "--port", "80"]
CMD server --model-id=acme/i --model acme/other
RUN ollama run hf.co/acme/h:Q4_K_M
RUN wget https://huggingface.co/datasets/acme/w/resolve/0123abc/x.parquet
"""
    assert named(text, "Dockerfile") == [
        "2 huggingface/acme/e",
        "3 huggingface/acme/m@0123abc",
        "4 generic/ollama/llama3.1@8b",
        "5 huggingface/datasets/acme/d",
        "6 huggingface/acme/g",
        "8 huggingface/acme/s",
        "9 huggingface/acme/i",
        "10 huggingface/acme/h",
        "11 huggingface/datasets/acme/w@0123abc",
    ]


def test_modelfiles() -> None:
    assert named("FROM llama3:8b\nPARAMETER x 1\n", "Modelfile") == ["1 generic/ollama/llama3@8b"]
    assert named("FROM ./mine.gguf\n", "chat.modelfile") == []


@pytest.mark.parametrize("path", ["package-lock.json", "uv.lock", "README.md", "data.json", "a.min.js", "x.csv"])
def test_files_that_are_not_read(path: str) -> None:
    assert not is_read(path)


@pytest.mark.parametrize("path", ["a/b.py", "x.ipynb", "Dockerfile.gpu", "adapter_config.json", "ci.yml", "Modelfile"])
def test_files_that_are_read(path: str) -> None:
    assert is_read(path)


def test_a_long_line_is_told_only_if_it_loads_something() -> None:
    assert looked_at("x = [" + "1, " * MAX_LINE + "]") == Read()
    (place,) = looked_at("x" * MAX_LINE + "; from_pretrained('acme/m')").long
    assert place.line == 1


HOSTILE = [
    '"' * 3_000,
    '"""' * 1_200,
    "(" * 3_000 + ")" * 900,
    "[" * 3_900,
    "from_pretrained(" * 240,
    'from_pretrained("' * 230,
    "\\" * 3_900,
    'f"{' * 1_200,
    "model_id = " + " " * 3_900,
    "model_id: a" + "/" * 3_900,
    "https://a/" * 390 + "resolve/",
    "git clone " * 390,
    "ollama pull " * 320,
    "-" * 3_900,
    "a." * 1_900 + "(",
]


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.ipynb", "a.yaml", "Dockerfile", "Modelfile"])
@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line[:8])
def test_hostile_lines_cost_no_more_than_their_length(path: str, line: str) -> None:
    """Twenty lines, and one of a hundred thousand characters: what grows with the square of it would not end."""
    assert len(looked_at("\n".join([line] * 20), path).references) <= 20
    looked_at(line * 30, path)
