package hardset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// A List is a table with the label of each row.
type List struct {
	Name   string
	Header []string
	Rows   [][]string
	Labels []string
}

// Layouts returns small lists of other kinds of things, in other columns:
// what a matcher must do without being set up for it.
func Layouts(seed uint64) []List {
	return []List{
		layout("restaurants", seed, 750, 0.15, "name,addr,city,phone,type", restaurant, restaurantAgain),
		layout("publications", seed, 1500, 0.5, "title,authors,venue,year", publication, publicationAgain),
		layout("products", seed, 900, 0.6, "name,description,manufacturer,price", product, productAgain),
		layout("members", seed, 2000, 0.4, "full_name,tel,town,joined", member, memberAgain),
		layout("voters", seed, 3000, 0.3, "last_name,first_name,midl_name,age,sex,res_street,res_city,zip", voter, voterAgain),
	}
}

// layout makes one list: things, of which the share appears again.
func layout(name string, seed uint64, things int, share float64, header string, first func(*maker) []string, again func(*maker, []string) []string) List {
	m := &maker{random: rand.New(rand.NewPCG(seed, uint64(len(header)))), seen: map[string]bool{}}
	list := List{Name: name, Header: strings.Split(header, ",")}
	for i := range things {
		row := first(m)
		list.Rows = append(list.Rows, row)
		list.Labels = append(list.Labels, strconv.Itoa(i))
		for m.chance(share) && len(list.Rows) < 3*things {
			list.Rows = append(list.Rows, again(m, slices.Clone(row)))
			list.Labels = append(list.Labels, strconv.Itoa(i))
			if m.chance(0.8) {
				break
			}
		}
	}
	m.random.Shuffle(len(list.Rows), func(i, j int) {
		list.Rows[i], list.Rows[j] = list.Rows[j], list.Rows[i]
		list.Labels[i], list.Labels[j] = list.Labels[j], list.Labels[i]
	})
	return list
}

// some applies a change to a cell now and then.
func (m *maker) some(cell *string, chance float64, change func(string) string) {
	if *cell != "" && m.chance(chance) {
		*cell = change(*cell)
	}
}

func (m *maker) words(list []string, n int) string {
	var out []string
	for range n {
		out = append(out, list[rank(m.random, len(list))])
	}
	return strings.Join(out, " ")
}

// dropWord leaves out a word.
func (m *maker) dropWord(s string) string {
	w := strings.Fields(s)
	if len(w) < 3 {
		return s
	}
	at := m.random.IntN(len(w))
	return strings.Join(slices.Delete(w, at, at+1), " ")
}

func restaurant(m *maker) []string {
	name := m.lastOf(2000) + "'s " + pick(m.random, eateries)
	if m.chance(0.4) {
		name = strings.ToLower(pick(m.random, things) + " " + pick(m.random, eateries))
	}
	street := fmt.Sprintf("%d %s %s.", 10+m.random.IntN(9000), m.lastOf(300), pick(m.random, []string{"st", "ave", "blvd", "rd"}))
	at := rank(m.random, len(cities))
	return []string{name, street, cities[at], fmt.Sprintf("%d/%03d-%04d", 200+at, m.random.IntN(1000), m.random.IntN(10000)), pick(m.random, cuisines)}
}

func restaurantAgain(m *maker, r []string) []string {
	m.some(&r[0], 0.3, func(s string) string { return s + " " + pick(m.random, []string{"restaurant", "cafe", "the"}) })
	m.some(&r[0], 0.15, m.typo)
	m.some(&r[1], 0.6, strings.NewReplacer("st.", "Street", "ave.", "Avenue", "blvd.", "Boulevard", "rd.", "Road").Replace)
	m.some(&r[1], 0.3, func(s string) string { return s + " near " + m.lastOf(300) })
	m.some(&r[2], 0.15, func(string) string { return "new " + pick(m.random, cities) })
	m.some(&r[3], 0.7, strings.NewReplacer("/", "-").Replace)
	m.some(&r[3], 0.1, m.digitTypo)
	m.some(&r[4], 0.5, func(string) string { return pick(m.random, cuisines) })
	return r
}

func publication(m *maker) []string {
	var authors []string
	for range 1 + m.random.IntN(4) {
		authors = append(authors, m.first()+" "+m.lastOf(3000))
	}
	return []string{m.words(topics, 4+m.random.IntN(6)), strings.Join(authors, ", "), venues[2*m.random.IntN(len(venues)/2)], strconv.Itoa(1994 + m.random.IntN(12))}
}

func publicationAgain(m *maker, r []string) []string {
	m.some(&r[0], 0.25, m.typo)
	m.some(&r[0], 0.1, m.dropWord)
	m.some(&r[1], 0.6, initials)
	m.some(&r[1], 0.1, func(s string) string { return strings.Split(s, ", ")[0] })
	m.some(&r[2], 0.6, func(s string) string { return venues[slices.Index(venues, s)+1] })
	m.some(&r[3], 0.1, func(string) string { return "" })
	return r
}

// initials shortens the given names of authors.
func initials(authors string) string {
	var out []string
	for _, a := range strings.Split(authors, ", ") {
		first, last, _ := strings.Cut(a, " ")
		out = append(out, string([]rune(first)[:1])+". "+last)
	}
	return strings.Join(out, ", ")
}

func product(m *maker) []string {
	maker := brands[rank(m.random, len(brands))]
	model := fmt.Sprintf("%c%c%d", 'A'+m.random.IntN(26), 'A'+m.random.IntN(26), 100+m.random.IntN(9000))
	kind := m.words(goods, 2)
	return []string{
		maker + " " + model + " " + kind, strings.Join([]string{maker, kind, m.words(features, 8), model}, " "), maker,
		fmt.Sprintf("$%d.%02d", 10+m.random.IntN(900), m.random.IntN(100)),
	}
}

func productAgain(m *maker, r []string) []string {
	m.some(&r[0], 0.5, func(s string) string { return s + " " + m.words(features, 2) })
	m.some(&r[0], 0.5, m.dropWord)
	m.some(&r[1], 0.5, func(string) string { return "" })
	m.some(&r[1], 0.5, func(s string) string { return m.dropWord(m.dropWord(s)) + " " + m.words(features, 3) })
	m.some(&r[2], 0.4, func(string) string { return "" })
	m.some(&r[3], 0.5, func(string) string { return fmt.Sprintf("$%d.%02d", 10+m.random.IntN(900), m.random.IntN(100)) })
	return r
}

func member(m *maker) []string {
	return []string{m.first() + " " + m.last(), m.phone(), pick(m.random, cities), m.joined()}
}

// joined is a day of recent years.
func (m *maker) joined() string {
	return fmt.Sprintf("%02d/%02d/%d", 1+m.random.IntN(28), 1+m.random.IntN(12), 2008+m.random.IntN(18))
}

func memberAgain(m *maker, r []string) []string {
	m.some(&r[0], 0.2, m.typo)
	m.some(&r[0], 0.2, func(s string) string {
		first, last, _ := strings.Cut(s, " ")
		return last + ", " + first
	})
	m.some(&r[0], 0.1, initials)
	m.some(&r[1], 0.2, func(string) string { return "" })
	m.some(&r[1], 0.4, m.otherFormat)
	m.some(&r[2], 0.2, func(string) string { return pick(m.random, cities) })
	m.some(&r[3], 0.3, func(string) string { return m.joined() })
	return r
}

func voter(m *maker) []string {
	p := m.person()
	return []string{
		strings.ToUpper(p.last), strings.ToUpper(p.first), strings.ToUpper(m.first()), strconv.Itoa(18 + m.random.IntN(75)), pick(m.random, []string{"F", "M"}),
		strings.ToUpper(p.street), strings.ToUpper(p.city), p.postcode,
	}
}

func voterAgain(m *maker, r []string) []string {
	m.some(&r[0], 0.1, m.typo)
	m.some(&r[1], 0.15, m.typo)
	m.some(&r[2], 0.4, func(s string) string { return string([]rune(s)[:1]) })
	m.some(&r[2], 0.3, func(string) string { return "" })
	m.some(&r[3], 0.3, func(s string) string { n, _ := strconv.Atoi(s); return strconv.Itoa(n + 1) })
	if m.chance(0.2) {
		q := m.person()
		r[5], r[6], r[7] = strings.ToUpper(q.street), strings.ToUpper(q.city), q.postcode
	}
	return r
}

var (
	eateries = strings.Fields("grill kitchen bistro diner cafe trattoria house bar deli tavern garden room")
	things   = strings.Fields("golden blue silver old little royal green lucky jade river harbor union central olive lemon garlic copper velvet")
	cuisines = []string{"american", "american (new)", "italian", "french", "asian", "chinese", "steakhouses", "seafood", "mexican", "delis", "cafeterias", "indian"}
	topics   = strings.Fields(`query optimization database distributed indexing mining efficient adaptive parallel relational object semantic temporal spatial stream
		processing model view integration schema transaction recovery concurrency approximate clustering warehouse xml web join aggregation cost learning
		incremental maintenance scalable dynamic evaluation performance management system systems data for of the in with over on an approach framework
		using towards multi dimensional high similarity search nearest neighbor trees hash sampling histogram selectivity estimation cache mobile workflow
		active rules constraints mediators heterogeneous wrappers provenance lineage privacy security access control skyline ranking top keyword graph`)
	venues   = []string{"SIGMOD Conference", "International Conference on Management of Data", "VLDB", "Very Large Data Bases", "ACM Trans. Database Syst.", "ACM Transactions on Database Systems (TODS)", "SIGMOD Record", "ACM SIGMOD Record", "VLDB J.", "The VLDB Journal", "ICDE", "International Conference on Data Engineering"}
	brands   = strings.Fields("Sonora Panatec Lumix Garwin Netbridge Canova Bosline Yamato Philmore Dellano Kensway Toshima Sharpe Logimax Frigida")
	goods    = strings.Fields("camera lens speaker headphones router printer receiver player monitor keyboard adapter battery charger case cable dryer washer oven radio phone")
	features = strings.Fields("black white silver digital wireless compact portable high definition zoom stereo remote control rechargeable stainless steel inch series pack usb bluetooth optical energy star professional home")
)
