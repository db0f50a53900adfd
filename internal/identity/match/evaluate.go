package match

// Metrics compare clusters with the truth.
type Metrics struct {
	Pairwise Quality `json:"pairwise"`
	BCubed   Quality `json:"b_cubed"`
}

// Quality is precision, recall and their harmonic mean, each from 0 to 1.
type Quality struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func quality(precision, recall float64) Quality {
	q := Quality{Precision: precision, Recall: recall}
	if precision+recall > 0 {
		q.F1 = 2 * precision * recall / (precision + recall)
	}
	return q
}

// Evaluate compares clusters of rows with the label of each row. Rows in no
// cluster stand alone; rows without a label are nobody's copy. Where there is
// nothing to find or nothing was found, precision and recall are 1.
func Evaluate(clusters [][]uint32, truth []string) Metrics {
	group := make([]int, len(truth)) // of each row; negative when it stands alone
	for i := range group {
		group[i] = -i - 1
	}
	for g, rows := range clusters {
		for _, row := range rows {
			group[row] = g
		}
	}
	type cell struct {
		group int
		label string
	}
	groups, labels, both := map[int]int{}, map[string]int{}, map[cell]int{}
	label := func(i int) string {
		if truth[i] == "" {
			return string(appendAlone(nil, i))
		}
		return truth[i]
	}
	for i := range truth {
		groups[group[i]]++
		labels[label(i)]++
		both[cell{group[i], label(i)}]++
	}
	var found, actual, right float64
	for _, n := range groups {
		found += pairsOf(n)
	}
	for _, n := range labels {
		actual += pairsOf(n)
	}
	var precision, recall float64
	for _, n := range both {
		right += pairsOf(n)
	}
	// By rows, whose order is fixed: sums of fractions depend on it.
	for i := range truth {
		n := float64(both[cell{group[i], label(i)}])
		precision += n / float64(groups[group[i]])
		recall += n / float64(labels[label(i)])
	}
	rows := max(float64(len(truth)), 1)
	return Metrics{
		Pairwise: quality(share(right, found), share(right, actual)),
		BCubed:   quality(share(precision, rows), share(recall, rows)),
	}
}

// appendAlone returns a label that no row carries.
func appendAlone(b []byte, i int) []byte {
	b = append(b, 0)
	for ; i > 0; i /= 10 {
		b = append(b, byte('0'+i%10))
	}
	return b
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 1
	}
	return part / whole
}

func pairsOf(n int) float64 { return float64(n) * float64(n-1) / 2 }
