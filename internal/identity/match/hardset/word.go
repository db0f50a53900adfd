package hardset

import (
	"math/rand/v2"
	"strings"
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

var (
	firsts = strings.Fields(`Anna Maria Thomas Michael Peter Andreas Julia Laura Sarah Daniel Christian Stefan Katharina Martin Markus Lisa Sophie Emma
		James William Robert Elizabeth Margaret Susan Jennifer David Richard Joseph Charles Edward Alexander Benjamin Samuel Nicholas Matthew Anthony
		Patricia Barbara Jessica Rebecca Katherine Victoria Deborah Christopher Jonathan Gregory Timothy Steven Kenneth Ronald Andrew Joshua
		Mehmet Fatma Ayşe Mustafa Ivan Dmitri Olga Natalia Sergei Elena Carlos José Lucía Carmen Javier Miguel François Hélène Pierre Camille
		Giovanni Francesca Luca Chiara Marco Giulia Jan Hanna Jana Ole Lars Ingrid Björn Zoë Noah Ella Mia Leon Felix Max Paul Clara Lea Lena Nina Tim Tom Tina
		Priya Rahul Arjun Ananya Wei Li Jing Hiroshi Yuki Aiko Omar Layla Hassan Noor Kwame Amara Chidi Oliver George Harry Amelia Isla Poppy Freya`)
	nicknames = map[string]string{
		"Thomas": "Tom", "Michael": "Mike", "Andreas": "Andi", "Daniel": "Dan", "Christian": "Chris", "Stefan": "Stef", "Katharina": "Kathi", "James": "Jim",
		"William": "Bill", "Robert": "Bob", "Elizabeth": "Liz", "Margaret": "Maggie", "Susan": "Sue", "Jennifer": "Jen", "David": "Dave", "Richard": "Rick",
		"Joseph": "Joe", "Charles": "Charlie", "Edward": "Ed", "Alexander": "Alex", "Benjamin": "Ben", "Samuel": "Sam", "Nicholas": "Nick", "Matthew": "Matt",
		"Anthony": "Tony", "Patricia": "Pat", "Barbara": "Babs", "Jessica": "Jess", "Rebecca": "Becky", "Katherine": "Kate", "Victoria": "Vicky",
		"Deborah": "Debbie", "Christopher": "Chris", "Jonathan": "Jon", "Gregory": "Greg", "Timothy": "Tim", "Steven": "Steve", "Kenneth": "Ken",
		"Ronald": "Ron", "Andrew": "Andy", "Joshua": "Josh", "Natalia": "Natasha", "Giovanni": "Gianni", "Francesca": "Franca",
	}
	similar = map[string]string{
		"Anna": "Hanna", "Hanna": "Anna", "Maria": "Mario", "Jan": "Jana", "Jana": "Jan", "Julia": "Julian", "Laura": "Lara", "Lea": "Lena", "Lena": "Lea", "Nina": "Tina",
		"Tina": "Nina", "Tim": "Tom", "Tom": "Tim", "Stefan": "Stefanie", "Daniel": "Daniela", "Christian": "Christina", "Max": "Mara", "Luca": "Lucas", "Emma": "Ella",
		"Michael": "Michaela", "Martin": "Martina", "Andreas": "Andrea", "Alexander": "Alexandra", "Markus": "Marius", "Mia": "Mila", "Paul": "Paula", "Ella": "Elsa",
	}
	lasts = strings.Fields(`Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Braun Krüger
		Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Walker Hall Young King Wright
		García Martínez López González Rodríguez Fernández Rossi Russo Ferrari Bianchi Dubois Leroy Moreau Petit Durand Kowalski Nowak Wiśniewski Ivanov Petrov
		Yılmaz Kaya Demir Nguyen Tran Patel Singh Kumar Sharma Wang Li Zhang Chen Kim Park Tanaka Suzuki Okafor Mensah O'Brien O'Connor Murphy Kelly Jansen Bakker`)
	syllables = strings.Fields(`ba ber bin bor bran cal cor dal den dor el fen fal gar gel hal har hol ing jor kal ker kin lan lem lin mar mel mor nar nel nor
		pal per pol ran ren ros sal sen sil sor tal ten tor val ver vin wal wen wor zan zel zor`)
	endings = strings.Fields(`s er mann son ski ez ini ov ley ton field man berg stein ak ic o a ard ot in`)

	cities      = []string{"Berlin", "Hamburg", "München", "Köln", "Frankfurt", "Stuttgart", "Düsseldorf", "Leipzig", "Dortmund", "Essen", "Bremen", "Dresden", "Hannover", "Nürnberg", "London", "Leeds", "Bristol", "Manchester", "Paris", "Lyon", "Madrid", "Sevilla", "Roma", "Milano", "Wien", "Zürich", "Amsterdam", "Utrecht", "Warszawa", "Kraków", "Praha", "Budapest", "Dublin", "Cork", "Boston", "Denver", "Austin", "Seattle", "Toronto", "Vancouver"}
	streetKinds = []string{"Street", "Road", "Avenue", "Lane", "Square", "Drive", "Court"}
	boxes       = []string{"info", "office", "sales", "kontakt", "team", "hello"}
	freeDomains = []string{"gmail.com", "outlook.com", "yahoo.com", "gmx.net", "web.de", "icloud.com"}
	trades      = []string{"Systems", "Logistics", "Foods", "Media", "Energy", "Labs", "Consulting", "Print", "Motors", "Health"}
	forms       = []string{"GmbH", "Ltd", "Inc", "AG", "LLC"}
)

// rank returns a number below n, small ones more often, as names are.
func rank(r *rand.Rand, n int) int {
	f := r.Float64()
	return int(f * f * float64(n))
}

func (m *maker) first() string { return firsts[rank(m.random, len(firsts))] }

// last returns a common surname or one of the long tail of rare ones.
func (m *maker) last() string { return m.lastOf(20_000) }

func (m *maker) lastOf(n int) string {
	if m.chance(0.5) {
		return lasts[rank(m.random, len(lasts))]
	}
	return invented(rank(m.random, n))
}

// invented makes the n-th rare name.
func invented(n int) string {
	a, b, c := n%len(syllables), n/len(syllables)%len(syllables), n/len(syllables)/len(syllables)
	name := syllables[a] + syllables[(b+a)%len(syllables)] + endings[(c+a+b)%len(endings)]
	return strings.ToUpper(name[:1]) + name[1:]
}

func (m *maker) otherFirst(not string) string {
	for {
		if f := m.first(); f != not {
			return f
		}
	}
}

func (m *maker) similarFirst(name string) string {
	if s, ok := similar[name]; ok {
		return s
	}
	return m.otherFirst(name)
}

func (m *maker) company() string {
	return invented(rank(m.random, 3000)) + " " + pick(m.random, trades) + " " + pick(m.random, forms)
}

func companyDomain(company string) string {
	words := strings.Fields(strings.ToLower(company))
	return words[0] + "-" + words[1] + ".example"
}

func freeDomain(r *rand.Rand) string { return pick(r, freeDomains) }
