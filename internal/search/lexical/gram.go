package lexical

// Gram is a run of three characters of folded text, packed into 63 bits. Some
// stand for the edges of a value or for the first character of a word.
type Gram int64

// edge stands for the begin or the end of a value. No text has it.
const edge = 1

func gram(a, b, c rune) Gram { return Gram(a)<<42 | Gram(b)<<21 | Gram(c) }

// short is the gram of a word of two or three characters: its other grams are
// often found in several words together. It is negative, unlike the others.
func short(w []rune) Gram {
	if len(w) == 2 {
		return -gram(w[0], w[1], edge)
	}
	return -gram(w[0], w[1], w[2])
}

// initial is the gram of all words that begin with a character.
func initial(c rune) Gram { return gram(edge, ' ', c) }

// inside calls put with the grams of any folded text.
func inside(text []rune, put func(Gram)) {
	for at := 0; at+2 < len(text); at++ {
		put(gram(text[at], text[at+1], text[at+2]))
	}
}

// grams calls put with everything that a folded value is found by.
func grams(text []rune, put func(Gram)) {
	if len(text) == 0 {
		return
	}
	begin := 1
	for at := 0; at+1 < len(text); at++ {
		if text[at] == ' ' {
			if size := at - begin; size == 2 || size == 3 {
				put(short(text[begin:at]))
			}
			begin = at + 1
			put(initial(text[at+1]))
		} else if unspaced(text[at]) {
			put(initial(text[at]))
			put(gram(' ', text[at], text[at+1]))
		}
		if at+2 == len(text) {
			break
		}
		put(gram(text[at], text[at+1], text[at+2]))
	}
	if last := len(text) - 1; last-begin == 2 || last-begin == 3 {
		put(short(text[begin:last]))
	}
	whole(text, put)
}

// whole calls put with the grams of the edges of a folded value.
func whole(text []rune, put func(Gram)) {
	last := len(text) - 1
	put(gram(edge, text[1], text[2]))
	put(gram(text[last-2], text[last-1], edge))
}
