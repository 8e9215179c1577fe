"""The words of license names: what they fold to, which families and versions there are, and which say nothing."""

#: What the words of a name may be folded to before the family is looked for, longest first.
PHRASES = """
affero general public = agpl
affero gpl = agpl
library or lesser general public = lgpl
lesser or library general public = lgpl
lesser general public = lgpl
library general public = lgpl
lesser gpl = lgpl
library gpl = lgpl
general public = gpl
free documentation = gfdl
fdl = gfdl
mozilla public = mpl
eclipse public = epl
eclipse distribution = edl
common development and distribution = cddl
common public = cpl
ibm public = ipl
european union public = eupl
academic free = afl
open software = osl
boost software = boost
business source = busl
universal permissive = upl
python software foundation = psf
qt public = qpl
q public = qpl
zope public = zpl
zope = zpl
educational community = ecl
eiffel forum = efl
apache software = apache
asl = apache
bsdl = bsd
iscl = isc
netscape public = npl
sun public = spl
apple public source = apsl
open font = ofl
sil ofl = ofl
ms public = mspl
microsoft public = mspl
ms pl = mspl
microsoft reciprocal = msrl
do what the fuck you want to public = wtfpl
do what the f you want to public = wtfpl
common public attribution = cpal
historical permission notice and disclaimer = hpnd
university of illinois ncsa = ncsa
university of illinois = ncsa
blue oak model = blueoak
mulan permissive software = mulanpsl
mulan psl = mulanpsl
cea cnrs inria logiciel libre = cecill
cecill b = cecillb
cecill c = cecillc
mit no attribution = mit0
mit 0 = mit0
mit x 11 = mit
expat mit x 11 = mit
mit expat = mit
expat = mit
zlib libpng = zlib
libpng zlib = zlib
creative commons zero = cc0
creative commons = cc
cc 0 = cc0
cc zero = cc0
non commercial = nc
noncommercial = nc
no derivatives = nd
no derivs = nd
noderivatives = nd
noderivs = nd
share alike = sa
sharealike = sa
attribution = by
public domain = pd
postgres = postgresql
open ssl = openssl
"""

#: Family → version → id. `*`: there is only one, whether or not the name gives its version.
FAMILIES = """
afl 1.1=AFL-1.1 1.2=AFL-1.2 2.0=AFL-2.0 2.1=AFL-2.1 3.0=AFL-3.0
agpl 1.0=AGPL-1.0 3.0=AGPL-3.0
apache 1.0=Apache-1.0 1.1=Apache-1.1 2.0=Apache-2.0
apsl 1.0=APSL-1.0 1.1=APSL-1.1 1.2=APSL-1.2 2.0=APSL-2.0
artistic 1.0=Artistic-1.0 2.0=Artistic-2.0
blueoak *=BlueOak-1.0.0
boost *=BSL-1.0
bsd 0=0BSD 1=BSD-1-Clause 2=BSD-2-Clause 3=BSD-3-Clause 4=BSD-4-Clause
bsl 1.0=BSL-1.0 1.1=BUSL-1.1
busl *=BUSL-1.1
cc0 *=CC0-1.0
cddl 1.0=CDDL-1.0 1.1=CDDL-1.1
cecill 1.0=CECILL-1.0 1.1=CECILL-1.1 2.0=CECILL-2.0 2.1=CECILL-2.1
cecillb *=CECILL-B
cecillc *=CECILL-C
cpal *=CPAL-1.0
cpl *=CPL-1.0
ecl 1.0=ECL-1.0 2.0=ECL-2.0
edl *=BSD-3-Clause
efl 1.0=EFL-1.0 2.0=EFL-2.0
epl 1.0=EPL-1.0 2.0=EPL-2.0
eupl 1.0=EUPL-1.0 1.1=EUPL-1.1 1.2=EUPL-1.2
gfdl 1.1=GFDL-1.1 1.2=GFDL-1.2 1.3=GFDL-1.3
gpl 1.0=GPL-1.0 2.0=GPL-2.0 3.0=GPL-3.0
hpnd *=HPND
ipl *=IPL-1.0
isc *=ISC
lgpl 2.0=LGPL-2.0 2.1=LGPL-2.1 3.0=LGPL-3.0
mit *=MIT
mit0 *=MIT-0
mpl 1.0=MPL-1.0 1.1=MPL-1.1 2.0=MPL-2.0
mspl *=MS-PL
msrl *=MS-RL
mulanpsl 1.0=MulanPSL-1.0 2.0=MulanPSL-2.0
ncsa *=NCSA
npl 1.0=NPL-1.0 1.1=NPL-1.1
ofl 1.0=OFL-1.0 1.1=OFL-1.1
openssl *=OpenSSL
osl 1.0=OSL-1.0 1.1=OSL-1.1 2.0=OSL-2.0 2.1=OSL-2.1 3.0=OSL-3.0
pd *=LicenseRef-scancode-public-domain
postgresql *=PostgreSQL
psf *=PSF-2.0
qpl *=QPL-1.0
ruby *=Ruby
spl *=SPL-1.0
unlicense *=Unlicense
upl *=UPL-1.0
wtfpl *=WTFPL
zlib *=Zlib
zpl 1.1=ZPL-1.1 2.0=ZPL-2.0 2.1=ZPL-2.1
"""

#: Words that say nothing about which license it is, for every family and for some.
_NOISE_WORDS = "a agreement free gnu license licensed licenses of opensource source software the under v ver version"
NOISE = frozenset(_NOISE_WORDS.split())
FAMILY_NOISE = {
    "apache": {"foundation"},
    "bsd": {"clause", "clauses"},
    "cc0": {"dedication", "domain", "pd", "public", "universal"},
    "cddl": {"cddl"},
    "gpl": {"public"},
    "ncsa": {"ncsa", "open"},
    "mspl": {"public"},
    "ofl": {"sil"},
}
CC_NOISE = frozenset({"international", "unported", "generic", "deed"})
BSD_COUNTS = {
    "zero": "0",
    "one": "1",
    "two": "2",
    "simplified": "2",
    "three": "3",
    "new": "3",
    "revised": "3",
    "modified": "3",
    "four": "4",
    "original": "4",
    "old": "4",
}
_MONTH_WORDS = "january february march april may june july august september october november december"
MONTHS = frozenset(_MONTH_WORDS.split())
#: Word behind "with" → the licenses that the exception is for, and its id.
EXCEPTIONS = {
    "classpath": ("GPL-2.0", "Classpath-exception-2.0"),
    "cpe": ("GPL-2.0", "Classpath-exception-2.0"),
    "llvm": ("Apache-2.0", "LLVM-exception"),
}
