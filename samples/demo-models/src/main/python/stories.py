"""A seeded grammar of short stories about a village, with questions that the events of each story decide.

A story is told by a small world that knows where everybody is and who holds what. Every sentence is the trace of one
change of that world, so people, places, objects and causes stay consistent, and the answers to the questions at the
end follow from the sentences alone.

Each object belongs to somebody. One pair in twenty of (owner, object) is held out: no story made for training ever
uses one, every story made for the held-out set opens with one.
"""

import random
import zlib
from dataclasses import dataclass, field

SHE = ("Mira", "Anna", "Clara", "Elsa", "Greta", "Ida", "Kira", "Nora", "Rosa", "Tilda")
HE = ("Tom", "Ben", "David", "Finn", "Hugo", "Jonas", "Leo", "Oskar", "Sami", "Viktor")
PLACES = {
    "boathouse": "in", "mill": "at", "harbour": "at", "garden": "in", "barn": "in", "bakery": "in",
    "school": "at", "library": "in", "market": "at", "meadow": "in", "lighthouse": "in", "bridge": "on",
    "orchard": "in", "station": "at", "workshop": "in", "beach": "on", "well": "by", "tower": "in",
}
COLOURS = ("red", "blue", "green", "yellow", "white", "silver", "brown", "black")
THINGS = ("kite", "lantern", "drum", "ball", "scarf", "book", "flute", "umbrella",
          "basket", "cup", "key", "map", "whistle", "bell", "hat", "boat")
LIGHT = ("kite", "ball", "scarf", "umbrella", "map", "hat")      # what the wind can carry
TORN = ("kite", "scarf", "book", "map", "hat")                   # what tears; the rest breaks
TIMES = ("One morning,", "One evening,", "One day,", "One summer day,", "After the rain,", "Before the winter,",
         "Early on Sunday,", "Late in the autumn,")

HELD_OUT_SHARE = 20


def is_held_out(owner: str, thing: str) -> bool:
    """Whether the pair is kept away from training; a checksum decides, so that it never changes with the seed."""
    return zlib.crc32(f"{owner}|{thing}".encode()) % HELD_OUT_SHARE == 0


@dataclass(frozen=True)
class Question:
    """A question, and the one sentence that answers it. `kind` groups questions for the accuracy report."""

    kind: str
    text: str
    answer: str


@dataclass(frozen=True)
class Story:
    """`owners`: the pairs of (owner, object) that the story opens with."""

    text: str
    questions: list[Question]
    owners: frozenset[tuple[str, str]]

    def told(self, questions: list[Question]) -> str:
        return " ".join([self.text, *(f"{q.text} {q.answer}" for q in questions)])


class BrokenOff(Exception):
    """A story has reached the length at which it was to break off. Every change is told after it is made."""


@dataclass
class World:
    """Where everybody is and who holds what, and the sentences that made it so."""

    random: random.Random
    held_out: bool
    place: dict[str, str] = field(default_factory=dict)      # person -> place
    holder: dict[str, str] = field(default_factory=dict)     # thing -> person
    lying: dict[str, str] = field(default_factory=dict)      # thing -> place, when nobody holds it
    owner: dict[str, str] = field(default_factory=dict)      # thing -> person
    sad: dict[str, str] = field(default_factory=dict)        # person -> cause
    happy: dict[str, str] = field(default_factory=dict)      # person -> cause
    sentences: list[str] = field(default_factory=list)
    focus: str | None = None                                 # whom a pronoun would mean in the next sentence
    longest: int | None = None                               # sentences, after which the story breaks off

    def say(self, sentence: str, *people: str) -> None:
        self.sentences.append(sentence[0].upper() + sentence[1:])
        self.focus = people[0] if len(people) == 1 else None
        if len(self.sentences) == self.longest:
            raise BrokenOff

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def person(self) -> str:
        return self.random.choice([p for p in SHE + HE if p not in self.place])

    def elsewhere(self, *taken: str) -> str:
        used = set(self.place.values()) | set(self.lying.values()) | set(taken)
        return self.random.choice([p for p in PLACES if p not in used])

    def new_thing(self, owner: str, kinds: tuple[str, ...] = THINGS) -> str:
        """An object of the owner's; the first of a story is what the held-out pairs are about."""
        while True:
            thing = f"{self.random.choice(COLOURS)} {self.random.choice(kinds)}"
            if any(thing.split()[1] == other.split()[1] for other in self.owner):
                continue
            lead = not self.owner
            if is_held_out(owner, thing) == (self.held_out and lead):
                self.owner[thing] = owner
                return thing

    def subject(self, person: str) -> str:
        """The person's name, or a pronoun where it can mean nobody else."""
        return he(person) if self.focus == person and self.random.random() < 0.6 else person

    def where(self, thing: str) -> str:
        return self.place[self.holder[thing]] if thing in self.holder else self.lying[thing]

    def held_by(self, person: str) -> list[str]:
        return [t for t, p in self.holder.items() if p == person]

    # Events: each changes the world and tells the change.

    def arrive(self, person: str, place: str, thing: str | None, time: str | None) -> None:
        self.place[person] = place
        verb = self.pick("went to", "walked to", "came to", "ran to")
        text = f"{person} {verb} the {place}"
        if thing:
            self.holder[thing] = person
            text += f" with {his(person)} {thing}"
        self.say(f"{time or self.random.choice(TIMES)} {text}.", person)

    def present(self, person: str, place: str, thing: str | None = None) -> None:
        self.place[person] = place
        text = self.pick(f"{person} was {at(place)} that day", f"{person} was {at(place)}")
        if thing:
            self.holder[thing] = person
            text += f" with {his(person)} {thing}"
        self.say(f"{text}.", person)

    def move(self, person: str, place: str) -> None:
        who = self.subject(person)
        held = self.held_by(person)
        text = f"{who} {self.pick('went to', 'walked to', 'ran to')} the {place}"
        if held and self.random.random() < 0.6:
            text = self.pick(f"{who} took the {held[0]} to the {place}", f"{text} with the {held[0]}")
        self.place[person] = place
        self.say(f"{self.pick('Then ', 'Soon ', 'After that ', '')}{text}.", person)

    def move_together(self, one: str, other: str, place: str) -> None:
        self.place[one] = self.place[other] = place
        self.say(f"{self.pick('Then ', 'After that ', '')}{one} and {other} "
                 f"{self.pick('went to', 'walked to')} the {place} together.", one, other)

    def meet(self, person: str, other: str) -> None:
        """The person goes to where the other is."""
        who, place = self.subject(person), self.place[other]
        self.place[person] = place
        self.say(f"{who} {self.pick('found', 'met')} {other} {at(place)}.", person, other)

    def leave(self, person: str, thing: str) -> None:
        who = self.subject(person)
        del self.holder[thing]
        self.lying[thing] = self.place[person]
        self.say(f"{who} {self.pick('left', 'put down')} the {thing} {at(self.place[person])}.", person)

    def take(self, person: str, thing: str) -> None:
        who = self.subject(person)
        place = self.lying.pop(thing)
        self.holder[thing] = person
        if self.place[person] == place:
            self.say(f"{who} {self.pick('saw the', 'found the')} {thing} and picked it up.", person)
        else:
            self.place[person] = place
            self.say(f"{who} went to the {place} and {self.pick('found', 'picked up')} the {thing}.", person)

    def give(self, person: str, other: str, thing: str, how: str = "gave") -> None:
        """`how`: the verb; the giver must be where the receiver is."""
        assert self.place[person] == self.place[other]
        who = self.subject(person)
        self.holder[thing] = other
        self.say(f"{who} {how} the {thing} {'back ' if how == 'brought' else ''}to {other}.", person, other)
        if self.random.random() < 0.3:
            self.say(f'"Thank you, {person}," said {other}.', person, other)

    def ask(self, person: str, thing: str) -> None:
        if self.random.random() < 0.4:
            self.say(f'"Where is my {thing}?" asked {person}.', person)

    def become_sad(self, person: str, cause: str) -> None:
        who = self.subject(person)
        self.sad[person] = cause
        self.happy.pop(person, None)
        self.say(f"{who} was {self.pick('sad', 'very sad')} because {cause}.", person)

    def become_happy(self, person: str, cause: str) -> None:
        self.happy[person] = cause
        self.say(f"{person} was {self.pick('happy', 'very happy')} because {cause}.", person)


def he(person: str) -> str:
    return "she" if person in SHE else "he"


def his(person: str) -> str:
    return "her" if person in SHE else "his"


def at(place: str) -> str:
    return f"{PLACES[place]} the {place}"


# Plots: each takes a fresh world, tells a story, and leaves it in the world's sentences.

def lost_and_found(w: World) -> None:
    hero, friend = open_with_two(w)
    thing = w.held_by(hero)[0]
    w.leave(hero, thing)
    w.move(hero, w.elsewhere())
    w.ask(hero, thing)
    w.become_sad(hero, f"the {thing} was lost")
    w.take(friend, thing)
    if w.random.random() < 0.6:
        w.meet(friend, hero)
        w.give(friend, hero, thing, "brought")
        w.become_happy(hero, f"{friend} brought the {thing} back")
    else:
        w.move(friend, w.elsewhere())
        w.meet(hero, friend)
        w.become_happy(hero, f"{friend} had found the {thing}")


def blown_away(w: World) -> None:
    hero, friend = open_with_two(w, kinds=LIGHT, time="On a windy day,")
    thing = w.held_by(hero)[0]
    target = w.elsewhere()
    del w.holder[thing]
    w.lying[thing] = target
    w.say(f"The wind {w.pick('blew', 'carried')} the {thing} to the {target}.")
    w.become_sad(hero, f"the wind took the {thing}")
    w.meet(friend, hero)
    wrong = w.elsewhere()
    w.move_together(hero, friend, wrong)
    w.say(f"The {thing} was not there.")
    if w.random.random() < 0.5:
        w.take(friend, thing)
        w.meet(friend, hero)
        w.give(friend, hero, thing)
        w.become_happy(hero, f"{friend} had found the {thing}")
    else:
        w.take(hero, thing)
        w.become_happy(hero, f"the {thing} was found")


def gift(w: World) -> None:
    hero, friend = open_with_two(w, hero_holds=False)
    thing = w.held_by(friend)[0]
    trouble = w.pick("it was raining", "nobody came to play", "the boat had left", "the day was cold",
                     f"{he(hero)} was alone")
    w.become_sad(hero, trouble)
    w.meet(friend, hero)
    w.give(friend, hero, thing)
    w.become_happy(hero, f"{friend} gave {'her' if hero in SHE else 'him'} the {thing}")
    w.move(w.random.choice((hero, friend)), w.elsewhere())


def swap(w: World) -> None:
    hero, friend = open_with_two(w, friend_holds=True)
    mine, yours = w.held_by(hero)[0], w.held_by(friend)[0]
    w.become_sad(friend, f"the {yours} was too {w.pick('big', 'old', 'small')}")
    w.meet(hero, friend)
    w.give(hero, friend, mine)
    w.give(friend, hero, yours)
    w.become_happy(friend, f"{he(friend)} had the {mine}")
    w.move(w.random.choice((hero, friend)), w.elsewhere())


def borrowed(w: World) -> None:
    hero, friend = open_with_two(w)
    thing = w.held_by(hero)[0]
    w.meet(friend, hero)
    w.give(hero, friend, thing, "lent")
    w.move(friend, w.elsewhere())
    if w.random.random() < 0.5:
        w.leave(friend, thing)
        w.become_sad(hero, f"{friend} did not bring the {thing} back")
        w.take(hero, thing)
        w.become_happy(hero, f"{he(hero)} had the {thing} again")
    else:
        w.meet(friend, hero)
        w.give(friend, hero, thing, "brought")
        w.become_happy(hero, f"{friend} brought the {thing} back")
        w.move(friend, w.elsewhere())


def hidden(w: World) -> None:
    hero, friend = open_with_two(w)
    thing = w.held_by(hero)[0]
    spot = w.elsewhere()
    w.move(hero, spot)
    del w.holder[thing]
    w.lying[thing] = spot
    w.say(f"{w.subject(hero)} hid the {thing} {at(spot)}.", hero)
    w.move(hero, w.elsewhere())
    wrong = w.elsewhere()
    w.place[friend] = wrong
    w.say(f"{friend} looked for the {thing} {at(wrong)}, but it was not there.", friend)
    if w.random.random() < 0.6:
        w.take(friend, thing)
        w.become_happy(friend, f"{he(friend)} found the {thing}")
    else:
        w.become_sad(friend, f"{he(friend)} could not find the {thing}")


def mended(w: World) -> None:
    hero, friend = open_with_two(w)
    thing = w.held_by(hero)[0]
    torn = thing.split()[1] in TORN
    w.say(f"The {thing} {'tore' if torn else w.pick('fell and broke', 'broke')}.")
    w.become_sad(hero, f"the {thing} was {'torn' if torn else 'broken'}")
    w.meet(hero, friend)
    w.give(hero, friend, thing)
    w.move(friend, "workshop" if "workshop" not in w.place.values() else w.elsewhere())
    w.say(f"{w.subject(friend)} mended the {thing}.", friend)
    if w.random.random() < 0.5:
        w.meet(friend, hero)
        w.give(friend, hero, thing, "brought")
    else:
        w.leave(friend, thing)
        w.move(friend, w.elsewhere())
        w.take(hero, thing)
    w.become_happy(hero, f"{friend} mended the {thing}")


def race(w: World) -> None:
    hero, friend = open_with_two(w)
    thing = w.held_by(hero)[0]
    w.meet(friend, hero)
    goal = w.elsewhere()
    w.place[hero] = w.place[friend] = goal
    w.say(f"{hero} and {friend} ran a race to the {goal}.", hero, friend)
    winner, loser = w.random.sample((hero, friend), 2)
    w.say(f"{winner} was faster than {loser}.", winner, loser)
    if winner == friend:
        w.give(hero, friend, thing)
    else:
        w.become_sad(loser, f"{he(loser)} had lost the race")
    w.become_happy(winner, f"{he(winner)} had won the race")
    w.move(w.random.choice((hero, friend)), w.elsewhere())


def delivery(w: World) -> None:
    hero, friend = open_with_two(w)
    thing = w.held_by(hero)[0]
    messenger = w.person()
    w.place[messenger] = w.place[hero]
    w.say(f"{hero} asked {messenger} to take the {thing} to {friend}.", hero, messenger)
    w.give(hero, messenger, thing)
    if w.random.random() < 0.7:
        w.meet(messenger, friend)
        w.give(messenger, friend, thing)
        w.become_happy(friend, f"the {thing} was from {hero}")
    else:
        w.move(messenger, w.elsewhere())
        w.leave(messenger, thing)
        w.become_sad(friend, f"{messenger} did not come")
        w.take(friend, thing)


PLOTS = (lost_and_found, blown_away, gift, swap, borrowed, hidden, mended, race, delivery)


def open_with_two(w: World, hero_holds: bool = True, friend_holds: bool | None = None,
                  kinds: tuple[str, ...] = THINGS, time: str | None = None) -> tuple[str, str]:
    """A hero, a friend somewhere else, and at times a third person who only happens to be there."""
    hero = w.person()
    if friend_holds is None:
        friend_holds = not hero_holds or w.random.random() < 0.35
    w.arrive(hero, w.elsewhere(), w.new_thing(hero, kinds) if hero_holds else None, time)
    friend = w.person()
    w.present(friend, w.elsewhere(), w.new_thing(friend) if friend_holds else None)
    if w.random.random() < 0.2:
        other = w.person()
        w.present(other, w.elsewhere(), w.new_thing(other) if w.random.random() < 0.5 else None)
    return hero, friend


def afterwards(w: World) -> None:
    """At times somebody walks on, or puts something down."""
    if w.random.random() < 0.25:
        person = w.random.choice(list(w.place))
        held = w.held_by(person)
        if held and w.random.random() < 0.5:
            w.leave(person, held[0])
        else:
            w.move(person, w.elsewhere())


def closing(w: World) -> None:
    """A last sentence that depends on the events."""
    if w.random.random() < 0.35:
        thing = next(iter(w.owner))
        if thing in w.holder:
            w.say(f"In the end {w.holder[thing]} had the {thing}.")
        else:
            w.say(f"In the end the {thing} was still {at(w.lying[thing])}.")


def questions(w: World) -> list[Question]:
    found = []
    for thing in w.owner:
        found.append(Question("where is the object", f"Where is the {thing} now?", f"It is {at(w.where(thing))}."))
        found.append(Question("who has the object", f"Who has the {thing} now?",
                              f"{w.holder.get(thing, 'Nobody')} has it."))
    for person in w.place:
        found.append(Question("where is the person", f"Where is {person} now?",
                              f"{he(person).capitalize()} is {at(w.place[person])}."))
    for person, cause in w.sad.items():
        found.append(Question("why sad", f"Why was {person} sad?", f"Because {cause}."))
    for person, cause in w.happy.items():
        found.append(Question("why happy", f"Why was {person} happy?", f"Because {cause}."))
    w.random.shuffle(found)
    return found


def make_story(rng: random.Random, held_out: bool = False, longest: int | None = None) -> Story:
    """One story with all its questions.

    Held out: its first object and that object's owner are a held-out pair. Longest: the sentences after which the
    story breaks off; its questions are then about that moment.
    """
    w = World(rng, held_out, longest=longest)
    try:
        rng.choice(PLOTS)(w)
        afterwards(w)
        closing(w)
    except BrokenOff:
        pass
    pairs = frozenset((p, t) for t, p in w.owner.items())
    return Story(" ".join(w.sentences), questions(w), pairs)
