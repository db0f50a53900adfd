// Package editdistance counts the mistakes that make one text of another.
package editdistance

// maxLength bounds the work on one pair of texts, in elements.
const maxLength = 64

// OSA returns the optimal string alignment distance of two texts: elements that
// are too many, missing or wrong, or two neighbours changed over, none of them
// edited twice. It is most+1 when the distance is above most, or when more than 64
// elements are left without the common beginning and end.
func OSA[T comparable](a, b []T, most int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	if len(a) > maxLength || len(b) > maxLength {
		return most + 1
	}
	return min(aligned(a, b, most), most+1)
}

func aligned[T comparable](a, b []T, most int) int {
	var rows [3][maxLength + 1]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			now[j] = d
			least = min(least, d)
		}
		if least > most { // a change over reaches back to the row before, which is no less then
			return most + 1
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
