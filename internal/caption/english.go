package caption

import "strings"

// class is a set of the parts of speech that a word may be.
type class uint16

const (
	article     class = 1 << iota // and possessives that always have a noun after them
	determiner                    // that may also stand alone: this, some, her
	conjunction                   // and what else opens a clause: which, when
	preposition
	particle // that more often closes a verb: up, away
	auxiliary
	negation
	subject   // pronouns that only a verb follows: I, they
	pronoun   // that may also be an object: you, it
	adjective // and adverbs that belong to the word after them: very, only
	numeral   // number words
	measure   // what a number counts: per, cent, million
	month
)

// englishWords lists the words that decide where English breaks. They are the
// closed classes, nearly whole, and the commonest adjectives.
var englishWords = map[class]string{
	article:    "a an the my your our their its thy every",
	determiner: "this these those that his her each another any some no all both either neither many much few several more most such what which whose own thine",
	conjunction: "and but or nor so yet because although though while whereas when where if unless until till since that which who whom " +
		"whose as than whether before after once how why what whenever wherever lest",
	preposition: "of in on at to from with by for about into onto over under through between among against during without within toward towards " +
		"upon across behind beyond near beside besides despite except inside outside per above below beneath around along past via like unlike than until since before after as",
	particle: "up down out off away back apart together along over around",
	auxiliary: "am is are was were be been being have has had having do does did will would shall should can could may might must ought " +
		"i'm i've i'll i'd you're you've you'll you'd he's he'll he'd she's she'll she'd it's it'll we're we've we'll we'd they're they've they'll they'd " +
		"that's there's who's what's gonna wanna gotta let's hast hath dost doth wilt shalt art mayst",
	negation: "not never hardly scarcely don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't isn't aren't wasn't weren't haven't hasn't hadn't " +
		"mustn't mightn't needn't ain't",
	subject: "i he she we they thou ye",
	pronoun: "you it there who",
	adjective: "new old good bad great big small little large long short high low young early late important own last first second third next other same different " +
		"few public main major local social national real whole free full best better worse worst right wrong left black white red blue green hard easy " +
		"strong weak happy sad fresh sweet bright dark very too quite rather really so more most only even just almost",
	numeral: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen " +
		"twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion half",
	measure: "percent per cent hundred thousand million billion trillion dollars euros pounds cents years months weeks days hours minutes seconds " +
		"miles metres meters kilometres kilometers km kg grams degrees o'clock am pm a.m p.m times",
	month: "january february march april may june july august september october november december",
}

// titles are abbreviations after whose point a name follows.
var titles = setOf("mr mrs ms dr prof st rev gen sen gov capt lt sgt col hon vs fig e.g i.e")

// beforeTo are words that "to" completes: "used to walk".
var beforeTo = setOf("used going have has had want wants wanted need needs needed trying able ought supposed got like")

var englishClasses = func() map[string]class {
	classes := make(map[string]class)
	for c, list := range englishWords {
		for _, w := range strings.Fields(list) {
			classes[w] |= c
		}
	}
	return classes
}()

func setOf(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// classify gives the classes of a word in lower case. Words that are not
// listed are content words, of which some endings tell an adjective.
func classify(bare string) class {
	if c, ok := englishClasses[bare]; ok {
		return c
	}
	if strings.HasSuffix(bare, "n't") {
		return negation
	}
	if len(bare) > 5 {
		for _, ending := range []string{"ous", "ful", "less", "able", "ible", "ive", "ical", "ish", "est"} {
			if strings.HasSuffix(bare, ending) {
				return adjective
			}
		}
	}
	return 0
}

// is says whether c may be one of these.
func (c class) is(one class) bool { return c&one != 0 }

// content says whether c is a word with a meaning of its own, to which what
// stands before it may belong.
func (c class) content() bool {
	return c&^(adjective|numeral|measure|month|negation|auxiliary) == 0
}

// breakEnglish is the cost of a break before b for what b opens.
func breakEnglish(b bound) int {
	switch {
	case b.bare == "of":
		return beforeOf
	case b.word.is(conjunction):
		return beforeConj
	case b.word.is(particle):
		return plainBreak + 20
	case b.word.is(preposition):
		return beforePrep
	case b.word.is(subject | pronoun):
		return beforePronoun
	}
	return plainBreak
}

// bondEnglish is how closely a belongs to b, 0 for not at all. Where classes
// overlap ("that", "before"), the reading that holds words together wins only
// over one that does so less.
func bondEnglish(a, b bound, opens bool) int {
	aw, bw := a.word, b.word
	opensClause := bw.is(conjunction) && !bw.is(determiner)
	switch {
	case isName(a, b, opens):
		return nameBond
	case isQuantity(a, b):
		return nameBond
	case aw.is(article):
		return tightBond
	case aw.is(subject):
		return tightBond
	case aw.is(negation) && !opensClause:
		return tightBond
	case aw.is(auxiliary):
		if bw.is(negation|auxiliary) || bw.content() && !bw.is(month) {
			return tightBond
		}
		if bw.is(article | determiner) {
			return looseBond
		}
		return 0
	case aw.is(pronoun) && bw.is(auxiliary|negation):
		return tightBond
	case aw.is(conjunction):
		return tightBond
	case aw.is(preposition) && opensClause:
		return plainBreak // "look at | how it works"
	case aw.is(preposition) && !aw.is(particle):
		return tightBond
	case aw.is(determiner) && bw.content():
		return tightBond
	case aw.is(adjective) && bw.content() && !bw.is(auxiliary|negation):
		return looseBond
	case aw.is(pronoun) && bw == 0:
		return looseBond
	case b.bare == "to" && beforeTo[a.bare]:
		return looseBond
	case strings.HasSuffix(a.bare, "'s") && bw.content() && !bw.is(auxiliary|negation):
		return looseBond // the possessive: "the world's | fresh ornament"
	case strings.HasSuffix(a.bare, "ly") && bw == 0:
		return looseBond
	}
	return 0
}

// isName says whether a and b are parts of one name: "Mr. Smith", "J. F.
// Kennedy", "New York".
func isName(a, b bound, opens bool) bool {
	if titles[a.bare] {
		return true
	}
	if !startsUpper(a.text) || !startsUpper(b.text) || b.bare == "i" || strings.HasPrefix(b.bare, "i'") {
		return false
	}
	if opens && a.word != 0 {
		return false
	}
	known := a.word &^ (adjective | month | measure)
	return known == 0 && b.word&^(adjective|month|numeral) == 0
}

// isQuantity says whether a number and what belongs to it are parted: "twenty
// five", "20 per cent", "May 5", "5 May", "chapter 3".
func isQuantity(a, b bound) bool {
	aNumber := isNumber(a.bare) || a.word.is(numeral)
	bNumber := isNumber(b.bare)
	switch {
	case aNumber && (b.word.is(measure) || strings.HasPrefix(b.text, "%")):
		return true
	case aNumber && b.word.is(numeral):
		return true
	case a.bare == "per" && b.bare == "cent":
		return true
	case a.word.is(month) && startsUpper(a.text) && bNumber:
		return true
	case isNumber(a.bare) && b.word.is(month):
		return true
	}
	return bNumber && a.word == 0 && !isNumber(a.bare)
}
