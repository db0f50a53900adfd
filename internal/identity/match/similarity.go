package match

import "github.com/kith-id/kith/internal/editdistance"

// maxCompared bounds the work on one pair of texts, in bytes.
const maxCompared = 64

// edits returns the distance of two texts in bytes (insert, delete, replace, swap
// neighbours; no substring is edited twice), or limit+1 when it is above limit.
func edits(a, b string, limit int) int { return editdistance.OSA([]byte(a), []byte(b), limit) }

// jaroWinkler returns the Jaro-Winkler similarity of two texts in bytes, from 0
// to 1; of long texts it looks at the beginning.
func jaroWinkler(a, b string) float64 {
	a, b = a[:min(len(a), maxCompared)], b[:min(len(b), maxCompared)]
	if a == b {
		return 1
	}
	j := jaro(a, b)
	prefix := 0
	for prefix < min(len(a), len(b), 4) && a[prefix] == b[prefix] {
		prefix++
	}
	return j + float64(prefix)*0.1*(1-j)
}

func jaro(a, b string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	window := max(max(len(a), len(b))/2-1, 0)
	var usedA, usedB uint64
	common := 0
	for i := range len(a) {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if usedB&(1<<j) == 0 && a[i] == b[j] {
				usedA |= 1 << i
				usedB |= 1 << j
				common++
				break
			}
		}
	}
	if common == 0 {
		return 0
	}
	swapped, j := 0, 0
	for i := range len(a) {
		if usedA&(1<<i) == 0 {
			continue
		}
		for usedB&(1<<j) == 0 {
			j++
		}
		if a[i] != b[j] {
			swapped++
		}
		j++
	}
	c := float64(common)
	return (c/float64(len(a)) + c/float64(len(b)) + (c-float64(swapped)/2)/c) / 3
}

// digitsOnly reports whether two texts differ, and only in their digits.
func onlyDigitsDiffer(a, b string) bool {
	return a != b && withoutDigits(a) == withoutDigits(b)
}

func withoutDigits(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			out = append(out, s[i])
		}
	}
	return string(out)
}
