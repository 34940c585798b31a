"""Invented statements with claims whose truth follows from how they are made.

Each maker returns one or two sentences and claims about them, for one kind of relation: who did what to whom, greater
and smaller, certain and possible, a part and the whole. Names, things, numbers and verbs are drawn, so that a network
learns the relation and not the words.
"""

# ruff: noqa: E501 - tables are easier to read unbroken

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from eval.lab.entailment.pairs import Label, Pair

_S, _C, _N, _NS = Label.SUPPORTED, Label.CONTRADICTED, Label.NOT_SAID, Label.NOT_SUPPORTED

_FIRST = (
    "Ada Ben Clara Dora Edgar Frida Gus Hanna Igor Julia Karl Lena Marco Nina Otto Paula Quentin Rosa Simon Tessa Ugo "
    "Vera Walter Xenia Yusuf Zoe Amir Bella Chidi Deepa Emeka Farah Goran Hana Imani Jin Kofi Laila Mei Noor Olga Pavel "
    "Rania Sven Tariq Uma Viktor Wen Yara Zeno"
).split()
_WOMEN = frozenset(
    "Ada Clara Dora Frida Hanna Julia Lena Nina Paula Rosa Tessa Vera Xenia Zoe Bella Deepa Farah Hana Imani Laila Mei "
    "Noor Olga Rania Uma Wen Yara".split()
)
_ONSETS = "b br c cl d f fl g gr h j k l m n p pr r s st t tr v w".split()
_MIDDLES = "a e i o u ar el en in on or al ea ou".split()
_ENDS = "n r l s t ck m nd rt ll st ss th".split()
_LAST_ENDS = "son ley man er well ford ton berg ski ez ova ano etti sen dahl wood more".split()
_LAST = (
    "Adams Barker Carter Dawson Ellis Fischer Garcia Hughes Ivanov Jensen Keller Larsen Moreau Novak Okafor Petrov Quinn "
    "Rossi Schmidt Turner Ueda Vargas Weber Young Zhang Brown Green King Price Stone Walsh Marsh Bell Cole Shaw Wood Khan "
    "Singh Costa Silva Meyer Berg Lind Holm Kim Park Tanaka Sato Chen Liu Haddad Cohen Levy Mensah Diallo Murphy Kelly"
).split()
_PLACES = (
    "Ashby Bradley Cardiff Dover Eastleigh Farnham Granada Hastings Ipswich Jena Kendal Leeds Malmo Norwich Oporto Perth "
    "Quebec Ripley Salford Trent Utrecht Verona Windsor Yarmouth Zagreb Bergen Cologne Derby Exeter Florence Ghent Halle "
    "Lyon Madison Newport Oxford Preston Riga Siena Tampere Vienna Warwick York Bristol Boston Chester Durham Geneva"
).split()
_PLACE_ENDS = "ton ham ford bury field mouth stead port dale wick haven burg stadt ville".split()
_KINDS = (
    "bridge library school museum hospital theatre station market harbour tunnel tower factory clinic stadium mill "
    "church garden ferry quarry dam warehouse archive chapel pool laboratory orchard lighthouse bakery depot gallery"
).split()
_ORGANISATIONS = (
    "the {p} council", "the {p} museum", "{n} & Sons", "the {p} rowing club", "{n} Energy", "the university of {p}",
    "the {p} choir", "the {p} hospital", "{n} Foods", "the {p} Chronicle", "the port of {p}", "the {p} water board",
    "the {n} foundation", "{n} Rail", "the {p} fire brigade",
)  # fmt: skip
_ADJECTIVES = "old new northern southern upper lower eastern western red white stone wooden small great".split()
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
_COUNTED = (
    "members workers visitors houses trees students boats letters chairs seats nurses tickets patients engineers "
    "paintings horses buses firms farmers volunteers windows villages species rooms pupils teachers drivers guests"
).split()

# past, participle, base, a noun phrase's kind of the object: p person, o organisation, t thing
_DEEDS = (
    "praised praised praise p", "sued sued sue o", "hired hired hire p", "visited visited visit p",
    "defeated defeated defeat o", "invited invited invite p", "criticised criticised criticise o",
    "rescued rescued rescue p", "replaced replaced replace p", "accused accused accuse p", "warned warned warn o",
    "called called call p", "met with|met with|meet with|p", "followed followed follow p", "thanked thanked thank p",
    "taught taught teach p", "blamed blamed blame o", "supported supported support o", "photographed photographed photograph p",
    "trained trained train p", "beat beaten beat p", "paid paid pay o", "chose chosen choose p", "drove driven drive p",
    "interviewed interviewed interview p", "attacked attacked attack o", "married married marry p", "sponsored sponsored sponsor o",
    "overtook overtaken overtake p", "examined examined examine p", "dismissed dismissed dismiss p", "advised advised advise o",
    "painted painted paint p", "reported reported report p", "bought bought buy o", "founded founded found o",
    "helped helped help p", "sent away|sent away|send away|p", "challenged challenged challenge p", "welcomed welcomed welcome p",
    "promoted promoted promote p", "protected protected protect p", "insured insured insure o", "treated treated treat p",
    "merged with|merged with|merge with|o", "represented represented represent p", "betrayed betrayed betray p", "fined fined fine o",
)  # fmt: skip
_SYMMETRIC = frozenset(("met with", "married", "merged with"))
_ON_THINGS = (
    "built built build", "designed designed design", "bought bought buy", "sold sold sell", "repaired repaired repair",
    "closed closed close", "opened opened open", "painted painted paint", "restored restored restore", "found found find",
    "burned burned burn", "inspected inspected inspect", "drew drawn draw", "funded funded fund", "moved moved move",
    "damaged damaged damage", "rebuilt rebuilt rebuild", "donated donated donate", "owned owned own", "named named name",
)  # fmt: skip
# "{a} sold X to {b}" and the same told from b's side.
_CONVERSES = (
    ("{a} sold {t} to {b}", "{b} bought {t} from {a}"), ("{a} lent {t} to {b}", "{b} borrowed {t} from {a}"),
    ("{a} gave {t} to {b}", "{b} received {t} from {a}"), ("{a} rented {t} out to {b}", "{b} leased {t} from {a}"),
    ("{a} works for {b}", "{b} employs {a}"), ("{a} won against {b}", "{b} lost to {a}"),
    ("{a} reports to {b}", "{b} is the superior of {a}"), ("{a} succeeded {b}", "{b} was followed by {a}"),
    ("{a} taught {b}", "{b} learned from {a}"), ("{a} handed {t} over to {b}", "{b} took over {t} from {a}"),
    ("{a} is the mother of {b}", "{b} is a child of {a}"), ("{a} owns {t2}", "{t2} belongs to {a}"),
    ("{a} arrived before {b}", "{b} arrived after {a}"), ("{a} lies north of {b}", "{b} lies south of {a}"),
    ("{a} is part of {b}", "{b} includes {a}"), ("{a} inherited {t} from {b}", "{b} left {t} to {a}"),
    ("{a} supplies {b} with flour", "{b} gets its flour from {a}"), ("{a} treats {b}", "{b} is a patient of {a}"),
    ("{a} owes {b} money", "{b} is owed money by {a}"), ("{a} led {b}", "{b} was led by {a}"),
    ("{a} voted for {b}", "{b} got the vote of {a}"), ("{a} wrote to {b}", "{b} got a letter from {a}"),
    ("{a} overtook {b}", "{b} fell behind {a}"), ("{a} acquired {b}", "{b} was taken over by {a}"),
    ("{a} depends on {b}", "{b} is needed by {a}"), ("{a} defended {b} in court", "{b} was represented in court by {a}"),
)  # fmt: skip
# comparative, its opposite, unit
_COMPARATIVES = (
    ("taller", "shorter", "metres tall"), ("older", "younger", "years old"), ("heavier", "lighter", "tonnes in weight"),
    ("longer", "shorter", "kilometres long"), ("wider", "narrower", "metres wide"), ("deeper", "shallower", "metres deep"),
    ("more expensive", "cheaper", ""), ("faster", "slower", ""), ("bigger", "smaller", ""), ("warmer", "colder", ""),
    ("busier", "quieter", ""), ("stronger", "weaker", ""), ("richer", "poorer", ""), ("more popular", "less popular", ""),
    ("safer", "more dangerous", ""), ("more crowded", "less crowded", ""), ("brighter", "darker", ""),
)  # fmt: skip
# sentence, the same otherwise, and two that it contradicts
_OPPOSITES = (
    ("{o} accepted the offer", "{o} said yes to the offer", "{o} rejected the offer", "{o} turned the offer down"),
    ("{t} was opened in {y}", "the opening of {t} was in {y}", "{t} was closed in {y}", "{t} shut in {y}"),
    ("the court acquitted {p}", "{p} was found not guilty", "{p} was convicted", "the court found {p} guilty"),
    ("prices in {l} rose", "prices in {l} went up", "prices in {l} fell", "prices in {l} went down"),
    ("{p} passed the exam", "{p} was successful in the exam", "{p} failed the exam", "{p} did not pass the exam"),
    ("{p} resigned", "{p} stepped down", "{p} stayed in office", "{p} refused to step down"),
    ("the vote on {t} failed", "the vote on {t} did not succeed", "the vote on {t} was successful", "the vote on {t} was carried"),
    ("{o} made a profit", "{o} earned money", "{o} made a loss", "{o} lost money"),
    ("{p} survived the accident", "{p} did not die in the accident", "{p} died in the accident", "the accident killed {p}"),
    ("{t} is free of charge", "nothing has to be paid for {t}", "{t} costs money", "visitors of {t} have to pay"),
    ("{p} remembered the meeting", "{p} did not forget the meeting", "{p} forgot the meeting", "the meeting slipped {p}'s mind"),
    ("smoking is banned in {t}", "nobody may smoke in {t}", "smoking is allowed in {t}", "people may smoke in {t}"),
    ("{t} is empty", "there is nothing in {t}", "{t} is full", "{t} is packed"),
    ("{p} agreed with the plan", "{p} was for the plan", "{p} opposed the plan", "{p} was against the plan"),
    ("{o} lowered the fee", "the fee of {o} is smaller than before", "{o} raised the fee", "the fee of {o} went up"),
    ("{t} lies inside the town", "{t} is within the town", "{t} lies outside the town", "{t} is beyond the town's limits"),
    ("{p} admitted the theft", "{p} confessed to the theft", "{p} denied the theft", "{p} disputed the theft"),
    ("{o} hired more staff", "the staff of {o} grew", "{o} cut its staff", "{o} laid staff off"),
    ("the road to {l} is open again", "the road to {l} has been reopened", "the road to {l} is still closed", "the road to {l} remains shut"),
    ("{p} left early", "{p} did not stay to the end", "{p} stayed to the end", "{p} was there until the end"),
    ("{o} kept {t}", "{o} did not give {t} away", "{o} gave {t} away", "{o} parted with {t}"),
    ("the number of {c} doubled", "there were twice as many {c}", "the number of {c} halved", "there were half as many {c}"),
    ("{p} was the winner", "{p} came first", "{p} was the loser", "{p} came last"),
    ("the water was safe to drink", "one could drink the water without danger", "the water was unsafe to drink", "drinking the water was dangerous"),
    ("{p} was present at the hearing", "{p} attended the hearing", "{p} was absent from the hearing", "{p} missed the hearing"),
    ("{o} won the case", "the court decided for {o}", "{o} lost the case", "the court decided against {o}"),
    ("the plan of {o} was approved", "{o} got approval for its plan", "the plan of {o} was refused", "the plan of {o} was turned down"),
    ("{t} was demolished", "{t} was torn down", "{t} was preserved", "{t} was left standing"),
    ("{p} came in spite of the ban", "{p} came although it was forbidden", "{p} stayed away because of the ban", "{p} obeyed the ban"),
    ("the talks ended without a result", "no agreement came of the talks", "the talks led to an agreement", "the talks were a success"),
)  # fmt: skip
_ACTS = (
    "open a second branch", "sell the old hall", "cut fares", "rebuild the pier", "close the night line", "plant an orchard",
    "hire two nurses", "publish the report", "leave the alliance", "move to a larger site", "test the new pumps",
    "raise the rent", "stop the night flights", "restore the organ", "replace the windows", "merge with a rival",
    "ban cars from the square", "pay back the loan", "appeal the ruling", "extend the tram line", "lower the speed limit",
    "drain the lake", "release the data", "recall the heaters", "widen the road", "rename the square",
)  # fmt: skip
_IRREGULAR = {
    "cut": ("cut", "cut"), "sell": ("sold", "sold"), "rebuild": ("rebuilt", "rebuilt"), "leave": ("left", "left"),
    "pay": ("paid", "paid"), "stop": ("stopped", "stopped"), "ban": ("banned", "banned"), "plant": ("planted", "planted"),
    "hire": ("hired", "hired"), "lower": ("lowered", "lowered"),
}  # fmt: skip
# written, kept in other words, and what goes beyond it
_MODALS = (
    ("may", ("might", "could", "will possibly"), ("will", "is going to", "has decided to")),
    ("plans to", ("intends to", "wants to", "has plans to"), ("has agreed to", "is certain to", "is obliged to")),
    ("is expected to", ("is likely to", "will probably"), ("is certain to", "has promised to")),
    ("has been asked to", ("was requested to",), ("will", "has agreed to", "is going to")),
    ("hopes to", ("would like to", "wishes to"), ("will", "is going to")),
    ("is considering whether to", ("is thinking about whether to", "has not yet decided whether to"), ("has decided to", "will")),
    ("should", ("ought to", "is supposed to"), ("will", "is going to")),
    ("will", ("is going to", "is set to"), ("may", "will not", "has refused to")),
    ("must", ("has to", "is obliged to"), ("need not", "may if it wants to")),
    ("refused to", ("would not", "declined to"), ("agreed to", "was willing to")),
    ("promised to", ("gave its word to", "pledged to"), ("refused to", "would not")),
    ("was unable to", ("could not", "did not manage to"), ("managed to", "was able to")),
    ("offered to", ("said that it was willing to",), ("refused to",)),
)  # fmt: skip
_SYMBOLS = ("Plan {x}", "vitamin {x}", "Route {n}", "Room {n}{y}", "Line {n}", "Block {x}", "Gate {n}", "Type {n}", "Grade {x}", "Pier {n}", "Form {x}{n}", "strain {x}{n}", "Building {x}", "Section {n}")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """Sentences, and claims about them with their labels."""

    kind: str
    sentences: tuple[str, ...]
    claims: tuple[tuple[str, Label], ...]


@dataclass(kw_only=True, slots=True)
class Draw:
    """Draws names and values, none of them twice in one example."""

    rng: random.Random
    drawn: set[str] = field(default_factory=set)

    def _new(self, make: Callable[[], str]) -> str:
        while (found := make()) in self.drawn:
            pass
        self.drawn.add(found)
        return found

    def syllables(self) -> str:
        """Draw one or two syllables with a capital."""
        count = self.rng.choice((1, 1, 2))
        made = "".join(self.rng.choice(_ONSETS) + self.rng.choice(_MIDDLES) for _ in range(count))
        return (made + self.rng.choice(_ENDS)).capitalize()

    def person(self) -> str:
        """Draw a person's name, now and then a last name or an office alone."""

        def make() -> str:
            made = self.syllables() + self.rng.choice(("", *_LAST_ENDS))
            last = self.rng.choice(_LAST) if self.rng.random() < 0.6 else made
            return self.rng.choice(
                (f"{self.rng.choice(_FIRST)} {last}",) * 5 + (f"Dr {last}", f"Ms {last}", self.rng.choice(_FIRST))
            )

        return self._new(make)

    def place(self) -> str:
        """Draw a town."""
        return self._new(self._town)

    def _town(self) -> str:
        return self.rng.choice(_PLACES) if self.rng.random() < 0.6 else self.syllables() + self.rng.choice(_PLACE_ENDS)

    def _last(self) -> str:
        return self.rng.choice(_LAST) if self.rng.random() < 0.6 else self.syllables()

    def organisation(self) -> str:
        """Draw an organisation."""
        return self._new(lambda: self.rng.choice(_ORGANISATIONS).format(p=self._town(), n=self._last()))

    def thing(self) -> str:
        """Draw a building or the like."""
        return self._new(
            lambda: self.rng.choice(
                (
                    f"the {self.rng.choice(_ADJECTIVES)} {self.rng.choice(_KINDS)}",
                    f"the {self._last()} {self.rng.choice(_KINDS)}",
                    f"the {self.rng.choice(_KINDS)} of {self._town()}",
                )
            )
        )

    def actor(self) -> str:
        """Draw a person or an organisation."""
        return self.person() if self.rng.random() < 0.6 else self.organisation()

    def year(self) -> int:
        """Draw a year."""
        return int(self._new(lambda: str(self.rng.randint(1780, 2029))))

    def number(self, least: int = 3, most: int = 900) -> int:
        """Draw a number, mostly a small one."""
        return int(self._new(lambda: str(round(least * (most / least) ** self.rng.random()))))

    def counted(self) -> str:
        """Draw a plural."""
        return self._new(lambda: self.rng.choice(_COUNTED))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stop(text: str) -> str:
    return _capital(text) + "."


def _verb(entry: str) -> list[str]:
    return entry.split("|") if "|" in entry else entry.split()


def _when(draw: Draw) -> str:
    rng = draw.rng
    return rng.choice(
        (
            f" in {draw.year()}",
            f" on {rng.choice(_DAYS)}",
            f" in {rng.choice(_MONTHS)}",
            " last year",
            " this spring",
            "",
            "",
            "",
            "",
        )
    )


def deed(draw: Draw) -> Made:
    """Who did it to whom, in both voices."""
    past, participle, base, kind = _verb(draw.rng.choice(_DEEDS))
    a = draw.actor()
    b = draw.person() if kind == "p" else draw.organisation()
    when = _when(draw)
    active, passive = f"{a} {past} {b}{when}", f"{b} was {participle} by {a}{when}"
    turned, passive_turned = f"{b} {past} {a}{when}", f"{a} was {participle} by {b}{when}"
    written, other = (active, passive) if draw.rng.random() < 0.6 else (passive, active)
    symmetric = past in _SYMMETRIC
    claims = [(other, _S)] if not symmetric else []
    claims += [] if symmetric else [(turned, _NS), (passive_turned, _NS)]
    claims += [(f"{a} did not {base} {b}{when}", _C), (f"it was {a} who {past} {b}{when}", _S)]
    if not symmetric:
        claims.append((f"it was {b} who {past} {a}{when}", _NS))
    c = draw.actor()
    claims += [(f"{c} {past} {b}{when}", _NS), (f"{a} {past} {c}{when}", _NS)]
    return Made(kind="roles", sentences=(written,), claims=tuple(claims))


def two_deeds(draw: Draw) -> Made:
    """Two deeds of two people: who did which."""
    one, other = (_verb(entry) for entry in draw.rng.sample(_ON_THINGS, k=2))
    a, b, x, y = draw.actor(), draw.actor(), draw.thing(), draw.thing()
    return Made(
        kind="roles of two",
        sentences=(f"{a} {one[0]} {x}", f"{b} {other[0]} {y}")
        if draw.rng.random() < 0.6
        else (f"{a} {one[0]} {x}, and {b} {other[0]} {y}",),
        claims=(
            (f"{x} was {one[1]} by {a}", _S),
            (f"{b} {other[0]} {y}", _S),
            (f"{y} was {other[1]} by {a}", _NS),
            (f"{b} {one[0]} {x}", _NS),
            (f"{a} {one[0]} {y}", _NS),
            (f"{a} {one[0]} {x} and {b} {other[0]} {y}", _S),
            (f"{a} {other[0]} {x} and {b} {one[0]} {y}", _NS),
        ),
    )


def converse(draw: Draw) -> Made:
    """A relation told from the other side."""
    one, other = draw.rng.choice(_CONVERSES)
    if draw.rng.random() < 0.5:
        one, other = other, one
    a, b, t = draw.actor(), draw.actor(), draw.thing()
    names = {"a": a, "b": b, "t": t, "t2": t}
    turned = {"a": b, "b": a, "t": t, "t2": t}
    claims = [(other.format(**names), _S), (one.format(**names), _S)]
    if "{t2}" not in one:
        claims += [(other.format(**turned), _NS), (one.format(**turned), _NS)]
    else:
        rival = draw.actor()
        claims += [(template.format(a=rival, b=b, t=t, t2=t), _NS) for template in (one, other)]
    return Made(kind="converse", sentences=(one.format(**names),), claims=tuple(claims))


def comparison(draw: Draw) -> Made:
    """Greater and smaller, with and without values."""
    more, less, unit = draw.rng.choice(_COMPARATIVES)
    if draw.rng.random() < 0.5:
        more, less = less, more
    a, b = (draw.thing(), draw.thing()) if draw.rng.random() < 0.7 else (draw.place(), draw.place())
    claims = [
        (f"{b} is {less} than {a}", _S), (f"{a} is {less} than {b}", _C), (f"{b} is {more} than {a}", _C),
        (f"of {a} and {b}, {a} is the {more}", _S), (f"of {a} and {b}, {b} is the {more}", _C),
        (f"{a} and {b} are alike in this", _NS),
    ]  # fmt: skip
    sentence = f"{a} is {more} than {b}"
    if unit and draw.rng.random() < 0.5:
        high, low = sorted((draw.number(), draw.number()), reverse=True)
        first, second = (
            (high, low) if more in {"taller", "older", "heavier", "longer", "wider", "deeper"} else (low, high)
        )
        sentence = f"{a} is {first} {unit} and {b} is {second}"
        claims += [(f"{b} is {second} {unit}", _S), (f"{b} is {first} {unit}", _C), (f"{a} is {second} {unit}", _C)]
    return Made(kind="comparison", sentences=(sentence,), claims=tuple(claims))


def amounts(draw: Draw) -> Made:
    """More and fewer of something in two places."""
    a, b, c = draw.place(), draw.place(), draw.counted()
    sentence, claims = draw.rng.choice(
        (
            (
                f"{a} has more {c} than {b}",
                (
                    (f"{b} has fewer {c} than {a}", _S),
                    (f"{a} has fewer {c} than {b}", _C),
                    (f"{b} has more {c} than {a}", _C),
                ),
            ),
            (
                f"{a} has fewer {c} than {b}",
                (
                    (f"{b} has more {c} than {a}", _S),
                    (f"{a} has more {c} than {b}", _C),
                    (f"{b} has fewer {c} than {a}", _C),
                ),
            ),
            (
                f"{a} has as many {c} as {b}",
                (
                    (f"{b} and {a} have equally many {c}", _S),
                    (f"{a} has more {c} than {b}", _C),
                    (f"{b} has fewer {c} than {a}", _C),
                ),
            ),
        )
    )
    return Made(kind="comparison", sentences=(sentence,), claims=claims)


def modality(draw: Draw) -> Made:
    """Planned, possible and done."""
    o, act = draw.organisation(), draw.rng.choice(_ACTS)
    base, rest = act.split(" ", 1)
    past, participle = _IRREGULAR.get(base, (base + ("d" if base.endswith("e") else "ed"),) * 2)
    written, kept, beyond = draw.rng.choice(_MODALS)
    when = draw.rng.choice((f" in {draw.year()}", " next year", " soon", "", ""))
    claims = [(f"{o} {draw.rng.choice(kept)} {act}{when}", _S), (f"{o} {draw.rng.choice(beyond)} {act}{when}", _NS)]
    if written not in {"refused to", "was unable to", "promised to", "offered to"}:
        claims += [(f"{o} {past} {rest}{when}", _NS), (f"{o} has {participle} {rest}", _NS)]
    else:
        claims += [(f"{o} {past} {rest}{when}", _NS)]
    return Made(kind="modality", sentences=(f"{o} {written} {act}{when}",), claims=tuple(claims))


def done(draw: Draw) -> Made:
    """A deed that is done, or was and is no more: tenses."""
    o, act = draw.organisation(), draw.rng.choice(_ACTS)
    base, rest = act.split(" ", 1)
    past, participle = _IRREGULAR.get(base, (base + ("d" if base.endswith("e") else "ed"),) * 2)
    year = draw.year()
    sentence, claims = draw.rng.choice(
        (
            (
                f"{o} {past} {rest} in {year}",
                (
                    (f"in {year}, {o} {past} {rest}", _S),
                    (f"{o} has already {participle} {rest}", _S),
                    (f"{o} will {act}", _NS),
                    (f"{o} plans to {act}", _NS),
                    (f"{o} never {past} {rest}", _C),
                ),
            ),
            (
                f"{o} will {act} in {year}",
                (
                    (f"in {year}, {o} is going to {act}", _S),
                    (f"{o} {past} {rest} in {year}", _NS),
                    (f"{o} will not {act} in {year}", _C),
                    (f"{o} has already {participle} {rest}", _NS),
                ),
            ),
            (
                f"{o} used to {act} but no longer does",
                (
                    (f"{o} does not {act} any more", _S),
                    (f"{o} still does what it did: {act}", _C),
                    (f"{o} continues to {act}", _C),
                ),
            ),
            (
                f"{o} has begun to {act}",
                (
                    (f"{o} has started to {act}", _S),
                    (f"{o} has finished this work and {past} {rest}", _NS),
                    (f"{o} has not yet begun to {act}", _C),
                ),
            ),
        )
    )
    return Made(kind="tense", sentences=(sentence,), claims=claims)


def quantities(draw: Draw) -> Made:
    """All, most, half, some, none."""
    c, o = draw.counted(), draw.organisation()
    n = 2 * draw.rng.randint(3, 60)
    k = draw.rng.randint(2, n - 2)
    predicate, denied = draw.rng.choice((("signed the letter", "did not sign the letter"), ("were insured", "were not insured"), ("came back", "did not come back"), ("were tested", "were not tested"), ("got a discount", "got no discount"), ("were lost", "were not lost"), ("took part", "did not take part")))  # fmt: skip
    word = _WORDS[k] if k < len(_WORDS) else str(k)
    rest = _WORDS[n - k] if n - k < len(_WORDS) else str(n - k)
    sentence, claims = draw.rng.choice(
        (
            (f"all {n} {c} of {o} {predicate}", ((f"every one of the {n} {c} of {o} {predicate}", _S), (f"none of the {c} of {o} {predicate}", _C), (f"only some of the {c} of {o} {predicate}", _C), (f"some {c} of {o} {denied}", _C))),
            (f"most of the {c} of {o} {predicate}", ((f"more than half of the {c} of {o} {predicate}", _S), (f"all {c} of {o} {predicate}", _NS), (f"few of the {c} of {o} {predicate}", _C), (f"a majority of the {c} of {o} {predicate}", _S))),
            (f"half of the {n} {c} of {o} {predicate}", ((f"{n // 2} {c} of {o} {predicate}", _S), (f"{n} {c} of {o} {predicate}", _NS), (f"all {c} of {o} {predicate}", _C), (f"50% of the {c} of {o} {predicate}", _S))),
            (f"none of the {n} {c} of {o} {predicate}", ((f"not one of the {c} of {o} {predicate}", _S), (f"the {n} {c} of {o} {denied}", _S), (f"some of the {c} of {o} {predicate}", _C), (f"the {n} {c} of {o} {predicate}", _C))),
            (f"some of the {c} of {o} {predicate}", ((f"not none but some {c} of {o} {predicate}", _S), (f"all {c} of {o} {predicate}", _NS), (f"most of the {c} of {o} {predicate}", _NS), (f"no {c} of {o} {predicate}", _C))),
            (f"{word} of the {n} {c} of {o} {predicate}", ((f"{k} of {n} {c} of {o} {predicate}", _S), (f"{n} {c} of {o} {predicate}", _C), (f"all {c} of {o} {predicate}", _C), (f"{rest} {c} of {o} {denied}", _S))),
            (f"only a few {c} of {o} {predicate}", ((f"not many {c} of {o} {predicate}", _S), (f"most {c} of {o} {predicate}", _C), (f"many {c} of {o} {predicate}", _C))),
            (f"a third of the {c} of {o} {predicate}", ((f"one in three {c} of {o} {predicate}", _S), (f"two thirds of the {c} of {o} {denied}", _S), (f"two thirds of the {c} of {o} {predicate}", _C), (f"the {c} of {o} {predicate}", _NS))),
            (f"at least {n} {c} of {o} {predicate}", ((f"{n} or more {c} of {o} {predicate}", _S), (f"no fewer than {n} {c} of {o} {predicate}", _S), (f"at most {n} {c} of {o} {predicate}", _NS), (f"exactly {n} {c} of {o} {predicate}", _NS), (f"fewer than {n} {c} of {o} {predicate}", _C))),
            (f"more than {n} {c} of {o} {predicate}", ((f"over {n} {c} of {o} {predicate}", _S), (f"fewer than {n} {c} of {o} {predicate}", _C), (f"{n} {c} of {o} {predicate}, no more", _C))),
            (f"fewer than {n} {c} of {o} {predicate}", ((f"less than {n} {c} of {o} {predicate}", _S), (f"more than {n} {c} of {o} {predicate}", _C), (f"at least {n} {c} of {o} {predicate}", _C))),
        )
    )  # fmt: skip
    return Made(kind="quantifier", sentences=(sentence,), claims=claims)


def both(draw: Draw) -> Made:
    """Both, either and neither of two."""
    a, b = draw.person(), draw.person()
    past, _, base = _verb(draw.rng.choice(_ON_THINGS))
    t = draw.thing()
    sentence, claims = draw.rng.choice(
        (
            (f"neither {a} nor {b} {past} {t}", ((f"{a} did not {base} {t}", _S), (f"{b} {past} {t}", _C), (f"both {a} and {b} {past} {t}", _C))),
            (f"both {a} and {b} {past} {t}", ((f"{a} {past} {t}, and so did {b}", _S), (f"{b} {past} {t}", _S), (f"only {a} {past} {t}", _C), (f"neither of them {past} {t}", _C))),
            (f"{a} {past} {t}, but {b} did not", ((f"{a} {past} {t}", _S), (f"{b} did not {base} {t}", _S), (f"{b} {past} {t}", _C), (f"{a} did not {base} {t}", _C), (f"both {past} {t}", _C))),
            (f"not {a} but {b} {past} {t}", ((f"{b} {past} {t}", _S), (f"{a} {past} {t}", _C), (f"it was {a} who {past} {t}", _C))),
            (f"either {a} or {b} {past} {t}", ((f"one of the two, {a} or {b}, {past} {t}", _S), (f"{a} {past} {t}", _N), (f"{b} {past} {t}", _N))),
            (f"{a} could not {base} {t}, so {b} did", ((f"{b} {past} {t}", _S), (f"{a} {past} {t}", _C))),
        )
    )  # fmt: skip
    return Made(kind="both", sentences=(sentence,), claims=claims)


def parts(draw: Draw) -> Made:
    """A part and the whole."""
    t = draw.thing()
    part = draw.rng.choice(
        (
            "the roof",
            "the east wing",
            "the cellar",
            "one room",
            "the ground floor",
            "the entrance",
            "the front",
            "the north side",
            "a corner",
            "the upper floor",
        )
    )
    deed, passive = draw.rng.choice((("closed", "was closed"), ("burned down", "was burned down"), ("was repainted", "was given new paint"), ("was flooded", "was under water"), ("was sold", "was sold off"), ("collapsed", "fell in"), ("was restored", "was renewed"), ("is open", "can be visited")))  # fmt: skip
    sentence, claims = draw.rng.choice(
        (
            (f"{part} of {t} {deed}", ((f"{part} of {t} {passive}", _S), (f"{t} as a whole {deed}", _NS), (f"all of {t} {deed}", _NS), (f"{t} {deed}", _NS), (f"a part of {t} {deed}", _S))),
            (f"all of {t} {deed}", ((f"the whole of {t} {deed}", _S), (f"only {part} of {t} {deed}", _C), (f"{t} {passive}", _S))),
            (f"{t} {deed}, apart from {part}", ((f"{part} of {t} {deed}", _C), (f"all of {t} {deed}", _C), (f"most of {t} {deed}", _S))),
        )
    )  # fmt: skip
    return Made(kind="part and whole", sentences=(sentence,), claims=claims)


def ranges(draw: Draw) -> Made:
    """Both ends of a range."""
    low, high = sorted((draw.number(2, 400), draw.number(2, 400)))
    c, t = draw.counted(), draw.thing()
    written = draw.rng.choice(
        (f"between {low} and {high} {c}", f"{low} to {high} {c}", f"from {low} to {high} {c}", f"{low}–{high} {c}")
    )
    kept = draw.rng.choice(
        (f"{low} to {high} {c}", f"between {low} and {high} {c}", f"at least {low} and at most {high} {c}")
    )
    return Made(
        kind="range",
        sentences=(f"{t} has {written}",),
        claims=(
            (f"{t} has {kept}", _S), (f"{t} has {low} {c}", _NS), (f"{t} has {high} {c}", _NS),
            (f"{t} has no more than {high} {c}", _S), (f"{t} has at least {high} {c}", _NS),
            (f"{t} has more than {high} {c}", _C),
        ),
    )  # fmt: skip


def values_by_year(draw: Draw) -> Made:
    """Values of two years."""
    x, c = draw.thing(), draw.counted()
    (y1, y2), (n1, n2) = (draw.year(), draw.year()), (draw.number(), draw.number())
    one = draw.rng.choice((f"in {y1} {x} had {n1} {c}", f"{x} had {n1} {c} in {y1}"))
    two = draw.rng.choice((f"in {y2} it had {n2}", f"it had {n2} in {y2}", f"by {y2} there were {n2}"))
    sentences = (one, two) if draw.rng.random() < 0.5 else (f"{one}, and {two}",)
    rise = "rose" if (n2 > n1) == (y2 > y1) else "fell"
    turned = "fell" if rise == "rose" else "rose"
    return Made(
        kind="value and date",
        sentences=sentences,
        claims=(
            (f"in {y2}, {x} had {n2} {c}", _S), (f"there were {n1} {c} in {x} in {y1}", _S),
            (f"{x} had {n2} {c} in {y1}", _C), (f"in {y2} {x} had {n1} {c}", _C),
            (f"the number of {c} {rise}", _S), (f"the number of {c} {turned}", _C),
        ),
    )  # fmt: skip


def values_by_name(draw: Draw) -> Made:
    """Values of two things."""
    x, y, c = draw.thing(), draw.thing(), draw.counted()
    n, m = draw.number(), draw.number()
    sentences = draw.rng.choice(((f"{x} has {n} {c}", f"{y} has {m}"), (f"{x} has {n} {c} and {y} {m}",), (f"{n} {c} are in {x}, {m} in {y}",)))  # fmt: skip
    more, fewer = (x, y) if n > m else (y, x)
    return Made(
        kind="value and name",
        sentences=sentences,
        claims=(
            (f"{y} has {m} {c}", _S), (f"there are {n} {c} in {x}", _S), (f"{y} has {n} {c}", _C), (f"{x} has {m} {c}", _C),
            (f"{more} has more {c} than {fewer}", _S), (f"{fewer} has more {c} than {more}", _C),
        ),
    )  # fmt: skip


def people(draw: Draw) -> Made:
    """Two people, and a pronoun for one of them."""
    name = draw.person()
    first = name.split()[0]
    woman = first in _WOMEN or first == "Ms"
    if first == "Dr":
        woman = draw.rng.random() < 0.5
    other = draw.person()
    subject = "She" if woman else "He"
    past, participle, _ = _verb(draw.rng.choice(_ON_THINGS))
    office = draw.rng.choice(
        ("the director", "a teacher", "the architect", "a baker", "the treasurer", "a surgeon", "the editor")
    )
    town, t = draw.place(), draw.thing()
    return Made(
        kind="pronoun",
        sentences=(f"{name} is {office} from {town}", f"{subject} {past} {t}"),
        claims=(
            (f"{name} {past} {t}", _S), (f"{t} was {participle} by {name}", _S), (f"{other} {past} {t}", _NS),
            (f"{office} {past} {t}" if office.startswith("the") else f"{office} from {town} {past} {t}", _S),
            (f"{name} comes from {town}", _S), (f"{name} comes from {draw.place()}", _C),
        ),
    )  # fmt: skip


def opposites(draw: Draw) -> Made:
    """A sentence, the same otherwise, and its contrary."""
    entry = draw.rng.choice(_OPPOSITES)
    names = {
        "p": draw.person(),
        "o": draw.organisation(),
        "t": draw.thing(),
        "l": draw.place(),
        "y": draw.year(),
        "c": draw.counted(),
    }
    one, same, *against = (text.format(**names) for text in entry)
    if draw.rng.random() < 0.5:
        one, same = same, one
    claims = [(same, _S), (one, _S), *((text, _C) for text in against)]
    if draw.rng.random() < 0.5:  # The contrary is what stands there.
        one, same = against
        claims = [(same, _S), *((text.format(**names), _C) for text in entry[:2])]
    return Made(kind="antonym", sentences=(one,), claims=tuple(claims))


def symbols(draw: Draw) -> Made:
    """Names that are letters and numbers."""
    rng = draw.rng
    template = rng.choice(_SYMBOLS)

    def name() -> str:
        return template.format(x=rng.choice("ABCDEFGHK"), n=rng.randint(1, 40), y=rng.choice("abcd"))

    one, other, third = name(), name(), name()
    while len({one, other, third}) < 3:
        other, third = name(), name()
    o = draw.organisation()
    first, second = rng.sample(
        ("was chosen", "is closed", "was tested first", "costs more", "is the oldest", "was dropped", "lacks a lift"),
        k=2,
    )
    return Made(
        kind="symbol",
        sentences=(f"{one} of {o} {first}, while {other} {second}",)
        if rng.random() < 0.7
        else (f"{one} of {o} {first}",),
        claims=(
            (f"{one} {first}", _S),
            (f"{other} {first}", _NS),
            (f"{third} {first}", _NS),
            (f"at {o}, {one} {first}", _S),
        ),
    )


def values_rewritten(draw: Draw) -> Made:
    """Numbers and dates in other forms, and other numbers in those forms."""
    rng, t, c = draw.rng, draw.thing(), draw.counted()
    n = rng.randint(2, 14)
    large = rng.randint(2, 99) * 100 + 1000 * rng.randint(1, 90)
    day, month, year = rng.randint(1, 28), rng.randrange(12), draw.year()
    other_month = (month + rng.randint(1, 11)) % 12
    half = rng.randint(1, 12)
    date = f"{day} {_MONTHS[month]} {year}"
    sentence, claims = rng.choice(
        (
            (f"{t} has {n} {c}", ((f"{t} has {_WORDS[n]} {c}", _S), (f"{t} has {_WORDS[n + 1]} {c}", _C), (f"{t} has {_WORDS[n - 1]} {c}", _C))),
            (f"{t} has {_WORDS[n]} {c}", ((f"{t} has {n} {c}", _S), (f"{t} has {n + 1} {c}", _C), (f"{t} has {n}0 {c}", _C))),
            (f"{t} has {large:,} {c}", ((f"{t} has {large} {c}", _S), (f"there are {large // 1000} {large % 1000:03} {c} in {t}", _S), (f"{t} has {large % 1000} {c}", _C), (f"{t} has {large * 10} {c}", _C), (f"{t} has {large / 1000:g} thousand {c}", _S), (f"{t} has {large / 1000:g} million {c}", _C))),
            (f"{t} was opened on {date}", ((f"{t} opened on {_MONTHS[month]} {day}, {year}", _S), (f"{t} was opened in {_MONTHS[month]} {year}", _S), (f"{t} was opened on {day} {_MONTHS[other_month]} {year}", _C), (f"{t} was opened in {year}", _S), (f"{t} was opened in {year + 1}", _C))),
            (f"{t} is {half} and a half kilometres long", ((f"{t} is {half}.5 km long", _S), (f"{t} is {half} km long", _C), (f"the length of {t} is {half * 1000 + 500} metres", _S), (f"{t} is {half}.5 miles long", _C))),
            (f"{t} cost {half} million euros", ((f"{t} cost {half},000,000 euros", _S), (f"the price of {t} was {half} million euros", _S), (f"{t} cost {half} million dollars", _C), (f"{t} cost {half} billion euros", _C), (f"{t} cost {half} thousand euros", _C))),
            (f"the temperature at {t} was -{n} °C", ((f"it was minus {_WORDS[n]} degrees Celsius at {t}", _S), (f"it was {n} degrees Celsius at {t}", _C), (f"it was {n} degrees below zero at {t}", _S))),
            (f"{n}% of the {c} of {t} are new", ((f"{n} percent of the {c} of {t} are new", _S), (f"{_WORDS[n]} per cent of the {c} of {t} are new", _S), (f"{n} {c} of {t} are new", _NS), (f"{100 - n}% of the {c} of {t} are new", _C))),
        )
    )  # fmt: skip
    return Made(kind="value form", sentences=(sentence,), claims=claims)


def denials(draw: Draw) -> Made:
    """Negations in several forms."""
    o, act = draw.organisation(), draw.rng.choice(_ACTS)
    base, rest = act.split(" ", 1)
    past, participle = _IRREGULAR.get(base, (base + ("d" if base.endswith("e") else "ed"),) * 2)
    sentence, claims = draw.rng.choice(
        (
            (f"{o} did not {act}", ((f"{o} never {past} {rest}", _S), (f"{o} {past} {rest}", _C))),
            (f"{o} has no plans to {act}", ((f"{o} does not plan to {act}", _S), (f"{o} plans to {act}", _C), (f"{o} will {act}", _C))),
            (f"{o} failed to {act}", ((f"{o} did not manage to {act}", _S), (f"{o} {past} {rest}", _C), (f"{o} succeeded: it {past} {rest}", _C))),
            (f"{o} has not yet {participle} {rest}", ((f"so far, {o} did not {act}", _S), (f"{o} has already {participle} {rest}", _C))),
            (f"{o} did {act} after all", ((f"{o} {past} {rest}", _S), (f"{o} did not {act}", _C))),
            (f"nobody asked {o} to {act}", ((f"{o} was not asked to {act}", _S), (f"{o} was asked to {act}", _C))),
            (f"{o} denied that it had {participle} {rest}", ((f"according to {o}, it did not {act}", _S), (f"{o} said that it had {participle} {rest}", _C), (f"{o} {past} {rest}", _NS))),
            (f"it is not true that {o} {past} {rest}", ((f"{o} did not {act}", _S), (f"{o} {past} {rest}", _C))),
            (f"{o} {past} not only {rest} but more besides", ((f"{o} {past} {rest}", _S), (f"{o} {past} {rest} alone and nothing else", _C))),
        )
    )  # fmt: skip
    return Made(kind="negation", sentences=(sentence,), claims=claims)


def orders(draw: Draw) -> Made:
    """First and later."""
    a, b = draw.thing(), draw.thing()
    past = draw.rng.choice(("was built", "was opened", "was sold", "was closed", "was restored"))
    sentence, claims = draw.rng.choice(
        (
            (f"{a} {past} before {b}", ((f"{b} {past} after {a}", _S), (f"{a} {past} later than {b}", _C), (f"{b} {past} first, then {a}", _C))),
            (f"{a} {past} two years after {b}", ((f"{b} {past} two years earlier than {a}", _S), (f"{a} {past} two years before {b}", _C), (f"{b} {past} after {a}", _C))),
            (f"first {a} {past}, then {b}", ((f"{a} {past} before {b}", _S), (f"{b} {past} before {a}", _C), (f"{a} and {b} {past} at the same time", _C))),
        )
    )  # fmt: skip
    return Made(kind="order", sentences=(sentence,), claims=claims)


def conditions(draw: Draw) -> Made:
    """What holds on a condition."""
    o, act = draw.organisation(), draw.rng.choice(_ACTS)
    if_, then = draw.rng.choice((("the grant comes through", "if the grant is paid"), ("the members agree", "with the members' consent"), ("enough people sign up", "if there are enough sign-ups"), ("the bank gives a loan", "if it gets a loan")))  # fmt: skip
    word = draw.rng.choice(("if", "only if", "provided that", "as long as"))
    return Made(
        kind="condition",
        sentences=(f"{o} will {act} {word} {if_}",),
        claims=((f"{then}, {o} will {act}", _S), (f"{o} will {act}", _N), (f"{o} will {act} in any case", _C)),
    )  # fmt: skip


MAKERS: dict[str, tuple[float, Callable[[Draw], Made]]] = {
    maker.__name__: (weight, maker)
    for weight, maker in (
        (2.5, deed), (1.5, two_deeds), (2.5, converse), (2.0, comparison), (1.2, amounts), (1.5, modality), (1.2, done),
        (2.5, quantities), (1.5, both), (1.2, parts), (0.8, ranges), (1.0, values_by_year), (1.0, values_by_name),
        (1.2, people), (2.5, opposites), (0.7, symbols), (2.5, values_rewritten), (2.0, denials), (0.7, orders),
        (0.8, conditions),
    )
}  # fmt: skip
"""Makers with their weights."""


def invented(rng: random.Random) -> Iterator[Pair]:
    """Yield pairs about one invented text: what it says of one thing, among other sentences."""
    names, weights = list(MAKERS), [weight for weight, _ in MAKERS.values()]
    draw = Draw(rng=rng)
    name, *others = rng.choices(names, weights, k=1 + rng.choice((0, 0, 1, 2)))
    made = MAKERS[name][1](draw)
    more = [MAKERS[other][1](draw) for other in others]
    beside = [_stop(text) for other in more for text in other.sentences]
    at = rng.randint(0, len(beside))
    evidence = " ".join([*beside[:at], *map(_stop, made.sentences), *beside[at:]])
    for claim, label in _balanced(made.claims, rng):
        kind = f"invented, {made.kind}"
        if more and rng.random() < 0.25:
            other = rng.choice(
                [text for text, held in more[0].claims if held is Label.SUPPORTED] or [more[0].sentences[0]]
            )
            claim = ", and ".join(rng.sample((claim, other), k=2))
            kind += ", joined"
        yield Pair(kind=kind, claim=_stop(claim), evidence=evidence, label=label)


def _balanced(claims: Sequence[tuple[str, Label]], rng: random.Random) -> list[tuple[str, Label]]:
    """Draw one or two claims that hold and one or two that do not."""
    held = [one for one in claims if one[1] is Label.SUPPORTED]
    against = [one for one in claims if one[1] is not Label.SUPPORTED]
    count = min(2, len(held), len(against))
    return [*rng.sample(held, k=count), *rng.sample(against, k=count)]
