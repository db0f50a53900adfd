package match

import "slices"

// A kind is a way to compare: levels of agreement from the best to none.
type kind struct {
	levels  []level
	agree   int // the last level that is agreement
	byWords bool
	// personal fields agree among people who belong together no more often than
	// among strangers.
	personal bool
	compare  func(f *field, a, b uint32) int
}

// A level is how far two values agree.
type level struct {
	label string
	// m and kin are the shares of pairs expected at this level before anything
	// is known about the data, of one person and of two that belong together:
	// a family, an office. What is learnt takes over quickly.
	m, kin float64
	// rarity is how much of a value's rarity counts as evidence at this level.
	rarity float64
	// most bounds what may be learnt for m where it is not 0: whatever else two
	// records share, other given names or birthdays are rarely one person's.
	most float64
}

var nameLevels = []level{
	{"same", 0.76, 0.55, 1, 0},
	{"nickname or spelling", 0.03, 0.01, 0.7, 0},
	{"swapped or joined", 0.02, 0.001, 0.7, 0},
	{"in the other's other name", 0.01, 0.001, 0.7, 0},
	{"typing error", 0.07, 0.01, 0.7, 0},
	{"initial", 0.01, 0.01, 0.3, 0},
	{"similar", 0.04, 0.01, 0.3, 0},
	{"alike, but two usual names", 0.01, 0.01, 0, 0},
	{"different", 0.03, 0.2, 0, 0},
	{"two usual names", 0.02, 0.2, 0, 0},
}

var (
	nameKind = &kind{compare: compareNames, agree: nameTypo, levels: nameLevels}
	// Who belongs together has the surname in common, not the given name.
	ownNameKind = &kind{compare: compareNames, agree: nameTypo, levels: ownNameLevels, personal: true}
)

var ownNameLevels = func() []level {
	own := slices.Clone(nameLevels)
	own[nameAlike].most, own[nameDifferent].most, own[nameTwo].most = 0.02, 0.1, 0.04
	return own
}()

var wordLevels = []level{
	{"same", 0.6, 0.5, 1, 0},
	{"nearly same", 0.14, 0.05, 0.8, 0},
	{"very similar", 0.09, 0.05, 0.5, 0},
	{"similar", 0.06, 0.05, 0.3, 0},
	{"partly", 0.04, 0.05, 0, 0},
	{"little", 0.03, 0.1, 0, 0.15},
	{"different", 0.04, 0.2, 0, 0.4},
}

var wordsKind = &kind{compare: compareWords, agree: 1, byWords: true, levels: wordLevels}

var dateLevels = []level{
	{"same", 0.8, 0, 1, 0},
	{"one digit wrong or swapped", 0.08, 0, 0, 0},
	{"within a month", 0.03, 0, 0, 0},
	{"two of three parts same", 0.04, 0, 0, 0},
	{"within a year", 0.02, 0, 0, 0},
	{"within ten years", 0.01, 0, 0, 0},
	{"different", 0.02, 0, 0, 0},
}

// Nobody is born twice.
var birthLevels = func() []level {
	birth := slices.Clone(dateLevels)
	birth[4].most, birth[5].most, birth[6].most = 0.1, 0.15, 0.06
	return birth
}()

var kinds = map[Role]*kind{
	GivenName:  ownNameKind,
	MiddleName: ownNameKind,
	Surname:    nameKind,
	Place:      wordsKind,
	Address:    wordsKind,
	Company:    wordsKind,
	Text:       wordsKind,
	Email: {compare: compareEmails, agree: 1, levels: []level{
		{"same", 0.7, 0.15, 1, 0},
		{"typing error", 0.08, 0.01, 0.7, 0},
		{"same name at another domain", 0.08, 0.01, 0.5, 0},
		{"similar name, same domain", 0.04, 0.05, 0.3, 0},
		{"only digits differ", 0.01, 0.08, 0, 0},
		{"same domain", 0.03, 0.25, 0, 0},
		{"different", 0.06, 0.45, 0, 0.6},
	}},
	Phone: {compare: comparePhones, agree: 1, levels: []level{
		{"same", 0.75, 0.5, 1, 0},
		{"one digit wrong", 0.06, 0.02, 0.5, 0},
		{"same but for the area", 0.04, 0.02, 0.5, 0},
		{"different", 0.15, 0.46, 0, 0.6},
	}},
	Date:      {compare: compareDates, agree: 1, personal: true, levels: dateLevels},
	BirthDate: {compare: compareDates, agree: 1, personal: true, levels: birthLevels},
	Code: {compare: compareCodes, levels: []level{
		{"same", 0.82, 0.4, 1, 0},
		{"one character wrong", 0.07, 0.02, 0.3, 0},
		{"similar", 0.04, 0.03, 0, 0},
		{"different", 0.07, 0.55, 0, 0.5},
	}},
	Number: {compare: compareNumbers, agree: 1, levels: []level{
		{"same", 0.7, 0.2, 1, 0},
		{"within 1 %", 0.08, 0.05, 0, 0},
		{"within 5 %", 0.06, 0.1, 0, 0},
		{"within 20 %", 0.06, 0.15, 0, 0},
		{"different", 0.1, 0.5, 0, 0},
	}},
	Category: {compare: compareCategories, levels: []level{
		{"same", 0.88, 0.5, 1, 0},
		{"typing error", 0.04, 0.01, 0.5, 0},
		{"different", 0.08, 0.49, 0, 0.5},
	}},
	URL: {compare: compareURLs, levels: []level{
		{"same", 0.75, 0.3, 1, 0},
		{"same host", 0.1, 0.2, 0, 0},
		{"different", 0.15, 0.5, 0, 0.6},
	}},
}
