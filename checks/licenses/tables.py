"""What the license algebra knows without opening the index: words, old ids, version lines, own categories.

Sources: the SPDX license list 3.29 (deprecated ids and what replaces them) and the license texts themselves.
"""

#: Words that stand where an id should (lower case → as their ecosystem writes them). `Unlicense` is an id, not a word.
WORDS = {
    "none": "NONE",
    "noassertion": "NOASSERTION",
    "unlicensed": "UNLICENSED",
    "other": "OTHER",
    "unknown": "unknown",
    "non-standard": "non-standard",
}

#: What each word means, to finish the sentence "it declares WORD, …".
MEANINGS = {
    "NONE": "which says that there is no license",
    "NOASSERTION": "which says that nobody has determined the license",
    "UNLICENSED": "which is npm's word for granting nobody anything",
    "OTHER": "which says only that it is none of the known licenses",
    "unknown": "which says that the license is not known",
    "non-standard": "which says only that it is none of the known licenses",
}

_GNU = "AGPL-1.0 AGPL-3.0 GFDL-1.1 GFDL-1.2 GFDL-1.3 GPL-1.0 GPL-2.0 GPL-3.0 LGPL-2.0 LGPL-2.1 LGPL-3.0"
#: Deprecated ids that left open whether later versions may be used; SPDX reads them as `-only`.
GNU_WITHOUT_SUFFIX = {name.lower(): name for name in _GNU.split()}

#: Deprecated ids with an exception in their name: stem, whether the text says "or later", exception.
PAIRS = {
    "gpl-2.0-with-autoconf-exception": ("GPL-2.0", False, "Autoconf-exception-2.0"),
    "gpl-2.0-with-bison-exception": ("GPL-2.0", False, "Bison-exception-2.2"),
    "gpl-2.0-with-classpath-exception": ("GPL-2.0", False, "Classpath-exception-2.0"),
    "gpl-2.0-with-font-exception": ("GPL-2.0", False, "Font-exception-2.0"),
    "gpl-2.0-with-gcc-exception": ("GPL-2.0", False, "GCC-exception-2.0"),
    "gpl-3.0-with-autoconf-exception": ("GPL-3.0", False, "Autoconf-exception-3.0"),
    "gpl-3.0-with-gcc-exception": ("GPL-3.0", False, "GCC-exception-3.1"),
    "ecos-2.0": ("GPL-2.0", True, "eCos-exception-2.0"),
    "wxwindows": ("LGPL-2.0", True, "WxWindows-exception-3.1"),
}

#: Deprecated ids with one successor. Net-SNMP has none: it names a stack of licenses.
RENAMED = {
    "bsd-2-clause-freebsd": "BSD-2-Clause-Views",
    "bsd-2-clause-netbsd": "BSD-2-Clause",
    "bzip2-1.0.5": "bzip2-1.0.6",
    "nunit": "zlib-acknowledgement",
    "standardml-nj": "SMLNJ",
    "nokia-qt-exception-1.1": "Qt-LGPL-exception-1.1",
}

#: Lines of versions, oldest first: `+` and `-or-later` reach to the right. `{}` is the version.
_LINES = """
AFL-{} 1.1 1.2 2.0 2.1 3.0
AGPL-{}-only 1.0 3.0
APSL-{} 1.0 1.1 1.2 2.0
ASWF-Digital-Assets-{} 1.0 1.1
Apache-{} 1.0 1.1 2.0
Artistic-{} 1.0 2.0
BitTorrent-{} 1.0 1.1
CC-BY-{} 1.0 2.0 2.5 3.0 4.0
CC-BY-NC-{} 1.0 2.0 2.5 3.0 4.0
CC-BY-NC-ND-{} 1.0 2.0 2.5 3.0 4.0
CC-BY-NC-SA-{} 1.0 2.0 2.5 3.0 4.0
CC-BY-ND-{} 1.0 2.0 2.5 3.0 4.0
CC-BY-SA-{} 1.0 2.0 2.5 3.0 4.0
CDDL-{} 1.0 1.1
CDLA-Permissive-{} 1.0 2.0
CECILL-{} 1.0 1.1 2.0 2.1
CERN-OHL-{} 1.1 1.2
copyleft-next-{} 0.3.0 0.3.1
ECL-{} 1.0 2.0
EFL-{} 1.0 2.0
EPL-{} 1.0 2.0
EUPL-{} 1.0 1.1 1.2
GFDL-{}-only 1.1 1.2 1.3
GFDL-{}-invariants-only 1.1 1.2 1.3
GFDL-{}-no-invariants-only 1.1 1.2 1.3
GPL-{}-only 1.0 2.0 3.0
LAL-{} 1.2 1.3
LGPL-{}-only 2.0 2.1 3.0
LPL-{} 1.0 1.02
LPPL-{} 1.0 1.1 1.2 1.3a 1.3c
MPL-{} 1.0 1.1 2.0
MulanPSL-{} 1.0 2.0
NLOD-{} 1.0 2.0
NPL-{} 1.0 1.1
OFL-{} 1.0 1.1
OFL-{}-RFN 1.0 1.1
OFL-{}-no-RFN 1.0 1.1
OGL-UK-{} 1.0 2.0 3.0
OLDAP-{} 1.1 1.2 1.3 1.4 2.0 2.0.1 2.1 2.2 2.2.1 2.2.2 2.3 2.4 2.5 2.6 2.7 2.8
OSL-{} 1.0 1.1 2.0 2.1 3.0
PHP-{} 3.0 3.01
Parity-{} 6.0.0 7.0.0
Python-{} 2.0 2.0.1
RPL-{} 1.1 1.5
SGI-B-{} 1.0 1.1 2.0
SHL-{} 0.5 0.51
YPL-{} 1.0 1.1
ZPL-{} 1.1 2.0 2.1
Zimbra-{} 1.3 1.4
"""
#: Each line as exact ids (`GPL-2.0-only`, not `GPL-2.0-or-later`), oldest first.
LINES = tuple(
    tuple(words[0].replace("{}", version) for version in words[1:])
    for words in map(str.split, _LINES.split("\n")[1:-1])
)

#: Ids whose copyleft reaches those who use the work over a network, by the clause of the text that does it. The index
#: has no such category.
_NETWORK = (
    # section 2(d) and section 13, remote network interaction
    "agpl-1.0-only agpl-1.0-or-later licenseref-scancode-agpl-2.0 agpl-3.0-only agpl-3.0-or-later "
    # section 5, external deployment; CPAL section 15
    "osl-1.0 osl-1.1 osl-2.0 osl-2.1 osl-3.0 nposl-3.0 tgppl-1.0 ucl-1.0 cpal-1.0 "
    # section 1, "providing access to its essential functionalities" (not in 1.0)
    "eupl-1.1 eupl-1.2 "
    # section 1, "deploy" or "serve" includes services for others, and use within a business
    "apsl-1.0 apsl-1.1 apsl-1.2 apsl-2.0 rpl-1.1 rpl-1.5 rpsl-1.0 watcom-1.0 "
    # what is run with the work must be contributed; "recipients" includes those who interact with it
    "parity-6.0.0 parity-7.0.0 cal-1.0 cal-1.0-combined-work-exception "
    "licenseref-scancode-fair-ai-public-1.0 licenseref-scancode-mulanpubl-1.0 licenseref-scancode-mulanpubl-2.0"
)
NETWORK_COPYLEFT = frozenset(_NETWORK.split())

_AI = (
    "bigcode-open-rail-m-v1 bigscience-open-rail-m bigscience-open-rail-m2 bigscience-rail-1.0 chameleon-research-2024 "
    "databricks-dbx-2021 deepseek-la-1.0 exaone-ai-model-1.1-nc fair-ai-public-1.0-sd falcon-2-11b-1.0 flux-1-nc "
    "gemma-tou-2024-04-01 hyperclova-x-seed-2025 llama-license-2023 llama-2-license-2023 llama-3.1-license-2024 "
    "llama-3.2-license-2024 llama-3.3-license-2024 llama-4-cla-2025 llama-4-license-2025 ltxv-owl-2025-04-17 "
    "ltxv-owl-2025-05-05 nvidia-open-model-2025-04-28 open-aleph-1.0 playground-v2-community responsible-ai-source-1.0 "
    "responsible-ai-source-1.1 stability-ai-community-2024 stability-ai-nc-2023-12-06 stable-diffusion-2022-08-22 "
    "tencent-hunyuan-3d-2.0-cla the-stack-tos-2023-07 tongyi-qianwen-2023"
)
_AI_ON_HUB = (
    "apple-amlr deepfloyd-if-license fair-noncommercial-research-license grok2-community h-research intel-research "
    "llama3 mnpl mrl openrail openrail-plus-plus qwen qwen-research"
)
#: Licenses of models, code and data that restrict how the thing may be used, or by how many.
AI_USE_RESTRICTED = frozenset(
    [
        "c-uda-1.0",
        *(f"licenseref-scancode-{name}" for name in _AI.split()),
        *(f"licenseref-huggingface-{name}" for name in _AI_ON_HUB.split()),
    ]
)

#: Parts of an id that say "not for commerce" (between hyphens), and ids that say it only in their text.
NON_COMMERCIAL_PARTS = ("-nc-", "-noncommercial-", "-non-commercial-")
_NON_COMMERCIAL = (
    "afpl-9.0 allen-institute-software-2018 ccg-research-academic chameleon-research-2024 gaussian-splatting-2024 "
    "geogebra-ncla-2022 inria-compcert inria-icesl llama-license-2023 ms-research-shared-source odb-ncuel "
    "onezoom-np-sal-v1 open-aleph-1.0 opencarp-1.0 phaser-academic polyform-strict-1.0.0 prosperity-1.0.1 "
    "prosperity-2.0 prosperity-3.0 s-lab-1.0 siesta-academic-individuals snowplow-person-academic-1.0"
)
_NON_COMMERCIAL_ON_HUB = (
    "apple-amlr deepfloyd-if-license fair-noncommercial-research-license h-research intel-research mnpl mrl "
    "qwen-research"
)
NON_COMMERCIAL = frozenset(
    [
        "aladdin",
        "ncgl-uk-2.0",
        "ppl",
        *(f"licenseref-scancode-{name}" for name in _NON_COMMERCIAL.split()),
        *(f"licenseref-huggingface-{name}" for name in _NON_COMMERCIAL_ON_HUB.split()),
    ]
)

#: Ids of the SPDX list that the index lacks, has under a name of its own or takes for an exception, by the category
#: that the index gives to the same or the nearest text. The last have none: a policy names them or they stay unknown.
SUPPLEMENT = {
    "Permissive": "Advanced-Cryptics-Dictionary ALGLIB-Documentation BOLA-1.1 Brian-Gladman-3-Clause-no-conversion "
    "BSD-2-Clause-pos-unchanged BSD-3-Clause-Tso BSD-ask-to-endorse BSD-Mark-Modifications BSD-Source-alt-GPL "
    "BSD-Source-Code-no-disclaimer Buddy Bugroff CAPEC-tou ESA-PL-permissive-2.4 HPND-sell-variant-critical-systems "
    "HPND-SMC hyphen-bulgarian MIT-STK Net-SNMP OpenMDW-1.0 OSC-1.0 OSSP SGMLUG-PM TekHVC Vixie-Cron WordNet WTFNMFPL "
    "X11-no-permit-persons",
    "Public Domain": "NIST-PD-TNT",
    "Copyleft Limited": "ESA-PL-weak-copyleft-2.4 MMPL-1.0.1 MPL-2.0-no-copyleft-exception",
    "Copyleft": "ESA-PL-strong-copyleft-2.4",
    "Source-available": "CC-BY-NC-3.0-IGO UnRAR",
    "Free Restricted": "Hippocratic-3.0-core ISO-permission MVT-1.1 ParaType-Free-Font-1.3",
    "Proprietary Free": "BSD-3-Clause-OpenWebUI",
    "": "atc-game FDK-MPEG-H Informatica",
}
SUPPLEMENT_EXCEPTIONS = {
    "Copyleft Limited": "Classpath-exception-2.0-short kvirc-openssl-exception rsync-linking-exception "
    "Simple-Library-Usage-exception Spelling-Provider-LGPL-exception sqlitestudio-OpenSSL-exception",
    "Patent License": "Google-Patent-WebM",
}

#: Licenses of models that only the Hugging Face Hub names (`hub_tags.py`).
HUB = {
    "Proprietary Free": " ".join(f"LicenseRef-huggingface-{tag}" for tag in _AI_ON_HUB.split()),
}

#: The commonest ids with the index's category, so that most runs never open the index. A test proves them equal.
COMMON = {
    "Permissive": "0BSD AFL-2.1 AFL-3.0 Apache-2.0 BSD-2-Clause BSD-3-Clause BSD-4-Clause BSD-Source-Code BSL-1.0 "
    "BlueOak-1.0.0 CC-BY-3.0 CC-BY-4.0 ISC MIT MIT-0 MIT-CMU HPND JSON MS-PL NCSA OpenSSL PSF-2.0 PostgreSQL "
    "Python-2.0 Unicode-3.0 Unicode-DFS-2016 UPL-1.0 X11 ZPL-2.1 Zlib",
    "Public Domain": "CC0-1.0 Unlicense WTFPL",
    "Copyleft Limited": "Artistic-2.0 CC-BY-SA-4.0 CDDL-1.0 CDDL-1.1 EPL-1.0 EPL-2.0 LGPL-2.0-only LGPL-2.0-or-later "
    "LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-1.1 MPL-2.0 OFL-1.1 Ruby",
    "Copyleft": "AGPL-3.0-only AGPL-3.0-or-later GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only "
    "GPL-3.0-or-later",
    "Source-available": "BUSL-1.1 CC-BY-NC-4.0 Elastic-2.0 SSPL-1.0",
}
COMMON_EXCEPTIONS = {
    "Permissive": "LLVM-exception",
    "Copyleft Limited": "Classpath-exception-2.0 GCC-exception-3.1",
}
