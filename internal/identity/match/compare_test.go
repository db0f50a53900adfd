package match

import (
	"math"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                 "",
		"  Ann-Marie  Lee": "ann marie lee",
		"O'Brien":          "obrien",
		"van ’t Hof":       "van t hof",
		"Müller-Łukasz":    "muller lukasz",
		"STRASSE ß":        "strasse ss",
		"Юлия Петрова":     "iuliia petrova",
		"Γιώργος":          "giorgos",
		"Søren Ærø":        "soren aero",
		"ＡＢＣ１２":            "abc12",
		"a\xffb":           "a b",
		"北京":               "北京",
	} {
		got := fold(in)
		if got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
		if again := fold(got); again != got {
			t.Errorf("fold(%q) = %q, not itself", got, again)
		}
	}
}

func TestNormal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role Role
		in   string
		want string
	}{
		{Email, " Ann.Lee+news@GoogleMail.com ", "annlee@gmail.com"},
		{Email, "Ann <a.l@Example.ORG>", "a.l@example.org"},
		{Email, "n/a", ""},
		{Email, "ann at example", "annatexample"},
		{Phone, "+49 (0) 30 1234-567", "49301234567"},
		{Phone, "030 1234567 ext. 12", "301234567"},
		{Phone, "12", ""},
		{Company, "The Acme Trading Co., Ltd.", "acme trading"},
		{Company, "The Company", "the company"},
		{Address, "12 North Main Street, Apartment 4", "12 n main st apt 4"},
		{Place, "Saint Louis", "st louis"},
		{GivenName, "Dr. Ann", "ann"},
		{Surname, "Mr", "mr"},
		{Code, "AB-12 34", "ab1234"},
		{Number, "$1,299.00", "1299"},
		{Number, "about ten", ""},
		{URL, "https://www.Example.com/shop/", "example.com/shop"},
		{Text, "Unknown", ""},
		{Date, "03.02.1980", "19800203"},
		{Date, "1980-02-03T10:00:00Z", "19800203"},
		{Date, "3 Feb 80", "19800203"},
		{Date, "February 3, 1980", "19800203"},
		{Date, "1980-13-45", "19801345"},
		{Date, "soon", ""},
	} {
		f := &field{role: c.role, order: dayFirst}
		if got := f.normal(c.in); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.role, c.in, got, c.want)
		}
	}
}

func TestFullNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"Ann Lee":                {"ann", "lee"},
		"Lee, Ann":               {"ann", "lee"},
		"Dr. Ann Maria Lee":      {"ann maria", "lee"},
		"Jan van der Berg":       {"jan", "van der berg"},
		"van der Berg, Jan":      {"jan", "van der berg"},
		"Madonna":                {"madonna", ""},
		"Lee,":                   {"lee", ""},
		"":                       {"", ""},
		"Francisco de la Cruz":   {"francisco", "de la cruz"},
		"María del Mar González": {"maria", "del mar gonzalez"},
	} {
		if got := [2]string{givenPart.of(in), surnamePart.of(in)}; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// fieldWith returns a field of a role that holds the values, each as often as
// said, and the numbers of the first two.
func fieldWith(t *testing.T, role Role, values ...string) (*field, uint32, uint32) {
	t.Helper()
	table := NewTable([]string{"c"})
	for _, v := range values {
		if err := table.Add(0, []string{v}); err != nil {
			t.Fatal(err)
		}
	}
	f := newField(table, &field{name: "c", columns: []int{0}, role: role, order: dayFirst}, false)
	return f, f.rows[0], f.rows[1]
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role  Role
		a, b  string
		level string
	}{
		{GivenName, "Ann", "ANN", "same"},
		{GivenName, "Robert", "Bob", "nickname or spelling"},
		{GivenName, "Müller", "Mueller", "nickname or spelling"},
		{GivenName, "Yulia", "Юлия", "nickname or spelling"},
		{GivenName, "Alexa Rose", "Alexarose", "same"},
		{GivenName, "Grezelda", "Gresleda", "typing error"},
		{GivenName, "Zebulon", "Z", "initial"},
		{GivenName, "Zebulon", "Q", "different"},
		{GivenName, "Wu", "Zebulon", "different"},
		{GivenName, "Anna", "Peter", "two usual names"},
		{GivenName, "Martin", "Marvin", "typing error"},
		{Surname, "Kowalczyk", "Kowalcyzk", "typing error"},
		{Surname, "Smith Jones", "Jones", "nickname or spelling"},
		{Surname, "", "Jones", NotSaid},
		{Email, "a.lee@x-corp.com", "A.Lee+1@x-corp.com", "same"},
		{Email, "zebulon.q@x-corp.com", "zebulno.q@x-corp.com", "typing error"},
		{Email, "jsmith@x-corp.com", "jsmith2@x-corp.com", "only digits differ"},
		{Email, "zebulonq@x-corp.com", "zebulonq@other.org", "same name at another domain"},
		{Email, "info@x-corp.com", "info@other.org", "different"},
		{Email, "zebulon@x-corp.com", "wanda@x-corp.com", "same domain"},
		{Email, "zebulon@gmail.com", "wanda@gmail.com", "different"},
		{Phone, "+49 30 1234567", "030/1234567", "same"},
		{Phone, "+49 30 1234567", "030 1234576", "one digit wrong"},
		{Phone, "+49 30 1234567", "040 1234567", "one digit wrong"},
		{Phone, "+49 30 1234567", "0711 1234567", "same but for the area"},
		{Phone, "+49 30 1234567", "+49 30 7654321", "different"},
		{BirthDate, "1980-02-03", "03.02.1980", "same"},
		{BirthDate, "1980-02-03", "1980-03-02", "one digit wrong or swapped"},
		{BirthDate, "1980-02-03", "1980-02-30", "one digit wrong or swapped"},
		{BirthDate, "1980-02-03", "1980-02-14", "within a month"},
		{BirthDate, "1980-02-03", "1996-02-03", "two of three parts same"},
		{BirthDate, "1980-02-03", "1980-10-24", "within a year"},
		{BirthDate, "1980-02-03", "1985-11-24", "within ten years"},
		{BirthDate, "1980-02-03", "1951-11-24", "different"},
		{Code, "AB-1234", "ab 1234", "same"},
		{Code, "7484532", "7484523", "one character wrong"},
		{Code, "4811", "4811-22", "similar"},
		{Code, "4811", "5930", "different"},
		{Number, "$100.00", "100", "same"},
		{Number, "100", "100.5", "within 1 %"},
		{Number, "100", "300", "different"},
		{Category, "Italian", "Itallian", "typing error"},
		{Category, "f", "m", "different"},
		{Place, "Winston Hills", "Winstonhills", "same"},
		{Place, "Wellwood Park", "Park Wellwood", "same"},
		{Place, "Cloverdale", "Clovredale", "nearly same"},
		{Text, "Sonora ZX100 camera black", "Sonora ZX200 camera black", "partly"},
		{Text, "Sonora ZX100 camera", "ZX100 digital cam by Sonora, 12 megapixels", "very similar"},
		{URL, "http://www.x.org/a", "x.org/b", "same host"},
	} {
		f, a, b := fieldWith(t, c.role, c.a, c.b, "400", "x1", "1000")
		got := NotSaid
		if l := f.level(a, b); l != missing {
			got = f.kind.levels[l].label
		}
		if got != c.level {
			t.Errorf("%s %q and %q: %s, want %s", c.role, c.a, c.b, got, c.level)
		}
		if l := f.level(b, a); l != f.level(a, b) {
			t.Errorf("%s %q and %q: another level the other way round", c.role, c.a, c.b)
		}
	}
}

func TestSeveralValues(t *testing.T) {
	t.Parallel()
	f, a, b := fieldWith(t, Email, Several("ann@x.org", "lee@y.org"), Several("bob@z.org", "LEE@y.org"), "carl@w.org")
	if l := f.level(a, b); l != 0 {
		t.Errorf("one address of two is the same: level %d", l)
	}
	if l := f.level(a, f.rows[2]); l != emailDifferent {
		t.Errorf("no address is the same: level %d", l)
	}
}

func TestUsualNames(t *testing.T) {
	t.Parallel()
	values := []string{"Lara", "Larah"}
	for range 4 {
		values = append(values, "Lara", "Larah")
	}
	f, a, b := fieldWith(t, GivenName, values...)
	if l := f.level(a, b); l != nameAlike {
		t.Errorf("two names that many have: %s", f.kind.levels[l].label)
	}
	f, a, b = fieldWith(t, GivenName, append([]string{"Lara", "Larah"}, values[2:3]...)...)
	if l := f.level(a, b); l != nameTypo {
		t.Errorf("two names that few have: %s", f.kind.levels[l].label)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	repeat := func(values ...string) []string {
		var out []string
		for range 12 {
			out = append(out, values...)
		}
		return out
	}
	for _, c := range []struct {
		header string
		want   Role
		values []string
	}{
		{"given_name", GivenName, repeat("ann", "bob", "")},
		{"First Name", GivenName, repeat("ann", "bob")},
		{"firstName", GivenName, repeat("ann", "bob")},
		{"surname", Surname, repeat("lee", "ray")},
		{"E-Mail", Email, repeat("a@b.org", "c@d.org")},
		{"x", Email, repeat("a@b.org", "c@d.org")},
		{"Mobile", Phone, repeat("+49 30 123456", "030 654321")},
		{"x", Phone, repeat("(212) 555-1234", "(212) 555-4321")},
		{"dob", BirthDate, repeat("19800203", "19711231")},
		{"dob", BirthDate, repeat("1980", "12/1971", "1999-01-02")},
		{"x", Date, repeat("2021-02-03", "2022-01-01")},
		{"x", BirthDate, repeat("1961-02-03", "1972-01-01")},
		{"created", Date, repeat("2021-02-03", "2022-01-01")},
		{"date", Category, repeat("monday", "tuesday")},
		{"year", Number, repeat("1999", "2001")},
		{"x", Number, repeat("1999", "2001")},
		{"postcode", Code, repeat("4011", "4814")},
		{"street_number", Code, repeat("6", "69")},
		{"soc_sec_id", Code, repeat("6988048", "7364009")},
		{"address_1", Address, repeat("tullaroop street", "giblin street")},
		{"x", Address, repeat("12 main street", "9 long lane")},
		{"suburb", Place, []string{"bittern", "yass", "yass", "", "eureka park", "coolaroo"}},
		{"state", Category, repeat("nsw", "vic")},
		{"name", FullName, repeat("Ann Lee", "Robert Ray", "Wu Zebulon")},
		{"name", Text, []string{"arnie mortons of chicago", "art's deli", "art's deli", "cafe bizou and grill house"}},
		{"title", Text, []string{"on joins", "on more joins", "on joins"}},
		{"venue", Text, []string{"SIGMOD", "VLDB", "SIGMOD"}},
		{"price", Number, repeat("$12.50", "$13.00")},
		{"company", Company, repeat("Acme Ltd", "Globex")},
		{"website", URL, repeat("http://a.org", "b.org")},
		{"type", Category, repeat("thai", "french")},
		{"unique_id", Ignored, []string{"1", "2", "3", "4"}},
		{"rec_id", Ignored, []string{"rec-1-org", "rec-1-dup-0", "rec-2-org"}},
		{"constant", Ignored, repeat("yes")},
		{"empty", Ignored, repeat("", "n/a")},
	} {
		table := NewTable([]string{c.header})
		for _, v := range c.values {
			if err := table.Add(0, []string{v}); err != nil {
				t.Fatal(err)
			}
		}
		if roles, _ := table.guessRoles(nil); roles[0].Role != c.want {
			t.Errorf("%q with %q: %s, want %s", c.header, c.values[:min(len(c.values), 3)], roles[0].Role, c.want)
		}
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "xbc", 1}, {"abcd", "acbx", 2}, {"abc", "xyz", 3},
		{"kitten", "sitting", 3}, {strings.Repeat("a", 99) + "b", strings.Repeat("a", 99) + "c", 1}, {strings.Repeat("ab", 99), strings.Repeat("ba", 99), 3},
	} {
		if got := edits(c.a, c.b, 2); got != min(c.want, 3) {
			t.Errorf("edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := edits(c.b, c.a, 2); got != min(c.want, 3) {
			t.Errorf("edits(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

func TestJaroWinkler(t *testing.T) {
	t.Parallel()
	// The textbook examples.
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"martha", "marhta", 0.9611}, {"dwayne", "duane", 0.84}, {"dixon", "dicksonx", 0.8133}, {"a", "b", 0}, {"", "a", 0}, {"abc", "abc", 1},
	} {
		if got := jaroWinkler(c.a, c.b); math.Abs(got-c.want) > 0.0001 {
			t.Errorf("jaroWinkler(%q, %q) = %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	for _, group := range [][]string{{"philip", "filip"}, {"schmidt", "schmitt", "shmit"}, {"meyer", "maier"}, {"catherine", "katharine"}, {"tchaikovsky", "chaikovski"}} {
		for _, w := range group[1:] {
			if sound(w) != sound(group[0]) {
				t.Errorf("%s sounds %q, %s %q", group[0], sound(group[0]), w, sound(w))
			}
		}
	}
	if sound("smith") == sound("jones") {
		t.Error("smith sounds like jones")
	}
}

// TestMailMadeOfNames: addresses that are alike because the names are say no
// more than the names.
func TestMailMadeOfNames(t *testing.T) {
	t.Parallel()
	table := NewTable([]string{"first_name", "last_name", "email"})
	for _, r := range [][]string{
		{"Thomas", "Müller", "thomas.mueller@gmail.com"}, {"Thomas", "Müller", "thomas.mueller@example.org"}, {"Thomas", "Müller", "t.mueller@example.org"},
		{"Thomas", "Müller", "tigerkralle77@gmail.com"}, {"Thomas", "Müller", "tigerkralle77@example.org"},
		{"Wei", "Fischer", "wfischer@example.org"}, {"Wei", "Fischer", "weifischer@example.org"},
	} {
		if err := table.Add(0, r); err != nil {
			t.Fatal(err)
		}
	}
	roles := []FieldRole{{"first_name", GivenName}, {"last_name", Surname}, {"email", Email}}
	fr := newFrame(table, roles, make([]dateOrder, 3), false)
	for _, c := range []struct {
		a, b int
		want uint8
	}{{0, 1, missing}, {0, 2, emailDifferent}, {1, 2, emailDomain}, {3, 4, emailOther}, {5, 6, emailSimilar}} {
		levels := make([]uint8, 3)
		fr.compare(c.a, c.b, levels, newLevelCache())
		if levels[2] != c.want {
			t.Errorf("rows %d and %d: level %d, want %d", c.a, c.b, levels[2], c.want)
		}
	}
}

func TestSwappedNames(t *testing.T) {
	t.Parallel()
	table := NewTable([]string{"first_name", "last_name"})
	for _, r := range [][]string{{"Greta", "Lindholm"}, {"Lindholm", "Greta"}, {"Greta Lindholm", ""}, {"", "Greta"}, {"Greta", ""}, {"Omar", "Haddad"}} {
		if err := table.Add(0, r); err != nil {
			t.Fatal(err)
		}
	}
	fr := newFrame(table, []FieldRole{{"first_name", GivenName}, {"last_name", Surname}}, make([]dateOrder, 2), false)
	for _, c := range []struct {
		a, b        int
		given, last uint8
	}{{0, 1, nameSwapped, missing}, {0, 2, nameVariant, missing}, {3, 4, nameElsewhere, missing}, {0, 5, nameTwo, nameDifferent}, {0, 4, nameSame, missing}} {
		levels := make([]uint8, 2)
		fr.compare(c.a, c.b, levels, newLevelCache())
		if c.given == nameTwo && levels[0] == nameDifferent {
			levels[0] = nameTwo // both are rare here
		}
		if levels[0] != c.given || levels[1] != c.last {
			t.Errorf("rows %d and %d: levels %v, want %d and %d", c.a, c.b, levels, c.given, c.last)
		}
	}
}

// FuzzNormal: whatever a cell holds, it has one normal form that is its own.
func FuzzNormal(f *testing.F) {
	for _, s := range []string{"", "Ann Lee", "1980-02-03", "a@b.org", "+49 30", "\xff", "ÀÉ", "3 Feb", "$1,2.3", "İ", "ǆ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range []Role{Email, Phone, Date, Code, URL, Address, Place, Company, Surname, Number, Text} {
			x := &field{role: r, order: dayFirst}
			once := x.normal(s)
			if strings.Contains(once, separator) && !strings.Contains(s, separator) {
				t.Errorf("%s %q: a separator out of nowhere", r, s)
			}
			if r == Surname || r == Text || r == Code {
				if twice := x.normal(once); twice != once {
					t.Errorf("%s %q: %q, and of that %q", r, s, once, twice)
				}
			}
		}
	})
}
