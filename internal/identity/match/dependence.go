package match

import "math"

// findDependence makes a tree of the fields: each hangs on the one that
// explains most of its agreement among strangers. one and kin are the
// probabilities of the blocked pairs to be one person, and kin.
func (e *expectation) findDependence(one, kin []float64) {
	n := len(e.m.Fields)
	single, both, seen := make([]float64, n), make([][]float64, n), make([][]float64, n)
	for i := range both {
		both[i], seen[i] = make([]float64, n), make([]float64, n)
	}
	for i, c := range e.blocked.count {
		levels, _ := e.blocked.of(i)
		e.countAgreement(levels, max(0, 1-one[i]-kin[i])*float64(c), single, both, seen)
	}
	gain := func(i, j int) float64 {
		joint := both[i][j] * e.blocked.scale
		byChance := e.agreement(i) * e.agreement(j) * seen[i][j] * e.blocked.scale
		expected := e.agreement(i) * e.agreement(j) * e.all
		if joint <= 2*math.Max(expected, byChance) || both[i][j] < 10 {
			return 0
		}
		return both[i][j] * math.Log2(joint/expected)
	}
	for i := range e.m.Fields {
		e.m.Fields[i].DependsOn = -1
	}
	e.growTree(gain)
}

func (e *expectation) countAgreement(levels []uint8, weight float64, single []float64, both, seen [][]float64) {
	for i, l := range levels {
		if l == missing {
			continue
		}
		a := agrees(e.m.Fields[i].Role, l)
		if a {
			single[i] += weight
		}
		for j, k := range levels[:i] {
			if k == missing {
				continue
			}
			seen[i][j] += weight
			seen[j][i] += weight
			if a && agrees(e.m.Fields[j].Role, k) {
				both[i][j] += weight
				both[j][i] += weight
			}
		}
	}
}

// agreement returns how often two persons agree in a field by chance.
func (e *expectation) agreement(i int) float64 {
	sum := 0.0
	for l, level := range e.m.Fields[i].Levels {
		if agrees(e.m.Fields[i].Role, uint8(l)) {
			sum += level.U
		}
	}
	return sum
}

// growTree hangs fields on one another where that gains most, without a circle.
func (e *expectation) growTree(gain func(i, j int) float64) {
	n := len(e.m.Fields)
	in := make([]bool, n)
	for {
		best, parent, child := 0.0, -1, -1
		for i := range n {
			for j := range n {
				if in[j] || i == j {
					continue
				}
				g := gain(i, j)
				if in[i] && g > best {
					best, parent, child = g, i, j
				}
			}
		}
		if parent < 0 {
			root := e.root(gain, in)
			if root < 0 {
				return
			}
			in[root] = true
			continue
		}
		e.m.Fields[child].DependsOn = parent
		in[child] = true
	}
}

// root returns the field outside all trees with the strongest bond to another
// one outside, -1 for none.
func (e *expectation) root(gain func(i, j int) float64, in []bool) int {
	best, root := 0.0, -1
	for i := range in {
		for j := range in {
			if i != j && !in[i] && !in[j] {
				if g := gain(i, j); g > best {
					best, root = g, i
				}
			}
		}
	}
	return root
}
