package benchdata

import "strings"

// word is a name as people write it and as their mail addresses spell it.
type word struct{ text, ascii string }

var (
	firstNames = words(`Aaron Adèle Agnieszka Aisha Alejandro Alice Amélie Ana Anaïs Anders André Anna António Anton Ayşe Beatriz Benoît Björn Bogdan Bruno
		Camille Carlos Cécile Chloé Clara Claudia Daniel Darius Diego Dmitri Eike Elena Elif Elías Emma Eszter Eva Fatima Felix Florian
		François Frida Gabriela Georg Gülşen Hannah Hélène Henrik Hugo Ida Inés Ingrid Isabel Ivan Jakub James Jana Jean João Jörg
		José Julia Jürgen Karin Katarína Klaus Lars Laura Léa Leon Lina Lucía Łukasz Magda Maja Marek María Mathilde Matteo Mehmet
		Mia Michał Miguel Milan Mohammed Nadia Nils Noah Olga Oscar Paula Pavel Pedro Petra Rafael René Sofía Søren Tomáš Zoë`)
	lastNames = words(`Andersson Bauer Becker Bergström Bianchi Björk Blanc Böhm Bondarenko Borges Brandt Brown Çelik Černý Chevalier Christensen Costa Cruz Dąbrowski Demir
		Díaz Dubois Dupont Eriksson Esposito Evans Fernández Ferrari Fischer Fournier Fuchs García Garnier Girard Gómez González Greco Große Gruber Hansen
		Hartmann Hernández Hoffmann Horváth Huber Ivanov Jansen Jensen Jiménez Johansson Johnson Jones Kaya Keller Kim Klein Kovács Kowalski Kozłowski Kraft
		Krämer Kruse Kučera Lambert Larsen Lefèvre Lindqvist López Lorenz Maier Marchetti Martin Martínez Meyer Miller Moreau Moreno Müller Muñoz Nagy
		Navarro Nielsen Novák Nowak Nguyen Öztürk Patel Pereira Pérez Petit Popescu Ramírez Ricci Richter Rodríguez Romano Rossi Roux Ruiz Sánchez
		Santos Schäfer Schmidt Schröder Silva Smith Şahin Torres Weiß Żukowski`)
	mailDomains = strings.Fields(`example.com example.org example.net mail.example.com post.example.org acme.example globex.example initech.example umbrella.example
		hooli.example stark.example wayne.example wonka.example cyberdyne.example soylent.example tyrell.example aperture.example vandelay.example bluth.example dunder.example`)
	phrases = []string{
		"met at the trade fair", "asked for an invoice copy", "prefers mail", "works from the Lyon office", "key user", "renewal due in spring",
		`says "call after ten"`, "was referred by a partner", "wants a demo, then a quote", "on parental leave until June", "trial ended",
		`goes by "Sam"`, "speaks French, German and English", "escalated twice", "pays on time", "left the company, see successor",
	}
	badEmails = []string{"jane.doe.example.com", "jane@doe@example.com", "jane doe@example.com", "jane@"}
	badPhones = []string{"+49 12", "n/a", "+999 1234567", "call the office"}
	// +1 area codes in use, any of which makes [2-9]xxxxxx a valid number.
	areaCodes = []string{"212", "312", "415", "617"}
	// German and French mobile ranges, any of which makes eight and six
	// further digits a valid number.
	mobileDE = []string{"150", "151", "152", "155", "156", "157", "158", "159"}
	mobileFR = []string{"60", "61", "62", "64", "65", "66", "67", "68"}
)

var fold = strings.NewReplacer(
	"à", "a", "á", "a", "ä", "ae", "ą", "a", "ã", "a", "ç", "c", "č", "c", "è", "e", "é", "e", "ë", "e", "ï", "i", "í", "i", "î", "i",
	"ł", "l", "ñ", "n", "ó", "o", "ö", "oe", "ø", "o", "ß", "ss", "ş", "s", "š", "s", "ü", "ue", "ý", "y", "ź", "z", "ż", "z", "ě", "e",
)

func words(list string) []word {
	var out []word
	for _, text := range strings.Fields(list) {
		out = append(out, word{text: text, ascii: fold.Replace(strings.ToLower(text))})
	}
	return out
}
