"""English words by what they do in a question. Small on purpose: what is not here is taken for a noun."""

from __future__ import annotations

_WH = "what which who whom whose when where why how"
_BE = "is are was were be been being 's"
_AUXILIARIES = (
    "do does did can could may might must shall should will would has have had don't doesn't didn't can't won't"
)
_PERSONAL = "i you we he she it they one someone anyone people me us him her them"
_POSSESSIVE = "my your our his her its their"
_DETERMINERS = "a an the this that these those each every any all some no"
_PREPOSITIONS = (
    "of in on at for from to with without by about after before during since until till between against under over "
    "above below per into within through as than like near across behind beside via towards toward"
)
_JOINTS = "and or but if when while because that which who whether where so then not"
_ADVERBS = (
    "still also already ever never now currently usually only just even exactly actually really currently again yet "
    "most more much many often long far soon late later today together there here at first"
)
_VERBS = (
    "accept add agree allow announce apply approve arrive ask award become begin belong bring build buy carry cause "
    "charge check choose close come confirm connect consist contain control count cover create deal decide deliver "
    "depend describe develop die differ disconnect discover drop earn employ enable end enter establish exist "
    "expect expire explain fall fill find finish follow found get give go govern grow handle happen have help hire "
    "hold include increase inform install introduce invent keep know last lead learn let look lose make manage mean "
    "measure meet move need notice occur offer open own pass pay perform pick prevent produce promise protect prove "
    "provide publish put raise reach read receive recommend reduce refer refuse reimburse release remain remove "
    "replace require resign say see seem sell send serve ship show sign speak spend split start stop store submit "
    "support take teach tell think travel treat try turn use wait want wear win work write"
)
_EITHER = (
    "answer book break call cause change charge check claim contact contract cost cover deal drop end help hire "
    "increase leave limit live look match offer order pay plan post process promise purchase quit refund release "
    "report request rest result return rise run sale shift show sign spread start stay stop store support test "
    "trade transfer travel use visit vote watch work"
)
_ADJECTIVES = (
    "allowed available bad better big cheap closed common correct different due early easy eligible expensive "
    "faulty free good hard high important invisible large late legal long low mandatory necessary new off old open "
    "optional over popular possible ready required responsible right safe small successful sure true valid visible "
    "worse wrong"
)

_PEOPLE = (
    "people person staff employee worker customer user host manager colleague member contractor intern freelancer "
    "trainee apprentice temp agent student supplier vendor visitor guest applicant candidate parent mother father "
    "director lead owner seller buyer shopper agency partner team consultant part-timer newcomer starter"
)

WH = frozenset(_WH.split())
BE = frozenset(_BE.split())
AUXILIARIES = frozenset(_AUXILIARIES.split())
PERSONAL = frozenset(_PERSONAL.split())
POSSESSIVE = frozenset(_POSSESSIVE.split())
DETERMINERS = frozenset(_DETERMINERS.split()) | POSSESSIVE
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
JOINTS = frozenset(_JOINTS.split())
ADVERBS = frozenset(_ADVERBS.split())
VERBS = frozenset(_VERBS.split())
# Verbs in the first place, nouns as often: a verb only where no other is.
EITHER = frozenset(_EITHER.split())
PEOPLE = frozenset(_PEOPLE.split())
ADJECTIVES = frozenset(_ADJECTIVES.split())
