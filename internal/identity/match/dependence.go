package match

import "math"

// findDependence makes trees of the fields: each hangs on the one whose
// agreement explains most of its own among strangers. blocked and random are
// the probabilities of the sampled pairs to be strangers.
func (e *expectation) findDependence(blocked, random []float64) {
	joint := e.jointTallies(blocked, random)
	n := len(e.m.Fields)
	gains := make([][]float64, n)
	for i := range n {
		gains[i] = make([]float64, n)
		for j := range n {
			if i != j {
				gains[i][j] = joint.gain(e, i, j)
			}
		}
	}
	for i := range e.m.Fields {
		e.m.Fields[i].DependsOn = -1
	}
	e.growTrees(gains)
}

// joint counts strangers that agree in field i by their level in field j, at
// random and blocked.
type joint struct{ random, blocked [][][]float64 }

func (e *expectation) jointTallies(blocked, random []float64) joint {
	count := func(s *sample, strangers []float64) [][][]float64 {
		out := make([][][]float64, len(e.m.Fields))
		for i := range out {
			out[i] = make([][]float64, len(e.m.Fields))
			for j, f := range e.m.Fields {
				out[i][j] = make([]float64, len(f.Levels))
			}
		}
		for n, c := range s.count {
			levels, _ := s.of(n)
			for i, l := range levels {
				if l == missing || !agrees(e.m.Fields[i].Role, l) {
					continue
				}
				for j, k := range levels {
					if k != missing {
						out[i][j][k] += strangers[n] * float64(c)
					}
				}
			}
		}
		return out
	}
	return joint{random: count(e.chance, random), blocked: count(e.blocked, blocked)}
}

// leastJoint is how many pairs must have been seen to speak of dependence.
const leastJoint = 30

// gain returns how many bits about field j are explained by agreement in i,
// over all blocked strangers that agree in i.
func (t joint) gain(e *expectation, i, j int) float64 {
	counts := make([]float64, len(e.m.Fields[j].Levels))
	sum := 0.0
	for l := range counts {
		r := t.random[i][j][l]
		counts[l] = math.Max((r-math.Sqrt(r))*e.chance.scale, t.blocked[i][j][l]*e.blocked.scale)
		sum += counts[l]
	}
	seen := total(t.blocked[i][j])
	if seen+total(t.random[i][j]) < leastJoint || sum == 0 {
		return 0
	}
	bits := 0.0
	for l, c := range counts {
		if p := c / sum; p > 0 {
			bits += p * math.Log2(p/math.Max(e.m.Fields[j].Levels[l].U, 1e-12))
		}
	}
	if bits < 0.05 {
		return 0
	}
	return bits * seen
}

// growTrees hangs fields on one another where that gains most, without a circle.
func (e *expectation) growTrees(gains [][]float64) {
	in := make([]bool, len(gains))
	for {
		parent, child := strongest(gains, func(i, j int) bool { return in[i] && !in[j] })
		if parent >= 0 {
			e.m.Fields[child].DependsOn = parent
			in[child] = true
			continue
		}
		root, _ := strongest(gains, func(i, j int) bool { return !in[i] && !in[j] })
		if root < 0 {
			return
		}
		in[root] = true
	}
}

// strongest returns the pair with the highest gain above 0, or -1.
func strongest(gains [][]float64, allowed func(i, j int) bool) (int, int) {
	best, a, b := 0.0, -1, -1
	for i, row := range gains {
		for j, g := range row {
			if g > best && allowed(i, j) {
				best, a, b = g, i, j
			}
		}
	}
	return a, b
}
