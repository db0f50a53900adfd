package match

import (
	"strconv"
	"strings"
)

// parseNumber reads a quantity with or without a currency sign, thousands
// separators and a fraction.
func parseNumber(s string) (v float64, ok, fraction bool) {
	s = strings.Trim(strings.TrimSpace(s), "$€£¥% ")
	if s == "" || len(s) > 24 {
		return 0, false, false
	}
	if i := strings.LastIndexAny(s, ".,"); i >= 0 {
		whole, part := s[:i], s[i+1:]
		if s[i] == ',' && len(part) == 3 || strings.Count(s, s[i:i+1]) > 1 {
			whole, part = s, ""
		}
		s = strings.NewReplacer(",", "", ".", "", "'", "", " ", "").Replace(whole)
		if part != "" {
			s += "." + part
			fraction = true
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && v-v == 0, fraction
}

func trimFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
