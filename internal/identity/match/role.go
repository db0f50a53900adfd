package match

import (
	"slices"
	"strings"
	"unicode"
)

// A Role is what a column is about. It decides how its values are normalised
// and compared.
type Role string

// The roles. Ignored columns take no part: they are constant or empty, or
// number the rows.
const (
	GivenName  Role = "given_name"
	MiddleName Role = "middle_name"
	Surname    Role = "surname"
	FullName   Role = "name"
	Email      Role = "email"
	Phone      Role = "phone"
	BirthDate  Role = "birth_date"
	BirthYear  Role = "birth_year" // with the next two: a date in three columns
	BirthMonth Role = "birth_month"
	BirthDay   Role = "birth_day"
	Date       Role = "date"
	Code       Role = "code"     // an identifier, a postcode, a house number
	Number     Role = "number"   // a quantity: a price, an age, a year
	Category   Role = "category" // one of few words
	Place      Role = "place"
	Address    Role = "address"
	Company    Role = "company"
	Text       Role = "text"
	URL        Role = "url"
	Ignored    Role = "ignored"
	Excluded   Role = "excluded" // by the caller: an id or a label
)

// headerRoles are what the words of a header say, in the order in which they
// are asked. A rule fires when the header has all the words of one of its
// alternatives.
var headerRoles = []struct {
	role  Role
	words []string
}{
	{Email, split("email mail e+mail")},
	{URL, split("url website homepage www web link domain")},
	{Code, split(`street+number house+number street+no house+no streetnumber housenumber postcode postal+code postal+cd zip zipcode plz pcode post+code
		ssn soc+sec social+security passport isbn issn ean upc sku asin gtin doi modelno model+number partnumber part+number mpn vat tax+id license licence iban`)},
	{Phone, split("phone phones tel telephone mobile cell cellphone fax phonenumber phone+number handy telefon")},
	{BirthDate, split("dob birth birthday birthdate dateofbirth bday geburtsdatum born")},
	{Date, split("date day")},
	{Number, split("price cost amount age weight height width depth year size rating latitude longitude lat lon lng quantity qty pages volume abv ibu duration runtime calories salary income")},
	{MiddleName, split("middle middlename midl mname second+name")},
	{GivenName, split("given givenname first firstname fname forename forename1 christian vorname prenom nombre")},
	{Surname, split("surname sname last lastname lname family familyname maiden nachname apellido")},
	{Company, split("company organisation organization organisation account employer firm business manufacturer brand maker vendor publisher brewery label agency institution firma")},
	{Address, split("address addr address1 address2 street road strasse line1 line2 addr1 addr2 adresse")},
	{Place, split("suburb city town locality county district region place municipality ort stadt ville birthplace village parish location neighbourhood neighborhood")},
	{Category, split("state province country gender sex type category class kind cuisine genre style status language title+prefix salutation race ethnicity occupation")},
	{Text, split("title description desc abstract summary product song album artist authors author venue journal booktitle text details features notes comment")},
	{FullName, split("name fullname full+name displayname person contact customer client patient people")},
}

func split(s string) []string { return strings.Fields(s) }

// areaWords are in the headers of codes that a whole house or town shares.
var areaWords = split("street house post postal postcode zip zipcode plz pcode area region streetnumber housenumber unit flat block district ward precinct")

// isArea reports whether a header is that of such a code.
func isArea(header string) bool {
	words := headerWords(header)
	return slices.ContainsFunc(areaWords, func(w string) bool { return words[w] })
}

// headerWords splits a header at punctuation and where case changes.
func headerWords(header string) map[string]bool {
	words := map[string]bool{}
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words[strings.ToLower(string(word))] = true
		}
		word = word[:0]
	}
	lower := false
	for _, r := range latinKeepCase(header) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsUpper(r) && lower {
			flush()
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = append(word, r)
		}
		lower = unicode.IsLower(r)
	}
	flush()
	words[code(header)] = true // with its parts joined: "e-mail", "first name"
	return words
}

// latinKeepCase transliterates a header without losing where its words begin.
func latinKeepCase(s string) string {
	if isASCII(s) {
		return s
	}
	return latin(s)
}

// headerRole returns what a header says of its column, "" for nothing.
func headerRole(header string) Role {
	words := headerWords(header)
	for _, rule := range headerRoles {
		for _, alternative := range rule.words {
			if hasAll(words, strings.Split(alternative, "+")) {
				return rule.role
			}
		}
	}
	return ""
}

func hasAll(words map[string]bool, all []string) bool {
	for _, w := range all {
		if !words[w] {
			return false
		}
	}
	return true
}

// guess decides the role of a column by header and content. Content has the
// last word: a header cannot make a date of what is none.
func guess(header string, p profile) Role {
	said := headerRole(header)
	switch {
	case p.filled == 0 || p.distinct == 1 && p.filled*4 >= p.rows*3:
		return Ignored
	case p.email >= 0.6:
		return Email
	case p.url >= 0.6:
		return URL
	case p.isDate(said) && (said == BirthDate || said == "" && p.old >= 0.4):
		return BirthDate
	case p.isDate(said):
		return Date
	case said == Phone && p.phone >= 0.3, p.phone >= 0.7 && p.phonePunct >= 0.4 && said != Code && said != Date:
		return Phone
	}
	if r, ok := byWords(said, p); ok {
		return unlessRowNumber(r, said, p)
	}
	return unlessRowNumber(byContent(p), said, p)
}

// isDate reports whether a column holds days; some may be damaged when the
// header says that it does.
func (p profile) isDate(said Role) bool {
	switch said {
	case Code, Phone, Number, Text:
		return false
	case Date, BirthDate:
		return p.year < 0.9 && (p.date >= 0.7 || p.digits >= 0.5)
	default:
		return p.year < 0.9 && p.date >= 0.7
	}
}

// byWords checks a header's word against the content.
func byWords(said Role, p profile) (Role, bool) {
	switch said {
	case GivenName, MiddleName, Surname:
		return said, p.withDigits < 0.3 && p.words < 3.5
	case FullName:
		// Restaurants and products have names, too.
		if p.withDigits < 0.05 && p.upToFour >= 0.85 && p.named >= 0.15 {
			return FullName, true
		}
		return Text, p.numeric < 0.5
	case Company, Place, Text:
		return said, p.numeric < 0.5
	case Address:
		return Address, p.numeric < 0.9
	case Category:
		return p.wordy(), p.numeric < 0.5
	case URL:
		return URL, p.words < 1.5 && p.numeric < 0.5
	case Code:
		return Code, p.words < 3
	case Number:
		return Number, p.numeric >= 0.7
	default:
		return "", false
	}
}

// byContent decides about a column whose header says nothing that fits.
func byContent(p profile) Role {
	switch {
	case p.numeric >= 0.8 && p.year >= 0.9:
		return Number
	case p.numeric >= 0.8 && (p.decimal >= 0.2 || p.meanLen < 4):
		return Number
	case p.numeric >= 0.8, p.withDigits >= 0.7 && p.words < 1.5:
		return Code
	case p.words >= 3 && p.withDigits >= 0.6 && p.leadingNumber >= 0.5:
		return Address
	}
	return p.wordy()
}

// wordy tells words, of few or of many kinds, from text.
func (p profile) wordy() Role {
	switch {
	case p.distinct <= 40 && p.distinct*10 <= p.filled || p.distinct <= 300 && p.distinct*50 <= p.filled:
		return Category
	case p.words < 2.5 && p.words > 1.5 && p.named >= 0.3 && p.withDigits < 0.05:
		return FullName
	case p.words < 1.3 && p.named >= 0.3 && p.withDigits < 0.05:
		return GivenName
	case p.words < 2.5:
		return Place
	}
	return Text
}

// unlessRowNumber ignores a code that never repeats: it cannot link anything,
// but it may tell the order of the rows or even who belongs together.
func unlessRowNumber(r, said Role, p profile) Role {
	unique := p.distinct == p.filled && p.filled > 1
	if unique && (r == Code || (r == Number || r == Place) && said == "" && (p.decimal == 0 || p.numeric < 0.5) && p.words < 1.5 && p.withDigits > 0.9) {
		return Ignored
	}
	return r
}
