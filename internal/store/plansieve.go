package store

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// sieve is what walks are tested against: sets, and the conditions that no set
// stands for.
type sieve struct {
	in   *numberSet   // nil when no condition's members are known
	out  []*numberSet // members of what must not be met
	rest []cond
}

func (s *sieve) passes(n int64) bool {
	if s.in != nil && !s.in.has(n) {
		return false
	}
	for _, o := range s.out {
		if o.has(n) {
			return false
		}
	}
	return true
}

// sieve intersects the sets that are known.
func (p *plan) sieve() *sieve {
	s := &sieve{}
	for i, c := range p.conds {
		switch set := p.sets[i]; {
		case set == nil:
			s.rest = append(s.rest, c)
		case c.not:
			s.out = append(s.out, set)
		}
	}
	base := p.smallest()
	if base < 0 {
		return s
	}
	s.in = p.sets[base].clone()
	for i, set := range p.sets {
		if set != nil && i != base {
			s.in.keep(set, p.conds[i].not)
		}
	}
	return s
}

// readSets reads the members of conditions whole, the smallest first, as long
// as that costs less than looking up what is left.
func (p *plan) readSets(ctx context.Context) error {
	p.requireLive()
	order := make([]int, 0, len(p.conds))
	for i, c := range p.conds {
		if p.sets[i] == nil && !p.along(c) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p.cost(a), p.cost(b)) })
	for _, i := range order {
		c := p.conds[i]
		if s := p.sieve(); s.in != nil && c.size > p.tested(s, c)*lookupCost*max(c.weight, 1) {
			continue
		}
		ns, err := p.members(ctx, c, 0)
		if err != nil {
			return err
		}
		p.sets[i] = newNumberSet(ns)
	}
	return nil
}

// tested is how many of the records that pass a sieve are looked up for a condition
// whose members are not read: all, or as many as fill the page.
func (p *plan) tested(s *sieve, c cond) int {
	if s.in.size <= planLimits.listed || p.pressed {
		return s.in.size
	}
	return min(s.in.size, 4*int(float64(p.want)/max(p.share([]cond{c}), 1e-9)))
}

// requireLive makes existence a condition like others where a walk runs along
// entries of records that may not exist and nothing else narrows it: a running
// import may have millions of them.
func (p *plan) requireLive() {
	own := !slices.ContainsFunc(p.legs(), func(g leg) bool { return !g.own })
	if own || slices.ContainsFunc(p.conds, func(c cond) bool { return !c.not && !p.along(c) }) {
		return
	}
	p.conds = append(slices.Clone(p.conds), liveCond(p.l.table))
	p.sets = append(p.sets, nil)
}

// cost ranks a condition for reading: those that leave the most out come last.
func (p *plan) cost(at int) int {
	if p.conds[at].not {
		return math.MaxInt/2 + p.conds[at].size/2
	}
	return p.conds[at].size
}

// sift finds the page with the sets that are known: by reading the records if
// they are few, else by walking, unless that takes longer than reading them.
func (p *plan) sift(ctx context.Context) ([]int64, error) {
	s := p.sieve()
	if s.in != nil && s.in.size == 0 {
		return nil, nil
	}
	if s.in != nil && s.in.size <= planLimits.listed {
		b := p.builder()
		p.gatherList(b, s.in.numbers(), s.rest)
		return p.taken(ctx, b)
	}
	if err := p.learnTotal(ctx); err != nil {
		return nil, err
	}
	steps, base := p.expected(s), p.smallest()
	reading := math.MaxInt
	if base >= 0 {
		reading = p.sets[base].size * recordCost
		if len(s.rest) > 0 {
			reading += int(float64(p.sets[base].size) * lookupCost * p.weight(s.rest))
		}
	}
	if reading > steps {
		if budget := max(4*steps, planLimits.sieved); budget < reading {
			ns, done, err := p.sieveWalk(ctx, s, steps, budget)
			if done || err != nil {
				return ns, err
			}
		}
	}
	if len(s.rest) > 0 && !p.pressed {
		p.pressed = true
		known := p.known()
		if err := p.readSets(ctx); err != nil {
			return nil, err
		}
		if p.known() > known {
			return p.sift(ctx)
		}
	}
	if reading < p.total {
		return p.gathered(ctx, base)
	}
	ns, _, err := p.sieveWalk(ctx, s, max(steps, p.total/8), math.MaxInt)
	return ns, err
}

// expected is how many steps fill the page if the conditions have nothing to do
// with each other or the order.
func (p *plan) expected(s *sieve) int {
	share := p.share(s.rest)
	if s.in != nil {
		share *= float64(s.in.size) / float64(p.total)
	}
	return int(min(float64(p.want)/max(share, 1e-9), float64(p.total)))
}

// share guesses which part of the records meets the conditions.
func (p *plan) share(conds []cond) float64 {
	share := 1.0
	for _, c := range conds {
		if c.size > 0 && !c.not {
			share *= min(1, float64(c.size)/float64(max(p.total, c.size)))
		}
	}
	return share
}

// sieveWalk walks until the page is full or the budget of steps is spent, which
// it reports by false.
func (p *plan) sieveWalk(ctx context.Context, s *sieve, expect, budget int) (ns []int64, done bool, err error) {
	for _, g := range p.legs() {
		if narrow := s.in != nil && s.in.max-s.in.min < int64(p.total)/4; narrow && budget == math.MaxInt {
			g.among = s.in // entries outside its range are free only if steps need no counting
			expect = p.expectedAmong(s, expect)
		}
		w := sieveLeg{p: p, g: g, s: s, window: p.window(expect), want: p.want - len(ns)}
		ended, err := w.run(ctx, &budget)
		if err != nil {
			return nil, false, err
		}
		ns = append(ns, w.found...)
		if len(ns) == p.want {
			return ns, true, nil
		}
		if !ended {
			return nil, false, nil
		}
	}
	return ns, true, nil
}

// expectedAmong is expected for a walk that skips what lies outside the sieve's
// range, if that is less. Where rows left unread cost nothing it does not matter.
func (p *plan) expectedAmong(s *sieve, expect int) int {
	if p.tx.q.streams() {
		return expect
	}
	share := p.share(s.rest) * float64(s.in.size) / float64(s.in.max-s.in.min+1)
	return min(expect, int(float64(p.want)/max(share, 1e-6)))
}

// window is how many entries to ask for when so many are expected to do. Where
// rows left unread cost nothing it is ample, else a little more than expected.
func (p *plan) window(expect int) int {
	ample := 2 * expect
	if !p.tx.q.streams() {
		ample = expect + expect/3
	}
	return max(ample, planLimits.sieved, 1)
}

// sieveLeg walks one leg in windows that grow.
type sieveLeg struct {
	p      *plan
	g      leg
	s      *sieve
	window int
	want   int
	found  []int64
}

// step is one entry of a leg: a record's number and, for e-mails, the key.
type step struct {
	n int64
	k string
}

// run walks until it has found what is wanted, the leg ends or the budget is
// spent; ended tells the second.
func (w *sieveLeg) run(ctx context.Context, budget *int) (ended bool, err error) {
	for skip := 0; *budget > 0; {
		size := min(w.window, *budget)
		passed, took, ended, err := w.pass(ctx, skip, size)
		if err != nil {
			return false, err
		}
		if err := w.keep(ctx, passed); err != nil {
			return false, err
		}
		if len(w.found) == w.want {
			return false, nil
		}
		if ended {
			return true, nil
		}
		skip += took
		*budget -= max(took, 1)
		w.window = w.next(skip)
	}
	return false, nil
}

// windowMost bounds windows: without it they overflow where many short ones are
// taken, as along entries of records that an import has not added yet.
const windowMost = 1 << 30

// next is the window after so many entries: where too large a one costs, for
// what is missing at the rate so far.
func (w *sieveLeg) next(walked int) int {
	switch {
	case w.g.among != nil:
		return min(4*w.window, windowMost) // each window passes again by all that lies outside the range
	case w.p.tx.q.streams() || len(w.found) == 0:
		return min(2*w.window, windowMost)
	}
	return min(w.p.window(walked/len(w.found)*(w.want-len(w.found))), 2*w.window, windowMost)
}

// pass reads up to size entries of the leg and returns what passes the sieve
// and how many entries that took. Where rows left unread cost nothing it stops
// early, when it may have enough. Where the leg does not order entries of one key,
// it takes all of a key or none.
func (w *sieveLeg) pass(ctx context.Context, skip, size int) (passed []step, took int, ended bool, err error) {
	b, by := w.p.builder(), w.g.terms
	if w.g.loose {
		by = by[:1]
	}
	w.p.entries(b, w.g, by)
	b.WriteString(" LIMIT " + b.arg(size) + " OFFSET " + b.arg(skip))
	enough := w.want - len(w.found)
	if len(w.open()) > 0 || !w.g.own { // some may fail the tests to come
		enough = min(int(float64(enough)/max(w.p.share(w.open()), 0.01))+enough/8+4, 4096)
	}
	if !w.p.tx.q.streams() {
		enough = math.MaxInt // all has been read by then, and would be again to come back for the rest
	}
	at, whole, kept, last := 0, 0, 0, "" // entries read; of them and of those passed, how many belong to whole keys
	full := false
	err = w.each(ctx, b, func(s step) bool {
		if at == 0 || !w.g.loose || s.k != last {
			whole, kept = at, len(passed)
			if full = kept >= enough; full {
				return false
			}
		}
		at++
		last = s.k
		if w.s.passes(s.n) {
			passed = append(passed, s)
		}
		return true
	})
	switch {
	case err != nil:
		return nil, 0, false, err
	case full:
		return w.tied(passed[:kept]), whole, false, nil
	case at < size:
		return w.tied(passed), at, true, nil
	case !w.g.loose:
		return passed, at, false, nil
	}
	return w.tied(passed[:kept]), whole, false, nil
}

// each calls visit with the entries that a statement reads until it returns false.
func (w *sieveLeg) each(ctx context.Context, b *builder, visit func(step) bool) error {
	if w.g.shown == "" {
		return w.p.tx.q.visit(ctx, func(n int64) bool { return visit(step{n: n}) }, b.String(), b.args...)
	}
	rs, err := w.p.tx.q.query(ctx, b.String(), b.args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	var s step
	for rs.Next() {
		if err := rs.Scan(&s.n, &s.k); err != nil {
			return err
		}
		if !visit(s) {
			return nil
		}
	}
	return rs.Err()
}

// tied puts steps of one key in the order of their numbers.
func (w *sieveLeg) tied(steps []step) []step {
	if !w.g.loose {
		return steps
	}
	desc := w.g.terms[1].desc
	for from := 0; from < len(steps); {
		to := from + 1
		for to < len(steps) && steps[to].k == steps[from].k {
			to++
		}
		slices.SortFunc(steps[from:to], func(a, b step) int {
			if desc {
				a, b = b, a
			}
			return cmp.Compare(a.n, b.n)
		})
		from = to
	}
	return steps
}

// open returns the conditions that neither a set nor the leg's range stands for.
func (w *sieveLeg) open() []cond { return slices.DeleteFunc(slices.Clone(w.s.rest), w.g.meets) }

// keep tests what passed for the open conditions and for being what the index
// says it is, and adds it to what was found until that is enough.
func (w *sieveLeg) keep(ctx context.Context, passed []step) error {
	if len(w.open()) == 0 && w.g.own {
		for _, s := range passed[:min(len(passed), w.want-len(w.found))] {
			w.found = append(w.found, s.n)
		}
		return nil
	}
	// So many are likely to fill the page; asking again costs more than some too many.
	most := min(max(int(1.2*float64(w.want-len(w.found))/max(w.p.share(w.open()), 0.01)), 64), 512)
	for chunk := range slices.Chunk(passed, most) {
		met, err := w.check(ctx, chunk)
		if err != nil {
			return err
		}
		if w.found = append(w.found, met...); len(w.found) >= w.want {
			w.found = w.found[:w.want]
			break
		}
	}
	return nil
}

// check returns which of the records exist, have the e-mail of the step and
// meet the open conditions.
func (w *sieveLeg) check(ctx context.Context, chunk []step) ([]int64, error) {
	ns := make([]int64, len(chunk))
	for i, s := range chunk {
		ns[i] = s.n
	}
	email := "''"
	if w.g.shown != "" {
		email = "t.email_key"
	}
	b := w.p.builder()
	b.WriteString("SELECT t.n, " + email + " FROM " + w.p.l.table + " t WHERE t.org_id = $1 AND t.n IN (" + padded(b, ns) + ")")
	w.p.test(b, "t.n", "t", w.open())
	got, err := collect(ctx, w.p.tx.q, b.String(), b.args, func(s *step) []any { return []any{&s.n, &s.k} })
	if err != nil {
		return nil, err
	}
	met := make(map[int64]string, len(got))
	for _, s := range got {
		met[s.n] = s.k
	}
	var out []int64
	for _, s := range chunk {
		if k, ok := met[s.n]; ok && (w.g.shown == "" || "e:"+k == s.k) {
			out = append(out, s.n)
		}
	}
	return out, nil
}
