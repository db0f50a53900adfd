package lexical_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/search/lexical"
)

// pass returns the first pass in which a query finds a record, -1 for none.
func pass(t *testing.T, query string, d lexical.Doc) lexical.Pass {
	t.Helper()
	q, err := lexical.Parse(query)
	if err != nil {
		t.Fatalf("Parse(%q): %v", query, err)
	}
	var b lexical.Block
	b.Add(d)
	q.Spell([][]byte{b.Words()})
	_, low := lexical.Place(d.N)
	for p := lexical.Equal; p < lexical.Passes; p++ {
		if q.Plan(p).Candidates(b.Postings()).Contains(low) && q.Matches(p, d) {
			return p
		}
	}
	return -1
}

func ann() lexical.Doc {
	return lexical.Doc{N: 70_000, Fields: []lexical.Field{
		{Name: "display_name", Text: "Ann-Sofie O’Neil Müller"},
		{Name: "email", Text: "a.oneil+work@Acme-Corp.example"},
		{Name: "phone_numbers", Text: "4915112345678", Phone: true},
		{Name: "external_refs", Text: "CRM/00-4711"},
	}}
}

func TestWhatIsFoundHow(t *testing.T) {
	for _, c := range []struct {
		query string
		want  lexical.Pass
	}{
		{"ann-sofie o'neil muller", lexical.Equal},
		{"ANN SOFIE ONEIL MÜLLER", lexical.Equal},
		{"a.oneil+work@acme-corp.example", lexical.Equal},
		{"crm/00-4711", lexical.Equal},
		{"+49 151 12345678", lexical.Equal - 1}, // set below: the number whole
		{"ann", lexical.Whole},
		{"sofie ann", lexical.Whole},
		{"Muller, Ann", lexical.Whole},
		{"acme-corp", lexical.Whole},
		{"4711", lexical.Whole},
		{"0151 1234-5678", lexical.Whole},
		{"345678", lexical.Whole},
		{"+49 (0)151 12345678", lexical.Whole},
		{"0049 151 1234 5678", lexical.Whole},
		{"a", lexical.Whole}, // of the address
		{"s", lexical.Begin},
		{"an", lexical.Begin},
		{"mul", lexical.Begin},
		{"sof mül", lexical.Begin},
		{"ofie", lexical.Within},
		{"il mull", lexical.Within},
		{"neil@", lexical.Within},
		{"112345", lexical.Within},
		{"mueller", lexical.OneSlip},
		{"anm muller", lexical.Within - 10}, // three letters have to be right
		{"sofei", lexical.OneSlip},
		{"sfie", lexical.OneSlip},
		{"ofiee", lexical.Within - 10},
		{"xofie", lexical.OneSlip},
		{"acne corp", lexical.OneSlip},
		{"mullers", lexical.OneSlip},
		{"sofia muler", lexical.OneSlip},
		{"exmple", lexical.OneSlip},
		{"exampel", lexical.OneSlip},
		{"axemplx", lexical.Within - 10}, // two mistakes in seven letters
		{"bob", lexical.Within - 10},
		{"ann bob", lexical.Within - 10},
		{"f", lexical.Within - 10}, // one character only where words begin
		{"fi", lexical.Within - 10},
	} {
		want := c.want
		switch {
		case want < lexical.Equal-1:
			want = -1
		case want == lexical.Equal-1:
			want = lexical.Whole
		}
		if got := pass(t, c.query, ann()); got != want {
			t.Errorf("%q is found in pass %d, want %d", c.query, got, want)
		}
	}
}

func TestTwoSlipsInLongWords(t *testing.T) {
	d := lexical.Doc{N: 1, Fields: []lexical.Field{{Name: "display_name", Text: "Alexandra Papadopoulos"}}}
	for query, want := range map[string]lexical.Pass{
		"alexanrda": lexical.OneSlip, "alexnadar": lexical.TwoSlip, "papadoupoulus": lexical.TwoSlip, "xalexandrax": lexical.TwoSlip, "alxndr": -1,
		"alexnadar papadopoulos": lexical.TwoSlip, "aelxandra papadopouls": lexical.OneSlip,
	} {
		if got := pass(t, query, d); got != want {
			t.Errorf("%q is found in pass %d, want %d", query, got, want)
		}
	}
}

func TestFolding(t *testing.T) {
	for text, queries := range map[string][]string{
		"Łukasz Żółć":      {"lukasz", "zolc", "ŻÓŁĆ"},
		"Straße":           {"strasse", "STRASSE"},
		"Ærøskøbing":       {"aeroskobing"},
		"İstanbul":         {"istanbul"},
		"Ρήγας":            {"ρηγας", "ΡΗΓΑΣ"},
		"Дмитрий":          {"дмитрии", "ДМИТРИЙ"},
		"王小明":              {"王", "王小", "王小明"},
		"ｆｕｌｌ width":       {"full"},
		"e\u0301cole":      {"école", "ecole"},
		"D’Arcy":           {"darcy", "d'arcy"},
		"a\xffb\x00c tail": {"tail"},
	} {
		for _, query := range queries {
			if got := pass(t, query, lexical.Doc{Fields: []lexical.Field{{Text: text}}}); got < 0 {
				t.Errorf("%q does not find %q", query, text)
			}
		}
	}
}

func TestSnippet(t *testing.T) {
	d := ann()
	d.Fields = append(d.Fields, lexical.Field{Name: "display_name", Text: `<b>"Bö" & Söhne</b>`},
		lexical.Field{Name: "display_name", Text: strings.Repeat("ü ", 300) + "needle" + strings.Repeat(" é", 300)})
	d.Fields = append(d.Fields, lexical.Field{Text: "Jose\u0301 Diaz"}, lexical.Field{Text: "smith.ann@x.test"}, lexical.Field{Text: "Ann Smith"})
	for query, want := range map[string]string{
		"muller":       "Ann-Sofie O’Neil <em>Müller</em>",
		"oneil ann":    "<em>Ann</em>-Sofie <em>O’Neil</em> Müller",
		"mulelr":       "Ann-Sofie O’Neil <em>Müller</em>",
		"0151-1234":    "49<em>1511234</em>5678",
		"sohne":        "&lt;b&gt;&#34;Bö&#34; &amp; <em>Söhne</em>&lt;/b&gt;",
		"acme corp":    "a.oneil+work@<em>Acme-Corp</em>.example",
		"nobody at al": "",
		"jose":         "<em>Jose\u0301</em> Diaz",
		"ann smith":    "<em>Ann Smith</em>",
	} {
		q, err := lexical.Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		var b lexical.Block
		b.Add(d)
		q.Spell([][]byte{b.Words()})
		if got := q.Snippet(lexical.OneSlip, d); got != want {
			t.Errorf("the snippet of %q is %q, want %q", query, got, want)
		}
	}
	q, _ := lexical.Parse("needle")
	got := q.Snippet(lexical.Within, d)
	if !strings.Contains(got, "<em>needle</em>") || len(got) > 300 || !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") || strings.ContainsRune(got, '\uFFFD') {
		t.Errorf("the snippet of a long value is %q", got)
	}
}

func TestKeys(t *testing.T) {
	d := ann()
	d.Fields = append(d.Fields, lexical.Field{Phone: true})
	d.Fields[0].Title = true
	for query, want := range map[string]bool{"crm/00-4711": true, "+49 151 12345678": true, "ann-sofie o'neil müller": false, "4711": false, "oneil": false} {
		q, err := lexical.Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.IsKey(d); got != want {
			t.Errorf("%q is a key: %v", query, got)
		}
	}
}

func TestQueriesRefused(t *testing.T) {
	for _, text := range []string{"", "  ", "?!…", "\x00", strings.Repeat("ä", 401)} {
		if _, err := lexical.Parse(text); !errs.Is(err, errs.Invalid) || errs.As(err).Field != "query" {
			t.Errorf("Parse(%.10q) = %v", text, err)
		}
	}
	if _, err := lexical.Parse(strings.Repeat("ä", 400)); err != nil {
		t.Error(err)
	}
}

var (
	syllables = []string{"an", "na", "o'", "mü", "ss", "ß", "ler", " ", "-", "@", ".", "7", "42", "è", "e", "王", "x"}
	someText  = rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(syllables), 0, 9).Draw(t, "syllables"), "")
	})
)

// What matches stands in the postings that the pass reads: nothing is missed.
func TestWhatMatchesIsACandidate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b lexical.Block
		var docs []lexical.Doc
		for n := range rapid.IntRange(1, 6).Draw(t, "docs") {
			d := lexical.Doc{N: int64(n)}
			for range rapid.IntRange(0, 3).Draw(t, "fields") {
				d.Fields = append(d.Fields, lexical.Field{Text: someText.Draw(t, "text"), Phone: rapid.Bool().Draw(t, "phone")})
			}
			docs = append(docs, d)
			b.Add(d)
		}
		q, err := lexical.Parse(someText.Filter(func(text string) bool {
			_, err := lexical.Parse(text)
			return err == nil
		}).Draw(t, "query"))
		if err != nil {
			t.Fatal(err)
		}
		q.Spell([][]byte{b.Words()})
		for _, d := range docs {
			if p := q.PassOf(d); p < lexical.Passes && !q.Plan(p).Candidates(b.Postings()).Contains(uint32(d.N)) {
				t.Fatalf("pass %d shows %v, which is not among its candidates", p, d)
			}
		}
		for _, p := range []lexical.Pass{lexical.Within, lexical.TwoSlip} {
			for _, d := range docs {
				// TwoSlip is empty when OneSlip or Within has all there is.
				in := q.Plan(lexical.Within).Candidates(b.Postings()).Contains(uint32(d.N)) || p > lexical.Within &&
					(q.Plan(lexical.OneSlip).Candidates(b.Postings()).Contains(uint32(d.N)) || q.Plan(lexical.TwoSlip).Candidates(b.Postings()).Contains(uint32(d.N)))
				if q.Matches(p, d) && !in {
					t.Fatalf("pass %d: %v matches and is no candidate", p, d)
				}
				if s := q.Snippet(p, d); q.Matches(p, d) && !strings.Contains(s, "<em>") {
					t.Fatalf("pass %d: the snippet of %v is %q", p, d, s)
				}
			}
		}
	})
}

// The postings come back from their stored form, and joining new ones with stored
// ones is the same as taking all in at once.
func TestJoining(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	doc := func(n int64) lexical.Doc {
		return lexical.Doc{N: n, Fields: []lexical.Field{{Text: fmt.Sprintf("ann%d bob%d", rng.IntN(50), rng.IntN(50))}}}
	}
	var all, first, second lexical.Block
	for n := int64(5 << 16); n < 5<<16+2000; n++ {
		d := doc(n)
		all.Add(d)
		if n < 5<<16+1500 {
			first.Add(d)
		} else {
			second.Add(d)
		}
	}
	stored, err := first.Pack()
	if err != nil {
		t.Fatal(err)
	}
	byGram := map[lexical.Gram][]byte{}
	for _, p := range stored {
		byGram[p.Gram] = p.Docs
	}
	joined, err := second.Join(byGram)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range joined {
		byGram[p.Gram] = p.Docs
	}
	want, err := all.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if len(byGram) != len(want) || len(want) < 100 {
		t.Fatalf("%d postings, want %d", len(byGram), len(want))
	}
	for _, p := range want {
		a, err := lexical.Unpack(p.Docs)
		if err != nil {
			t.Fatal(err)
		}
		b, err := lexical.Unpack(byGram[p.Gram])
		if err != nil || !a.Equals(b) {
			t.Fatalf("the posting of %d differs: %v", p.Gram, err)
		}
	}
	if got, want := lexical.JoinWords(first.Words(), second.Words()), all.Words(); !slices.Equal(got, want) {
		t.Errorf("joined words are %q, want %q", got, want)
	}
}

func BenchmarkBlock(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	names := make([]string, 4000)
	for i := range names {
		for range 3 + rng.IntN(6) {
			names[i] += string(rune('a' + rng.IntN(26)))
		}
	}
	docs := make([]lexical.Doc, lexical.BlockSize)
	for i := range docs {
		first, last := names[rng.IntN(len(names))], names[rng.IntN(len(names))]
		docs[i] = lexical.Doc{N: int64(i), Fields: []lexical.Field{
			{Text: first + " " + last}, {Text: fmt.Sprintf("%s.%s%d@%s.example", first, last, rng.IntN(100), names[rng.IntN(100)])},
			{Text: fmt.Sprintf("49%010d", rng.IntN(1e10)), Phone: true}, {Text: fmt.Sprintf("crm-%07d", i)},
		}}
	}
	for b.Loop() {
		var block lexical.Block
		for _, d := range docs {
			block.Add(d)
		}
		got, err := block.Pack()
		if err != nil {
			b.Fatal(err)
		}
		size := 0
		for _, p := range got {
			size += len(p.Docs) + 10
		}
		b.ReportMetric(float64(len(got)), "grams")
		b.ReportMetric(float64(size)/lexical.BlockSize, "bytes/doc")
		b.ReportMetric(float64(len(block.Words()))/lexical.BlockSize, "wordbytes/doc")
	}
}
