package sheet

import "strings"

// Guard returns a cell that a spreadsheet shows instead of running: cells that
// would start a formula get a single quote in front. Numbers and phone numbers
// stay as they are, alone or as a list. Unguard undoes it for every string.
func Guard(cell string) string {
	if isFormula(cell) {
		return "'" + cell
	}
	return cell
}

// Unguard returns the cell that Guard was given. A single quote in front of
// anything that is no formula belongs to the text and stays.
func Unguard(cell string) string {
	if strings.HasPrefix(cell, "'") && isFormula(cell) {
		return cell[1:]
	}
	return cell
}

// isFormula reports whether a spreadsheet might run the cell, be it after some
// single quotes: cells that look guarded are guarded once more, so that
// Unguard knows which quote Guard wrote.
func isFormula(cell string) bool {
	if cell == "" || cell[0] > '@' && cell[0] != fullWidth[0] { // mostly a letter
		return false
	}
	cell = strings.TrimLeft(cell, "'")
	if cell == "" {
		return false
	}
	switch cell[0] {
	case '=', '@', '\t', '\r', '\n':
		return true
	case '+', '-':
		return !isNumbers(cell)
	}
	return len(cell) >= 3 && strings.Contains(fullWidth, cell[:3])
}

// fullWidth are the wide forms of =, +, - and @, three bytes each, which some
// spreadsheets take for the plain ones.
const fullWidth = "\uff1d\uff0b\uff0d\uff20"

// isNumbers reports whether the cell is a list of numbers with or without sign:
// digits, points and spaces between commas.
func isNumbers(cell string) bool {
	start := true // of a number: a sign may follow
	digits := false
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c >= '0' && c <= '9':
			start, digits = false, true
		case c == ',':
			start = true
		case (c == '+' || c == '-') && start && i+1 < len(cell) && cell[i+1]-'0' < 10:
		case c == ' ' || c == '.' && !start:
		default:
			return false
		}
	}
	return digits
}
