// Package sampledata is an invented customer base to try Kith with: companies,
// the people who work for them, and among these some who stand in the list twice,
// as in the lists of real teams. It is the same every time.
package sampledata

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// How many there are. People counts those who stand there twice once.
const (
	Companies = 200
	People    = 1_900
	Twice     = 100
)

// Tags are the names that rows of the files have in their tags column.
var Tags = map[string]string{"vip": "#d97706", "trial": "#2563eb", "newsletter": "#0d9488", "churn-risk": "#dc2626"}

// Pair is two rows that are one person, by their external references.
type Pair struct{ First, Second string }

// Joined is how many of those who stand there twice are merged to begin with.
const Joined = 12

// Pairs returns the people who stand in the list twice.
func Pairs() []Pair {
	out := make([]Pair, Twice)
	for i := range out {
		out[i] = Pair{personRef(i), fmt.Sprintf("sample-old-%04d", i+1)}
	}
	return out
}

func personRef(i int) string { return fmt.Sprintf("sample-%04d", i+1) }

func companyRef(i int) string { return fmt.Sprintf("sample-acc-%03d", i+1) }

type company struct{ name, domain, tier string }

// companies pairs a first word with a second so that no name occurs twice.
func companies() []company {
	out := make([]company, Companies)
	for i := range out {
		name := heads[i%len(heads)] + " " + tails[(i/len(heads)+i)%len(tails)]
		tier := []string{"enterprise", "business", "business", "starter", "starter", "starter"}[i%6]
		out[i] = company{name, slug(name) + ".example", tier}
	}
	return out
}

// WriteAccounts writes the companies as a file for accounts.
func WriteAccounts(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"display_name", "external_refs", "domains", "websites", "description", "tier", "tags.name"}}
	for i, x := range companies() {
		tags := ""
		if i%9 == 0 {
			tags = "vip"
		}
		rows = append(rows, []string{x.name, companyRef(i), x.domain, "https://www." + x.domain, about[i%len(about)], x.tier, tags})
	}
	return c.WriteAll(rows)
}

// WriteContacts writes the people as a file for contacts. Account references are
// those of WriteAccounts.
func WriteContacts(w io.Writer) error {
	c := csv.NewWriter(w)
	rng := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // the same people every time
	rows := [][]string{{"external_ref", "display_name", "email", "phone_numbers", "description", "account_external_reference", "tags.name"}}
	all := companies()
	for i := range People {
		given, family := givens[rng.IntN(len(givens))], families[rng.IntN(len(families))]
		at := min(rng.IntN(Companies), rng.IntN(Companies)) // some companies are larger than others
		domain := all[at].domain
		if i >= Twice && rng.IntN(4) == 0 {
			domain = "mail.example"
		}
		email := fmt.Sprintf("%s.%s%d@%s", slug(given), slug(family), i, domain)
		row := []string{personRef(i), given + " " + family, email, phone(rng), "", companyRef(at), tagsOf(rng)}
		if rng.IntN(3) == 0 {
			row[4] = notes[rng.IntN(len(notes))]
		}
		rows = append(rows, row)
		if i < Twice {
			rows = append(rows, again(row, i, given, family))
		}
	}
	return c.WriteAll(rows)
}

// again is how a person stands there once more, in an older list: with a letter
// missing, with the names the other way round, in capitals, or with a space too many.
func again(row []string, i int, given, family string) []string {
	name := []string{given + " " + family[:len(family)-1], family + ", " + given, strings.ToUpper(given + " " + family), given + "  " + family}[i%4]
	local, _, _ := strings.Cut(row[2], "@")
	return []string{Pairs()[i].Second, name, local + "@old-mail.example", row[3], "From the list of the former system", row[5], ""}
}

func phone(rng *rand.Rand) string {
	return fmt.Sprintf("+4930%07d", 1_000_000+rng.IntN(9_000_000))
}

func tagsOf(rng *rand.Rand) string {
	switch n := rng.IntN(20); {
	case n == 0:
		return "vip"
	case n == 1:
		return "churn-risk"
	case n < 5:
		return "trial"
	case n < 10:
		return "newsletter"
	}
	return ""
}

var folded = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "á", "a", "ř", "r", "é", "e", "è", "e", "ñ", "n", "ł", "l", "ø", "o", "å", "a", "ç", "c", "í", "i", "ó", "o", "ş", "s", "ğ", "g", "ı", "i", " ", "-")

func slug(text string) string { return folded.Replace(strings.ToLower(text)) }

var (
	heads = strings.Fields("Amber Aspen Atlas Aurora Birch Blue Brook Cedar Cinder Clover Cobalt Coral Delta Dune Ember Fern Flint Harbor Hazel Iris " +
		"Juniper Kestrel Lantern Larch Linden Lumen Maple Marble Meadow Mosaic Nimbus North Opal Orchid Pine Quartz River Sable Saffron Willow")
	tails = strings.Fields("Analytics Bakery Clinics Energy Foods Freight Games Health Insurance Labs Law Logistics Media Motors Networks Outdoor Pharma Robotics Schools Studios Systems Textiles Travel")
	about = []string{"Buys through the web shop", "Reference customer, asks for new features early", "Renews in spring", "Came with the fair in Hanover", ""}
	notes = []string{"Prefers to be called after ten", "Speaks German and English", "Asked for an invoice copy", "Runs the pilot in their team", "Met at the user conference"}

	givens = strings.Fields("Ada Amir Ana André Anouk Ayşe Björn Bruno Carla Chen Chiara Dana David Elena Elif Emil Emma Erik Fatima Felix Freya Grace Hana Hugo Ines Ivan " +
		"Jonas José Julia Kai Katarina Kenji Lars Laura Leo Lina Lucía Malik Maria Mateo Mia Mohammed Nadia Nils Noah Nora Olga Omar Paul Petra Priya Rafael Rosa Sami Sara " +
		"Sofia Søren Thomas Tomás Ursula Vera Viktor Wei Yara Yusuf Zoe")
	families = strings.Fields("Almeida Andersson Bauer Becker Bianchi Brown Castillo Chen Costa Dubois Dvořák Eriksen Fernández Fischer Fuchs García Gruber Hansen Hoffmann Horváth " +
		"Ivanova Jansen Jensen Kaya Keller Khan Kim Kowalski Krüger Lambert Larsen Lindqvist López Maier Martin Meyer Moreau Müller Nagy Nakamura Novak Okafor Öztürk Patel Pereira " +
		"Peters Petrov Popescu Richter Rossi Roux Santos Sato Schmidt Schneider Silva Singh Smith Suzuki Tanaka Vogel Wagner Weber Williams Wolf Yılmaz Zhang Zimmermann")
)
