"""Spellings of rap and speech that no dictionary lists, and how they are said.

``SPOKEN`` gives phones, for slang, ad-libs and the few entries where the dictionary means another word than a lyric
does ("da" is "the", not the letters D and A). ``RESPELLED`` gives the words that a spelling stands for. Both were
written for this library.
"""

from __future__ import annotations

from functools import cache

__all__ = ["respelled", "spoken"]

SPOKEN = """
gonna G AH1 N AH0|gon G AH1 N|gon' G AH1 N|gunna G AH1 N AH0|finna F IH1 N AH0|finta F IH1 N T AH0
fixin F IH1 K S IH0 N|tryna T R AY1 N AH0|trynna T R AY1 N AH0|tryin T R AY1 IH0 N|boutta B AW1 T AH0|ima AY1 M AH0
imma AY1 M AH0|i'ma AY1 M AH0|i'mma AY1 M AH0|i'mo AY1 M OW0|ama AY1 M AH0|a'ma AY1 M AH0|hadda HH AE1 D AH0
outta AW1 T AH0|outa AW1 T AH0|kinda K AY1 N D AH0|sorta S AO1 R T AH0|lotsa L AA1 T S AH0|coulda K UH1 D AH0
woulda W UH1 D AH0|shoulda SH UH1 D AH0|mighta M AY1 T AH0|musta M AH1 S T AH0|whatcha W AH1 CH AH0
doncha D OW1 N CH AH0|dontcha D OW1 N CH AH0|cha CH AH1|lemme L EH1 M IY0|gimmie G IH1 M IY0|cmon K AH0 M AA1 N
whatchu W AH1 CH UW0|watchu W AH1 CH UW0|whachu W AH1 CH UW0|wassup W AH0 S AH1 P|wazzup W AH0 Z AH1 P
whassup W AH0 S AH1 P|innit IH1 N IH0 T|ain EY1 N|ain' EY1 N|aint EY1 N T|prolly P R AA1 L IY0|probly P R AA1 B L IY0
s'pose S P OW1 Z|s'posed S P OW1 Z D|y'all Y AO1 L|yall Y AO1 L|ya'll Y AO1 L|y' Y AH0|ya Y AH0|yea Y AE1|yuh Y AH1
yessir Y EH1 S ER0|naw N AO1|nuh N AH0|da D AH0|tha DH AH0|dem D EH1 M|dere D EH1 R|tho' DH OW1|thangs TH AE1 NG Z
nuthin N AH1 TH IH0 N|nuthin' N AH1 TH IH0 N|nuttin N AH1 T IH0 N|nuffin N AH1 F IH0 N|somethin S AH1 M TH IH0 N
sumthin S AH1 M TH IH0 N|sumn S AH1 M IH0 N|sumin S AH1 M IH0 N|somn S AH1 M IH0 N|mo' M OW1|fo F OW1|fo' F OW1
sho SH OW1|sho' SH OW1|ho' HH OW1|hos HH OW1 Z|bruh B R AH1|brotha B R AH1 DH AH0|brothas B R AH1 DH AH0 Z
motha M AH1 DH AH0|mutha M AH1 DH AH0|nigga N IH1 G AH0|niggas N IH1 G AH0 Z|niggaz N IH1 G AH0 Z|nigguh N IH1 G AH0
nig N IH1 G|muthafucka M AH1 DH AH0 F AH2 K AH0|muthafuckas M AH1 DH AH0 F AH2 K AH0 Z|motherfuck M AH1 DH ER0 F AH2 K
muthafuckin M AH1 DH AH0 F AH2 K IH0 N|muthafuckin' M AH1 DH AH0 F AH2 K IH0 N|mothafuckin M AH1 DH AH0 F AH2 K IH0 N
mothafucka M AH1 DH AH0 F AH2 K AH0|mufucka M AH1 F AH2 K AH0|mothafuckas M AH1 DH AH0 F AH2 K AH0 Z
motherfuckin M AH1 DH ER0 F AH2 K IH0 N|motherfuckin' M AH1 DH ER0 F AH2 K IH0 N|motherfucka M AH1 DH ER0 F AH2 K AH0
motherfuckas M AH1 DH ER0 F AH2 K AH0 Z|biatch B IY0 AA1 CH|biotch B IY0 AA1 CH|beyotch B IY0 AA1 CH
beeyotch B IY0 AA1 CH|thot TH AA1 T|opps AA1 P S|fam F AE1 M|homie HH OW1 M IY0|homies HH OW1 M IY0 Z
shawty SH AO1 T IY0|shorties SH AO1 R T IY0 Z|dawg D AO1 G|dawgs D AO1 G Z|dogg D AO1 G|playa P L EY1 AH0
playas P L EY1 AH0 Z|playaz P L EY1 AH0 Z|gats G AE1 T S|glocks G L AA1 K S|henny HH EH1 N IY0
cristal K R IH0 S T AA1 L|moet M OW0 EH1 T|versace V ER0 S AA1 CH IY0|rollies R OW1 L IY0 Z|lambo L AE1 M B OW0
bimmer B IY1 M ER0|benzo B EH1 N Z OW0|turnt T ER1 N T|bape B EY1 P|dro D R OW1|sativa S AH0 T IY1 V AH0
percocet P ER1 K AH0 S EH2 T|codeine K OW1 D IY2 N|cuz K AH1 Z|coz K AH1 Z|cos K AH1 Z|'cause K AH1 Z|'cuz K AH1 Z
cause K AO1 Z|'fore F AO1 R|'nuff N AH1 F|nuff N AH1 F|'dem D EH1 M|'ey EY1|'n' AH0 N|n' AH0 N|an' AE1 N|lil' L IH1 L
li'l L IH1 L|cap'n K AE1 P AH0 N|o' AH0|ev'ry EH1 V R IY0|ev'rybody EH1 V R IY0 B AA2 D IY0
ev'rything EH1 V R IY0 TH IH2 NG|o'er AO1 R|e'er EH1 R|heav'n HH EH1 V AH0 N|pow'r P AW1 R|flow'r F L AW1 R
wand'ring W AA1 N D R IH0 NG|ta T AH0|wit W IH1 TH|wit' W IH1 TH|wid W IH1 D|mah M AH0|muh M AH0|ur Y AO1 R|luv L AH1 V
gurl G ER1 L|gyal G Y AE1 L|mek M EH1 K|cyan K Y AE1 N|seh S EH1|bwoy B W OY1|irie AY1 R IY0|jah JH AA1
selah S IY1 L AH0|mic M AY1 K|mics M AY1 K S|ave AE1 V|emcee EH1 M S IY2|emcees EH1 M S IY2 Z
emceeing EH1 M S IY2 IH0 NG|deejay D IY1 JH EY2|deejays D IY1 JH EY2 Z|mc EH1 M S IY2|mcs EH1 M S IY2 Z
mc's EH1 M S IY2 Z|bpm B IY1 P IY1 EH1 M|tv T IY2 V IY1|dvd D IY1 V IY1 D IY1|ok OW2 K EY1|aight AY1 T|ight AY1 T
aah AA1|aha AA0 HH AA1|aww AO1|ayy EY1|ey EY1|haha HH AA1 HH AA1|hm HH AH1 M|hmm HH AH1 M|mm M AH1 M|mmm M AH1 M
mhm M AH0 HH AH1 M|oo UW1|ow AW1|oww AW1|uhuh AH1 HH AH1|unh AH1 N|ungh AH1 NG|woah W OW1|woop W UW1 P|yeet Y IY1 T
yaas Y AA1 S|brr B R ER1|brrt B R ER1 T|brrr B R ER1|bleh B L EH1|bih B IH1|grr G R ER1|grrr G R ER1|skrt S K ER1 T
skrrt S K ER1 T|skrr S K ER1|skurt S K ER1 T|psst P S IH1 S T|pss P IH1 S|shh SH IH1|sh SH IH1|tsk T IH1 S K
tss T IH1 S|pfft F IH1 T|zzz Z IH1|da-da D AA1 D AA1|blaow B L AW1|blaw B L AO1|bla B L AA1|blam B L AE1 M|rrr R ER1
grrah G R AA1|gah G AA1|fah F AA1|lah L AA1|dah D AA1|gr8 G R EY1 T|l8r L EY1 T ER0|l8 L EY1 T|m8 M EY1 T|h8 HH EY1 T
h8r HH EY1 T ER0|sk8 S K EY1 T|w8 W EY1 T|2pac T UW1 P AA2 K|tupac T UW1 P AA2 K|2nite T AH0 N AY1 T
2night T AH0 N AY1 T|2day T AH0 D EY1|2morrow T AH0 M AA1 R OW2|u2 Y UW1 T UW1|4eva F AO1 R EH1 V AH0|eva EH1 V AH0
neva N EH1 V AH0|betta' B EH1 T AH0|sista S IH1 S T AH0|sucka S AH1 K AH0|suckas S AH1 K AH0 Z|suckaz S AH1 K AH0 Z
nucka N AH1 K AH0|fellas F EH1 L AH0 Z|pimpin P IH1 M P IH0 N|killa K IH1 L AH0|killas K IH1 L AH0 Z|dolla D AA1 L AH0
dollas D AA1 L AH0 Z|hustla HH AH1 S L AH0|hustlas HH AH1 S L AH0 Z|trilla T R IH1 L AH0|thugga TH AH1 G AH0
bompton B AA1 M P T AH0 N|tha' DH AH0|th' DH|t' T|d' D|i' AY1|'s Z|'d D|hiphop HH IH1 P HH AA2 P|rza R IH1 Z AH0
gza JH IH1 Z AH0|nwa EH1 N D AH1 B AH0 L Y UW0 EY1|kanye K AA1 N Y EY0|beyonce B IY0 Y AA1 N S EY0
rihanna R IY0 AE1 N AH0|eminem EH2 M IH0 N EH1 M|dre D R EY1|nas N AA1 Z|jay-z JH EY1 Z IY1|jigga JH IH1 G AH0
hova HH OW1 V AH0|weezy W IY1 Z IY0|yeezy Y IY1 Z IY0|yeezys Y IY1 Z IY0 Z|migos M IY1 G OW0 Z|quavo K W EY1 V OW0
uggh AH1 G|a$ap EY1 S AE2 P|asap EY1 S AE2 P|dissed D IH1 S T|dissin D IH1 S IH0 N|ciphers S AY1 F ER0 Z
krunk K R AH1 NG K|bling B L IH1 NG|ese EH1 S EY0|bae B EY1|boi B OY1|yas Y AA1 S|swag S W AE1 G
swaggin S W AE1 G IH0 N|flexin F L EH1 K S IH0 N|clique K L IH1 K|guap G W AA1 P|gwap G W AA1 P|guapo G W AA1 P OW0
mula M UW1 L AH0|moola M UW1 L AH0|moolah M UW1 L AH0|bando B AE1 N D OW0|bandos B AE1 N D OW0 Z|fuk F AH1 K
fuc F AH1 K|fugg F AH1 G|f*ck F AH1 K|f**k F AH1 K|f*** F AH1 K|fu*k F AH1 K|f**king F AH1 K IH0 NG
f*cking F AH1 K IH0 NG|f*ckin F AH1 K IH0 N|f**kin F AH1 K IH0 N|f*cked F AH1 K T|f**ked F AH1 K T|sh*t SH IH1 T
s*** SH IH1 T|s**t SH IH1 T|sh** SH IH1 T|b*tch B IH1 CH|b**** B IH1 CH|b***h B IH1 CH|bi*ch B IH1 CH
b*tches B IH1 CH IH0 Z|n*gga N IH1 G AH0|n***a N IH1 G AH0|n**ga N IH1 G AH0|ni**a N IH1 G AH0|n***as N IH1 G AH0 Z
n*ggas N IH1 G AH0 Z|ni**as N IH1 G AH0 Z|n**** N IH1 G AH0|a** AE1 S|a*s AE1 S|@ AE1 T|p*ssy P UH1 S IY0
p***y P UH1 S IY0|d*ck D IH1 K|d**k D IH1 K|h*e HH OW1|h*es HH OW1 Z|& AE1 N D|our AA1 R|probably P R AA1 B L IY0
ba B AA1|scrr S K ER1|loc L OW1 K|loc'ed L OW1 K T|swoll S W OW1 L|gawd G AA1 D|whattup W AH0 T AH1 P
wazup W AH0 Z AH1 P|scrilla S K R IH1 L AH0|hov HH OW1 V|you'se Y UW1 Z
dr D AA1 K T ER0|og OW2 JH IY1|ogs OW2 JH IY1 Z|e'en IY1 N|6ix9ine S IH1 K S N AY2 N|vs V ER1 S AH0 S
"""

RESPELLED = {
    "b4": "before",
    "bday": "birthday",
    "hrs": "hours",
    "ppl": "people",
    "pls": "please",
    "plz": "please",
    "rn'b": "r and b",
    "rnb": "r and b",
    "r'n'b": "r and b",
    "thx": "thanks",
    "w/": "with",
    "w/o": "without",
    "whos": "whose",
    "wuz": "was",
    "wut": "what",
    "xmas": "christmas",
    "4x4": "four by four",
    "5-0": "five oh",
    "50-50": "fifty fifty",
}


@cache
def _phones() -> dict[str, tuple[str, ...]]:
    entries = (entry.split() for line in SPOKEN.strip().splitlines() for entry in line.split("|"))
    return {word: tuple(phones) for word, *phones in entries}


def spoken(word: str) -> tuple[str, ...] | None:
    """The phones of a spelling in the list, in lower case; None if it is not there."""
    return _phones().get(word)


def respelled(word: str) -> list[str] | None:
    """The words that a spelling stands for; None if it is not in the list."""
    return RESPELLED[word].split() if word in RESPELLED else None
