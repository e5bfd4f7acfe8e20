"""The lines that songs are written of: whole clauses by theme, with words that can stand for each other in braces.

Every line makes sense beside any other of its theme, and every choice in braces fits its line in grammar and in
syllables; ends of lines fall into few rhymes.
"""

from __future__ import annotations

import attrs

__all__ = ["ANYWHERE", "THEMES", "Theme"]


@attrs.frozen
class Theme:
    """What a song is about.

    Args:
        name: of the theme.
        words: in a prompt, that ask for it.
        moods: that suggest it.
        verses: lines that tell.
        hooks: lines that a chorus can repeat.
    """

    name: str
    words: frozenset[str]
    moods: frozenset[str]
    verses: tuple[str, ...]
    hooks: tuple[str, ...]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def _theme(name: str, words: str, moods: str, verses: str, hooks: str) -> Theme:
    return Theme(name, frozenset(words.split()), frozenset(moods.split()), _lines(verses), _lines(hooks))


THEMES = (
    _theme(
        "love",
        "love lover romance kiss heart together wedding valentine crush darling baby",
        "romantic sexy sensual intimate warm tender happy joyful cheerful sunny smooth soft gentle",
        """
        You came in {laughing|dancing} from the street that day
        I forgot the words I meant to say
        You wrote your {number|name} out on my hand, to stay
        We took the long road home the other day
        I saw you standing in the kitchen light
        You left your jacket on my chair last night
        We talked until the windows filled with light
        I never knew that hands could fit so right
        You {hum|sing} the songs that no one else would know
        I learned your {laughter|footsteps} quickly, now I know
        You wear your grandma's ring and it fits so
        We {danced|moved} between the tables, soft and slow
        You put a little sugar in my tea
        I saved the seat beside the door for three
        You had the window open, I could see
        I kept the note that you had left for me
        I saw the {morning|summer} turn your eyes to blue
        I {bought|picked} a ticket just to sit with you
        The coffee's cold, the day is nearly through
        I call my {mother|brother} just to talk of you
        You hold the umbrella and I hold the line
        You laugh and spill a glass of cherry wine
        Your {shoulder|jacket} in the cold is next to mine
        I ask you how you are, you say you're fine
        """,
        """
        {Darling|Honey}, come a little closer, stay
        Say it to me in your quiet way
        I would {walk|run} a hundred miles for you
        Everything I {ever} dreamed is coming true
        {Darling|Baby}, we are going to be all right
        Hold on to my hand, hold on tonight
        Turn around and come on home to me
        There is nowhere else I'd rather be
        You can have this heart of mine
        Put your {gentle|steady} hand in mine and shine
        Tell me what I need to know
        I have no wish to let you go
        """,
    ),
    _theme(
        "heartbreak",
        "heartbreak breakup goodbye lost tears lonely alone missing miss ex sorry regret",
        "sad melancholic melancholy heartbroken lonely nostalgic bittersweet wistful moody",
        """
        Your {sweater|letter} is still lying where you sat
        I feed the plants and talk to your old cat
        The train pulled out and I was on my own
        I sleep beside a silent telephone
        There's still a {number|message} saved inside my phone
        I set a table for just one, alone
        I took your {picture|postcard} down and swept the floor
        Your {winter|rubber} boots are waiting at the door
        The neighbors ask me how you've been these days
        We ended in a hundred little ways
        The house is full of all your yesterdays
        I walk through crowded rooms inside a haze
        The porch light waits for someone coming late
        I hear the rain and not the garden gate
        I wrote a letter and I let it wait
        I found the words, but found them all too late
        You packed the car and then you waved goodbye
        The streetlights blur whenever I drive by
        I told my friends I never used to cry
        I look for you in every passer-by
        I kept the {records|flowers} that you left behind
        The songs we {played|knew} keep turning in my mind
        """,
        """
        I still hear you in the empty hall
        I still wait for one more call
        Tell me why you had to go
        There is something you should know
        Leave a little light on when you go
        All I ever learned of love is letting go
        I am only half myself right now
        Come on back to me somehow
        Don't you tell me it's goodbye
        Give me time to learn to cry
        """,
    ),
    _theme(
        "night",
        "night city dance dancing party club disco lights neon midnight floor groove weekend saturday funky",
        "energetic driving powerful intense hype playful fun uplifting epic groovy funky",
        """
        The taxis draw {yellow|golden} lines of light
        We left our {troubles|worries} with the coats tonight
        The {rooftops|windows} of the city all turn bright
        My sister fixed her lipstick in the light
        The {drummer|deejay} nods, he's got the tempo right
        The bass comes through the {ceiling|pavement} and the floor
        I hear the record playing through the door
        We said one song, but now we're asking more
        We never saw these {people|strangers} here before
        The line is going out around the store
        I know a place that everybody knows
        We join the people standing there in rows
        The {mirror|silver} ball is turning soft and slow
        I know the song from {fifteen|twenty} years ago
        The night is young and no one wants to go
        The {singer|speaker} hums a tune we used to know
        My {work shoes|sneakers} wait beside the kitchen chair
        You shake the {working|rainy} week out of your hair
        There's {summer|thunder} and perfume in the air
        We take the stairs and dance the whole way there
        """,
        """
        Let the {speakers|records} play
        We can dance until the break of day
        Everybody, come and stay
        We don't need to sleep until the day
        Keep on moving through the night
        Nothing's ever felt so right
        Lift your faces to the light
        We are living for the night
        Hear the {rhythm|music} rolling in
        Let the good times now begin
        Come on, get out on the floor
        Give me one {song} and then one more
        """,
    ),
    _theme(
        "road",
        "road drive driving car highway freedom free travel journey run escape adventure ride train horizon rebel wild",
        "aggressive angry bold adventurous rebellious",
        """
        The {engine|station} wakes before the day is new
        I packed a {map|coat}, a knife, a book or two
        The diner {waitress|lady} says she wants out, too
        The {sunrise|mountain} in the mirror fades to blue
        The signs say north and I have nowhere planned
        I hold a paper cup in my free hand
        My {father|grandpa} never left his piece of land
        I shook the {office|city} off my shoes like sand
        The wheels are humming on the interstate
        I left the keys beneath the garden gate
        A {pickup|freight train} passes, carrying its weight
        I told the {boss|clock} that all of it can wait
        The radio has static and a song
        I {know|sing} the second part and hum along
        The {bridges|prairies} and the bridges are so long
        They told me where I should be, they were wrong
        The {desert|valley} opens wider than the sky
        I count the {fences|windmills} as the fields go by
        A hawk hangs over the road, slow and high
        I {never|hardly} knew a thing I could not try
        """,
        """
        Roll the window, feel the air
        I don't mind just how or where
        I was born to run this way
        Let me drive until the day
        Take me where the road is wide
        Leave the {worry} far behind and ride
        I am on my way, I'm free
        Nothing in the world is holding me
        Open up that endless sky
        Give me wings and watch me fly
        """,
    ),
    _theme(
        "rain",
        "rain winter snow cold autumn quiet storm cloud clouds fog grey gray sleep",
        "calm peaceful relaxing relaxed dreamy ethereal sleepy quiet cozy mellow dark gloomy sinister brooding eerie",
        """
        The {kettle|heater} hums a tune against the cold
        My {mother's|father's} woolen coat is ten years old
        The {maples|birches} in the yard have turned to gold
        I read the kind of story that gets told
        The {rain|wind} comes down the {mountain|valley} like a train
        I draw a little house on the window pane
        The {garden|village} keeps on drinking up the rain
        The ducks have left the {pond|park} to cross the lane
        The {river|meadow} wears a coat of early snow
        The chimney smoke goes up, so white and slow
        I watch the {buses|people} come and watch them go
        There's bread in the oven and the lamps are low
        I hear the {thunder|church bells} many miles away
        The evening comes at {four|three} o'clock today
        The streets are shining and the roofs are gray
        There's nothing that I really need to say
        I light a candle and it starts to glow
        The {blackbirds|sparrows} left us many weeks ago
        """,
        """
        Let it rain and let it pour
        Knock on my {open|wooden} door
        Stay with me until the storm is through
        I have kept a fire here for you
        Let the {heavy|silent} snow come down
        Let it cover all the town
        Rain on me and wash the day
        Take the heavy clouds away
        Winter never felt so long
        Sing me one more quiet song
        """,
    ),
    _theme(
        "summer",
        "summer sun beach sea ocean waves island sand holiday sunshine tropical surf sunset water river sailing",
        "bright carefree breezy",
        """
        The {harbor|water} shines like glass along the bay
        The {children|fishers} pull the boats out of the way
        We {leave|left} the {city|office} Friday, and we stay
        The ice cream {seller|lady} knows us by the day
        The {seagulls|dolphins} follow sailors to the sea
        You throw {a lemon|an orange} over here to me
        There's salt on every {letter|window} and the key
        The {lighthouse|island} is as far as we can see
        We eat our dinner barefoot in the sand
        There's a radio, there's a {local|little} band
        You hold a {purple|tiny} seashell in your hand
        The {swimmers|surfers} shake the water off on land
        My bicycle is leaning on the wall
        We hear the {sailors|neighbors} and the seagulls call
        The {cherries|peaches} are so ripe, they nearly fall
        The days are long, we have no plans at all
        The sky is pink and then the sky is red
        The {ocean|water} sings the {guests|children} off to bed
        I taste the {salt and lemon|sun and honey} on the bread
        """,
        """
        Give me sun and give me sea
        Summer, come and stay with me
        Run into the waves, let's go
        Let the tide be high or low
        We have got the whole long day
        Let the water wash it all away
        Here comes the sun, here comes the heat
        We have got the sand beneath our feet
        Golden days, they never end
        Bring the summer, bring a friend
        """,
    ),
)
"""Every theme, the first for whoever names none."""

ANYWHERE = _lines(
    """
    I never had a better place to be
    There's something in the air, as you can see
    The clock upon the wall says half past two
    I close my eyes and I remember you
    There's nothing left to lose or left to say
    The years go by like minutes in a day
    I keep it in a box, so you will know
    The hardest thing to learn was taking it slow
    We always said we'd get it right
    The stars are out, there's not a cloud in sight
    The world is turning underneath the sky
    I'm older now and still I wonder why
    """
)
"""Lines that go with every theme."""
