"""The words of license names: what they fold to, which families and versions there are, and which say nothing."""

#: What the words of a name are folded to before its family is looked for; the longest phrase that fits wins.
PHRASES = """
affero general public = agpl
affero gpl = agpl
library or lesser general public = lgpl
lesser or library general public = lgpl
general lesser public = lgpl
lesser general public = lgpl
library general public = glgpl
lesser gpl = lgpl
library gpl = glgpl
general public = gpl
gnu public = gpl
lesser public = lgpl
free documentation = gfdl
fdl = gfdl
mozilla public = mpl
eclipse public = epl
eclipse distribution = edl
common development and distribution = cddl
common public = cpl
ibm public = ipl
european union public = eupl
eu public = eupl
academic free = afl
open software = osl
open source = opensource
boost software = boost
business source = busl
server side public = sspl
elastic = elv
el v = elv
open data commons open database = odbl
open database = odbl
universal permissive = upl
python software foundation = psf
psfl = psf
qt public = qpl
q public = qpl
zope public = zpl
zope = zpl
educational community = ecl
eiffel forum = efl
apache software = apache
apache license asl = apache
apachelicense = apache
asl = apache
asf = apache
bsdl = bsd
berkeley software distribution = bsd
iscl = isc
netscape public = npl
nokia opensource = nokia
nokos = nokia
aladdin free public = aladdin
afpl = aladdin
sun public = spl
apple public source = apsl
open font = ofl
sil ofl = ofl
sil = ofl
openldap public = oldap
open ldap public = oldap
openldap = oldap
ms public = mspl
microsoft public = mspl
ms pl = mspl
microsoft reciprocal = msrl
ms rl = msrl
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
x 11 mit = mit
mit x = mit
expat mit x 11 = mit
mit expat = mit
expat = mit
zlib libpng = zlib
libpng zlib = zlib
w 3 c = w3c
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
publicdomain = pd
postgres = postgresql
open ssl = openssl
ruby s = ruby
unlicence = unlicense
all rights reserved = proprietary
closed source = proprietary
new or revised = revised
original or old = original
or any later version = +
or any later = +
or later version = +
or later versions = +
or later = +
or newer version = +
or newer = +
or greater = +
or higher = +
or above = +
or at your option any later version = +
or at your option any later = +
or at your option later = +
and any later version = +
and later versions = +
and later version = +
and later = +
and newer = +
and above = +
> = = +
licence = license
liscence = license
= = = version
"""

#: Family → version → id. `*`: there is only one, whether or not the name gives its version. A version is looked up as
#: it is written and then as `major.minor`. Several ids behind one version, or none given: the name may mean each.
FAMILIES = """
afl 1.1=AFL-1.1 1.2=AFL-1.2 2.0=AFL-2.0 2.1=AFL-2.1 3.0=AFL-3.0
agpl 1.0=AGPL-1.0 3.0=AGPL-3.0
al 2.0=Apache-2.0,Artistic-2.0
aladdin *=Aladdin
apache 1.0=Apache-1.0 1.1=Apache-1.1 2.0=Apache-2.0
apsl 1.0=APSL-1.0 1.1=APSL-1.1 1.2=APSL-1.2 2.0=APSL-2.0
artistic 1.0=Artistic-1.0 perl=Artistic-1.0-Perl 2.0=Artistic-2.0
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
commercial *=LicenseRef-scancode-commercial-license
cpal *=CPAL-1.0
cpl *=CPL-1.0
ecl 1.0=ECL-1.0 2.0=ECL-2.0
edl 1.0=BSD-3-Clause
eclipse 1.0=EPL-1.0,BSD-3-Clause 2.0=EPL-2.0
efl 1.0=EFL-1.0 2.0=EFL-2.0
elv 1.0=LicenseRef-scancode-elastic-license-2018 2.0=Elastic-2.0
epl 1.0=EPL-1.0 2.0=EPL-2.0
eupl 1.0=EUPL-1.0 1.1=EUPL-1.1 1.2=EUPL-1.2
freebsd plain=BSD-2-Clause views=BSD-2-Clause-Views
gfdl 1.1=GFDL-1.1 1.2=GFDL-1.2 1.3=GFDL-1.3
glgpl 2.0=LGPL-2.0 2.1=LGPL-2.1 3.0=LGPL-3.0
gpl 1.0=GPL-1.0 2.0=GPL-2.0 3.0=GPL-3.0
hpnd *=HPND
ipl *=IPL-1.0
isc *=ISC
lgpl 2=LGPL-2.0,LGPL-2.1 2.0=LGPL-2.0 2.1=LGPL-2.1 3.0=LGPL-3.0
mit *=MIT
mit0 *=MIT-0
mpl 1.0=MPL-1.0 1.1=MPL-1.1 2.0=MPL-2.0
mspl *=MS-PL
msrl *=MS-RL
mulanpsl 1.0=MulanPSL-1.0 2.0=MulanPSL-2.0
ncsa *=NCSA
nokia *=Nokia
npl 1.0=NPL-1.0 1.1=NPL-1.1
odbl *=ODbL-1.0
ofl 1.0=OFL-1.0 1.1=OFL-1.1
oldap 2.0=OLDAP-2.0 2.6=OLDAP-2.6 2.7=OLDAP-2.7 2.8=OLDAP-2.8
openssl *=OpenSSL
osl 1.0=OSL-1.0 1.1=OSL-1.1 2.0=OSL-2.0 2.1=OSL-2.1 3.0=OSL-3.0
pd *=LicenseRef-scancode-public-domain
postgresql *=PostgreSQL
proprietary *=LicenseRef-scancode-proprietary-license
psf *=PSF-2.0
python foundation=PSF-2.0 2.0=Python-2.0 2.0.1=Python-2.0.1 cnri=CNRI-Python
qpl *=QPL-1.0
ruby *=Ruby
spl *=SPL-1.0
sspl *=SSPL-1.0
unlicense *=Unlicense
upl *=UPL-1.0
w3c 2002=W3C 1998=W3C-19980720 2015=W3C-20150513
wtfpl *=WTFPL
zlib *=Zlib
zpl 1.1=ZPL-1.1 2.0=ZPL-2.0 2.1=ZPL-2.1
"""

#: Words that say nothing about which license it is, for every family and for some.
_NOISE_WORDS = (
    "a agreement free gnu licencia license licensed licenses lizenz of opensource source software terms the under v "
    "ver version"
)
NOISE = frozenset(_NOISE_WORDS.split())
FAMILY_NOISE = {
    "apache": {"foundation", "public"},
    "bsd": {"clause", "clauses"},
    "cc0": {"dedication", "domain", "per", "public", "universal"},
    "edl": {"bsd", "new"},
    "gpl": {"public"},
    "mspl": {"public"},
    "ncsa": {"open"},
    "proprietary": {"all", "rights", "reserved"},
}
CC_NOISE = frozenset({"deed", "generic", "international", "public", "unported"})
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

#: What stands behind "with" → the license that the exception is for, and its id. The names on the SPDX list come after.
EXCEPTIONS = """
autoconf = GPL-2.0 Autoconf-exception-2.0
autoconf = GPL-3.0 Autoconf-exception-3.0
bison = GPL-3.0 Bison-exception-2.2
ce = GPL-2.0 Classpath-exception-2.0
classpath = GPL-2.0 Classpath-exception-2.0
cpe = GPL-2.0 Classpath-exception-2.0
font = GPL-2.0 Font-exception-2.0
gcc = GPL-2.0 GCC-exception-2.0
gcc = GPL-3.0 GCC-exception-3.1
gcc runtime 3.1 = GPL-3.0 GCC-exception-3.1
gcc runtime library = GPL-3.0 GCC-exception-3.1
libtool = GPL-2.0 Libtool-exception
libtool = GPL-3.0 Libtool-exception
linux syscall note = GPL-2.0 Linux-syscall-note
llvm = Apache-2.0 LLVM-exception
texinfo = GPL-2.0 Texinfo-exception
texinfo = GPL-3.0 Texinfo-exception
"""

#: Whole statements that the ecosystem which uses them defines: Debian and R (LGPL-2 is the Library GPL 2.0, beside
#: LGPL-2.1), CPAN (the terms of Perl), and ids that were replaced before they were on the SPDX list.
ALIASES = {
    "lgpl-2": "LGPL-2.0",
    "lgpl-2+": "LGPL-2.0+",
    "lgpl (>= 2)": "LGPL-2.0+",
    "perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "perl_5": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "same as perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "same terms as perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "the same terms as perl itself": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "fsl-1.1-apache-2.0": "FSL-1.1-ALv2",
}
