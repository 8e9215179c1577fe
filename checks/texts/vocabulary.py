"""Words and what they weigh when license texts are compared."""

_SPELLINGS = """
    acknowledgement:acknowledgment analog:analogue analyze:analyse artifact:artefact authorization:authorisation
    authorized:authorised caliber:calibre canceled:cancelled capitalizations:capitalisations catalog:catalogue
    categorize:categorise center:centre emphasized:emphasised favor:favour favorite:favourite fulfill:fulfil
    fulfillment:fulfilment initialize:initialise judgement:judgment labeling:labelling labor:labour license:licence
    licenses:licences licensed:licenced maximize:maximise modeled:modelled modeling:modelling offense:offence
    optimize:optimise organization:organisation organize:organise practice:practise program:programme realize:realise
    recognize:recognise signaling:signalling utilization:utilisation while:whilst willful:wilful http:https
    holder:owner holder:owners holder:holders author:authors
"""
#: Spellings that mean the same, by the one that is not used here. Most are the SPDX matching guidelines' own.
SAME = {other: word for word, other in (pair.split(":") for pair in _SPELLINGS.split())}

_OPERATIVE = """
    no not none never nor neither cannot except excepted exception exceptions unless only without but however
    must shall may required require requires requirement provided condition conditions conditional
    permitted permit permits permission prohibited prohibit prohibits forbidden forbid restricted restrict restriction
    restrictions exclude excluded excludes excluding grant granted grants revoke
    terminate terminates termination use used using sell sold sale resell
    commercial commercially noncommercial nonprofit personal educational academic evaluation military nuclear weapons
    weapon government evil good ethical harm compete competing competitor hosted fee fees pay payment royalty charge
    patent patents trademark trademarks warranty warranties liable liability damages warrant disclaim
    either alternatively dual dually choose choice option gpl lgpl agpl proprietary confidential
"""
#: Words that can change what a text allows, wherever they stand.
OPERATIVE = frozenset(_OPERATIVE.split())

_NEUTRAL = """
    the a an of and or by its their his her this that these such any all in to copyright holder author contributor
    contributors maintainers developers regents university organization company corporation foundation institution
    project team name names above initial original additional creator inc llc ltd license licenses version public
    http www org gnu general software library development year your including c d e s
"""
#: Who grants a license, what it is called and where it is found: texts say that in their own words.
NEUTRAL = frozenset(_NEUTRAL.split())

_FAMILIES = "mit apache bsd isc mozilla mpl eclipse epl cddl commons cc artistic zlib boost psf zpl"
#: Names of licenses: one that was not found may be the license of a part.
FAMILIES = frozenset(_FAMILIES.split())
