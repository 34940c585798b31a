"""Word lists of all rooms, one of each kind, as data; lower case unless they say otherwise."""

import re
from collections.abc import Iterable, Mapping

from index.text.terms import STOP_WORDS


def alternatives(words: Iterable[str]) -> str:
    """The words as the alternatives of a pattern, in an order that does not change from run to run."""
    return "|".join(sorted(map(re.escape, words)))


# Numbers.

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
CARDINALS: Mapping[str, int] = {word: n for n, word in enumerate(ONES)} | {
    word: 10 * n for n, word in enumerate(TENS, 2)
}
POWERS: dict[str, int] = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
"""Words that multiply by a power of ten, by its exponent."""
SCALES: Mapping[str, int] = POWERS | {
    "mn": 6, "mln": 6, "bn": 9, "tn": 12, "lakh": 5, "lakhs": 5, "crore": 7, "crores": 7,
    "millionen": 6, "mio": 6, "milliarden": 9, "mrd": 9, "tausend": 3, "millions": 6, "milliards": 9, "millones": 6,
}  # fmt: skip
"""What may stand behind digits and multiply them."""
SCALES_CJK: Mapping[str, int] = {
    "千": 3, "万": 4, "萬": 4, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "亿": 8, "億": 8, "十亿": 9, "万亿": 12,
    "萬億": 12, "兆": 12,
}  # fmt: skip
DIGITS_CJK: Mapping[str, int] = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
CLASSIFIERS_CJK = frozenset("个個名家座条條次天岁米吨块元种项位间所辆只张本件倍层台套期届亩户艘栋")
"""What is counted in Chinese; a single numeral before one of them is a figure."""
_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_IRREGULAR["twelve"] = "twelfth"
ORDINALS: Mapping[str, str] = {
    _IRREGULAR.get(word, f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th"): word
    for word in (*CARDINALS, *POWERS)
}
"""Ordinals with their cardinals."""
PARTS: Mapping[str, int] = {
    **{ordinal: CARDINALS[word] for ordinal, word in ORDINALS.items() if CARDINALS.get(word, 0) > 2},
    "hundredth": 100, "thousandth": 1000, "half": 2, "quarter": 4,
}  # fmt: skip
"""Parts of a whole, with how many make it up."""
PARTS_PLURAL: Mapping[str, int] = {"halves": 2} | {f"{word}s": n for word, n in PARTS.items() if word != "half"}
ORDINAL_ENDS = frozenset("st nd rd th".split())
PORTIONS = frozenset("half third quarter fifth tenth part portion share most some many few none one several majority "
                     "minority rest proportion fraction percentage any all each".split())  # fmt: skip
"""Words that take a part of what "of" brings after them: "half of the 40"."""

UNITS: Mapping[str, tuple[str, ...]] = {
    "%": ("%", "per cent", "percent", "prozent", "pour cent", "por ciento"),
    "‰": ("‰", "per mille", "per mil", "promille"),
    "percentage points": ("percentage points", "percentage point", "prozentpunkte"),
    "CNY": ("yuan", "renminbi", "rmb", "cny", "人民币", "元"),
    "JPY": ("yen", "jpy", "日元"),
    "USD": ("us$", "usd", "us dollars", "us dollar", "u.s. dollars", "u.s. dollar", "美元"),
    "HKD": ("hk$", "hkd", "hong kong dollars", "hong kong dollar", "港元"),
    "AUD": ("a$", "au$", "aud", "australian dollars", "australian dollar"),
    "CAD": ("c$", "ca$", "cad", "canadian dollars", "canadian dollar"),
    "EUR": ("€", "euros", "euro", "eur", "欧元"),
    "GBP": ("£", "gbp", "pounds sterling", "英镑"),
    "INR": ("₹", "inr"),
    "CHF": ("chf", "swiss francs", "swiss franc"),
    "RUB": ("₽", "rub"),
    "KRW": ("₩", "krw"),
    "$": ("$", "dollars", "dollar"),
    "¥": ("¥",),
}
"""Units that belong to their figure, by their writings."""
GENERIC_UNITS: Mapping[str, frozenset[str]] = {
    "$": frozenset(("USD", "HKD", "AUD", "CAD")), "¥": frozenset(("CNY", "JPY"))
}  # fmt: skip
"""Signs that several currencies share: each agrees with all of them."""
CURRENCIES_BEFORE = frozenset("rmb cny usd hkd aud cad eur gbp jpy inr chf us hk au ca a c".split())
"""Words that may stand before a sum; the last six only with a dollar sign."""

MEASURES: Mapping[str, str] = {
    word: names.split()[0]
    for names in (
        "kilometre kilometres kilometer kilometers km",
        "metre metres meter meters m",
        "centimetre centimetres centimeter centimeters cm",
        "millimetre millimetres millimeter millimeters mm",
        "mile miles",
        "foot feet ft",
        "kilogram kilograms kg",
        "gram grams g",
        "tonne tonnes ton tons t",
        "pound pounds lb lbs",
        "litre litres liter liters l",
        "hectare hectares ha",
        "acre acres",
        "second seconds",
        "minute minutes min",
        "hour hours h",
        "day days",
        "week weeks",
        "month months",
        "year years",
        "decade decades",
        "century centuries",
        "kilowatt kilowatts kw",
        "megawatt megawatts mw",
        "gigawatt gigawatts gw",
        "degree degrees",
        "crown crowns",
        "rupee rupees",
        "franc francs",
    )
    for word in names.split()
}
"""Measures by any of their words: a figure of one is not a figure of another."""
GLUED = frozenset(word for word in MEASURES if len(word) < 4) | {"mph", "p", "gb", "mb", "tb", "w", "kwh", "mwh", "hz"}
"""Measures that may stand right behind digits without a space."""
LABELS = frozenset(
    "no nr number room page chapter article section version line platform gate bus flight route highway track unit "
    "phase stage step grade type model apartment hall channel volume verse clause paragraph question exercise zone "
    "boeing airbus iphone windows apollo building".split()
)
"""Words behind which a number is a name and counts nothing: "room 12"."""

MORE, AT_LEAST, ABOUT, AT_MOST, LESS, NEARLY = "more", "at least", "about", "at most", "less", "nearly"
QUALIFIERS: Mapping[str, str] = {
    **dict.fromkeys(
        "more than;over;well over;just over;above;exceeding;exceeded;exceeds;surpassing;beyond;upwards of;greater than;"
        "larger than;in excess of;mehr als;über;超过;>".split(";"),
        MORE,
    ),
    **dict.fromkeys(
        "at least;no fewer than;no less than;not less than;not fewer than;a minimum of;minimum of;mindestens;至少;≥;"
        ">=".split(";"),
        AT_LEAST,
    ),
    **dict.fromkeys(
        "about;around;approximately;roughly;some;circa;ca;ca.;c.;an estimated;estimated;close to;etwa;rund;约;大约;~;"
        "≈".split(";"),
        ABOUT,
    ),
    **dict.fromkeys(
        "no more than;not more than;at most;up to;not exceeding;a maximum of;maximum of;no greater than;not over;"
        "höchstens;至多;多达;≤;<=".split(";"),
        AT_MOST,
    ),
    **dict.fromkeys(
        "fewer than;less than;under;below;smaller than;weniger als;不到;不足;<".split(";"),
        LESS,
    ),
    **dict.fromkeys("just under;nearly;almost;barely;not quite;fast;beinahe;knapp;近".split(";"), NEARLY),
}
"""What before a figure says on which side of it the truth lies."""
QUALIFIERS_BEHIND: Mapping[str, str] = {
    "or more": AT_LEAST, "or fewer": AT_MOST, "or less": AT_MOST, "or so": ABOUT, "at most": AT_MOST,
    "at least": AT_LEAST, "+": AT_LEAST, "以上": AT_LEAST,
}  # fmt: skip

# Dates.

MONTH_NAMES = "January February March April May June July August September October November December".split()
MONTHS: Mapping[str, int] = {
    word: n
    for n, words in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
"""English months by name and abbreviation."""
MONTHS_ELSEWHERE: Mapping[str, int] = {
    word: n
    for n, words in enumerate(
        (
            "januar jänner janvier enero gennaio", "februar février febrero febbraio", "märz maerz mars marzo",
            "avril abril aprile", "mai mayo maggio", "juni juin junio giugno", "juli juillet julio luglio",
            "août agosto", "septembre septiembre settembre", "oktober octobre octubre ottobre",
            "novembre noviembre", "dezember décembre diciembre dicembre",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
"""Months of other languages; read only beside a day."""
WEEKDAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag "
    "sonnabend sonntag".split()
)
ERAS_BEFORE = frozenset(("bc", "bce"))
ERAS = ERAS_BEFORE | {"ad", "ce"}
TIME_ZONES = frozenset("gmt utc est edt cst cdt mst mdt pst pdt cet cest bst ist jst aest eet msk".split())

# Words of a sentence.

NEGATIONS = frozenset(
    "not no never without neither nor none nobody nothing nowhere cannot unable fail fails failed failing refuse "
    "refuses refused lack lacks lacked lacking deny denies denied decline declined declines hardly unless except "
    "excluding nicht kein keine keinen keiner nie niemals".split()
)
"""Words that turn around what follows them; so do the contractions of "not"."""
NEGATIONS_CJK = frozenset("不没未无非")
DENIALS = frozenset(
    "false untrue wrong wrongly incorrect incorrectly falsely denied denies deny denying refuted refutes disputed "
    "rejected dismissed myth rumour rumours rumor rumors mistaken mistakenly hoax cancelled canceled".split()
)
"""Words with which somebody says that something is not so."""
INTERJECTIONS = frozenset("yes yeah yep nope ok okay sure certainly absolutely definitely indeed well".split())
"""Words that may open a reply and state nothing."""
SUPERLATIVES = frozenset(
    "first last only most least largest smallest highest lowest best worst oldest youngest longest shortest main "
    "primary second third final earliest latest".split()
)
QUESTION_WORDS = "who whom whose what which when where why how".split()
IMPERATIVES = frozenset("compare define describe explain give list name please show tell".split())
"""With which a question may begin that is none by its form."""
AUXILIARIES = frozenset(
    "is are was were be been has have had do does did will would can could may might must should".split()
)
PAST_OF = {"is": "was", "are": "were", "do": "did", "does": "did", "have": "had", "has": "had"}
"""Auxiliaries of the present as they stand in a question about the past."""
PRESENT_OF = {past: present for present, past in PAST_OF.items()}
REPORTS = frozenset(
    "add added adds announced argue argued argues believe believed believes claim claimed claims continued denied "
    "denies deny doubt doubted doubts explained find finds found noted replied report reported reports said say says "
    "stress stressed stresses suggest suggested suggests tells think thinks thought told write writes wrote".split()
)
"""Verbs that tell whose words or thoughts something is."""
HE_OR_SHE = frozenset("he him his she her".split())
POSSESSIVES = frozenset("its their his her".split())
PRONOUNS = HE_OR_SHE | frozenset("it they them this these those".split())
CONCLUSIONS = frozenset("so then therefore thus hence instead likewise".split())
DEPENDENT_OPENINGS = (
    PRONOUNS
    | POSSESSIVES
    | CONCLUSIONS
    | frozenset(
        "that such here there both also however but and besides moreover furthermore meanwhile afterwards later "
        "another finally first second third fourth fifth".split()
    )
    | frozenset(
        "the former;the latter;the same;the first;the second;the third;the fourth;the fifth;among them;among these;"
        "of these;in this;in these;for this;at that;by then;as a result;in addition".split(";")
    )
)
"""Openings of sentences that need the one before them to be understood."""
OPENERS = STOP_WORDS | frozenset(
    "according additionally after all almost already also although altogether among another any anyone anything "
    "anybody around because before behind being beside besides between beyond both certain compared conversely "
    "currently define describe despite during each earlier early either else elsewhere enough even eventually ever "
    "every everybody everyone everything except explain few fewer finally first following formerly further furthermore "
    "give given half hence however including indeed instead just last late later least less like likewise list many "
    "maybe meanwhile more moreover most much name nearly neither never nevertheless next nobody none nor nothing now "
    "nowadays often once one only opposite other others otherwise out overall own per perhaps please previously prior "
    "quite rather roughly same second several since some somebody someone something sometimes somewhat soon still tell "
    "thereafter thereby therefore third though through throughout thus till today together too toward towards twice "
    "unless unlike until up upon using versus very via well whatever whenever whereas wherever whether whichever while "
    "whoever within without yes yet yesterday tomorrow two three four five six seven eight nine ten eleven twelve "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousands millions articles authorities "
    "cases cities companies data details enterprises everyday experts figures firms goals government governments help "
    "information journalists leaders local measures members news officials parts passages people plans police problems "
    "projects reasons reporters reports residents results sources steps users work workers".split()
)
"""Words that often open a sentence or a question and are no names."""

# Names.

NO_NAMES = STOP_WORDS - MONTHS.keys()
"""Words that are no names even with a capital; May is one."""
PARTICLES = frozenset(
    "of de the von van der den del della di da dos du la le al bin ibn ben y e zu zur af av ter ten el".split()
)
"""Words without a capital inside a name."""
HONORIFICS = frozenset(
    "dr mr mrs ms prof sir st father sister brother professor lord lady dame fr rev hon gen col lt capt sgt "
    "captain colonel king queen prince princess pope saint".split()
)
ROLES = frozenset(
    "chair chairman chairwoman deputy director governor mayor minister president reporter secretary".split()
)
"""What may stand before a person's name and is no part of it."""
BODIES = frozenset(
    "agency association bank brain bureau city commission committee company conference congress council county court "
    "department district government ministry municipal news office party platform province provincial republic river "
    "service street system university".split()
)
"""Words of names that are not people's."""
NAME_ENDS = frozenset("jr sr ii iii iv phd md esq".split())
ABBREVIATIONS = HONORIFICS | NAME_ENDS | frozenset("no inc ltd co corp vs etc e.g i.e approx dept est fig vol".split())
"""Behind which a stop ends no sentence."""
LETTERED = frozenset(
    "plan vitamin hepatitis group grade class type section appendix part zone team hall gate terminal option version "
    "series level block platform room table figure exhibit schedule list line road route category tier model unit "
    "influenza virus vitamins annex phase stage ward pier dock studio factor protein blood size".split()
)
"""Words behind which a single letter is a name."""

ACRONYMS = frozenset("US IT WHO AM ME IN OR IS AS".split())
"""Names in capitals that are other words without them."""

PLACE = re.compile(
    r"\b(?:in|at|from|to|near|of|into|across|through|outside|around|on)\s+(?:the\s+)?(?:\w+\s+)?([A-Z][\w'’-]+)"
    r"|\b(?:north|south|east|west|border|coast|located|situated|capital)\w*\b"
)
VERB = re.compile(rf"\b(?:{alternatives(AUXILIARIES)}|said|says|\w{{2,}}(?:ed|es|ing))\b", re.IGNORECASE)
