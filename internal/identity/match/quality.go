package match

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A Stratum is the pairs whose scores lie in a range of bits, and what people
// said about those of them that they were shown.
type Stratum struct {
	From   float64 `json:"from_bits"` // inclusive; the end is the next one's beginning
	Pairs  int     `json:"pairs"`
	Judged int     `json:"judged"`
	Same   int     `json:"same"`
}

// strataFrom are where the strata begin. Most lie where the decision falls.
var strataFrom = []float64{-6, -3, -1, 1, 3, 5, 8, 12, 18}

// JudgedPairs is how many pairs a person is asked about to learn how good the
// matching is.
const JudgedPairs = 50

// Sample chooses n pairs to judge, about as many from each range of scores, and
// returns them in random order. Pairs below the lowest range are left out.
func Sample(pairs []Pair, n int, seed uint64) []Pair {
	random := rand.New(rand.NewPCG(seed, 0x71756c74))
	groups := make([][]Pair, len(strataFrom))
	for _, p := range pairs {
		if s := stratum(float64(p.Bits)); s >= 0 {
			groups[s] = append(groups[s], p)
		}
	}
	for _, g := range groups {
		random.Shuffle(len(g), func(i, j int) { g[i], g[j] = g[j], g[i] })
	}
	var out []Pair
	for round := 0; len(out) < n; round++ {
		before := len(out)
		for _, g := range groups {
			if round < len(g) && len(out) < n {
				out = append(out, g[round])
			}
		}
		if len(out) == before {
			break
		}
	}
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func stratum(bits float64) int {
	s := -1
	for i, from := range strataFrom {
		if bits >= from {
			s = i
		}
	}
	return s
}

// An Opinion is a pair's score and what a person said about the pair.
type Opinion struct {
	Bits float64
	Same bool
}

// Strata counts pairs and opinions by range of scores.
func Strata(pairs []Pair, opinions []Opinion) []Stratum {
	out := make([]Stratum, len(strataFrom))
	for i, from := range strataFrom {
		out[i].From = from
	}
	for _, p := range pairs {
		if s := stratum(float64(p.Bits)); s >= 0 {
			out[s].Pairs++
		}
	}
	for _, o := range opinions {
		if s := stratum(o.Bits); s >= 0 {
			out[s].Judged++
			out[s].Same += count(o.Same)
		}
	}
	return out
}

// An Estimate is how good the pairs above a threshold are, as far as opinions
// on a sample tell. Low and High bound 95 % of what is plausible.
type Estimate struct {
	Threshold float64  `json:"threshold_bits"`
	Precision Interval `json:"precision"`
	Recall    Interval `json:"recall"` // of the pairs that were scored
}

// An Interval is an estimated share with its bounds.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// draws is how many plausible truths an estimate is made of.
const draws = 2000

// Estimates returns an estimate for each threshold at which a stratum begins,
// the lowest first. Without opinions in a stratum everything between 0 and 1 is
// plausible there.
func Estimates(strata []Stratum, seed uint64) []Estimate {
	random := rand.New(rand.NewPCG(seed, 0x65737469))
	n := len(strata)
	precision, recall := make([][]float64, n), make([][]float64, n)
	for range draws {
		same := make([]float64, n)
		all := 0.0
		for i, s := range strata {
			same[i] = float64(s.Pairs) * beta(random, float64(s.Same)+0.5, float64(s.Judged-s.Same)+0.5)
			all += same[i]
		}
		above, pairs := 0.0, 0.0
		for i := n - 1; i >= 0; i-- {
			above, pairs = above+same[i], pairs+float64(strata[i].Pairs)
			precision[i] = append(precision[i], share(above, pairs))
			recall[i] = append(recall[i], share(above, all))
		}
	}
	out := make([]Estimate, n)
	for i, s := range strata {
		out[i] = Estimate{Threshold: s.From, Precision: interval(precision[i]), Recall: interval(recall[i])}
	}
	return out
}

// Recommend returns the lowest threshold at which even the low bound of the
// precision reaches the target; ok is false when the opinions do not show that
// for any.
func Recommend(estimates []Estimate, precision float64) (e Estimate, ok bool) {
	i := slices.IndexFunc(estimates, func(e Estimate) bool { return e.Precision.Low >= precision })
	if i < 0 {
		return Estimate{}, false
	}
	return estimates[i], true
}

func interval(values []float64) Interval {
	slices.SortFunc(values, cmp.Compare)
	at := func(q float64) float64 { return values[int(q*float64(len(values)-1))] }
	return Interval{Value: at(0.5), Low: at(0.025), High: at(0.975)}
}

// beta draws from the distribution of a share of which a were seen to be and b
// not.
func beta(random *rand.Rand, a, b float64) float64 {
	x, y := gamma(random, a), gamma(random, b)
	if x+y == 0 {
		return 0.5
	}
	return x / (x + y)
}

// gamma draws by the method of Marsaglia and Tsang.
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := (1 + c*x) * (1 + c*x) * (1 + c*x)
		if v > 0 && math.Log(random.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
