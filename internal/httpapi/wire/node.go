package wire

// kind is the JSON kind of a value, under the names that unexpected_json_type
// uses, or one of the two forms of text in a query string, whose kind only the
// field that receives it can tell.
type kind uint8

const (
	nullKind kind = iota
	boolKind
	numberKind
	stringKind
	arrayKind
	objectKind
	listText    // values of key=…, each possibly a comma-joined list
	pushText    // value of key[]=…, one element of a list
	elementText // value of key[0]=…, one element, as is each element of the other two
)

func (k kind) String() string {
	switch k {
	case nullKind:
		return "null"
	case boolKind:
		return "bool"
	case numberKind:
		return "number"
	case arrayKind:
		return "array"
	case objectKind:
		return "object"
	default:
		return "string"
	}
}

func (k kind) article() string {
	switch k {
	case nullKind:
		return "null"
	case arrayKind, objectKind:
		return "an " + k.String()
	default:
		return "a " + k.String()
	}
}

// flaw says why a text that could be read must not be stored.
type flaw uint8

const (
	sound flaw = iota
	badUTF8
	hasNUL
	halfSurrogate
)

func (f flaw) reason() string {
	switch f {
	case badUTF8:
		return "is not valid UTF-8"
	case hasNUL:
		return "contains a NUL character; remove it"
	default:
		return "contains half of a surrogate pair; send both \\u escapes or the character itself"
	}
}

// node is one value of a request before it is known where it goes.
type node struct {
	kind    kind
	flaw    flaw
	text    string   // of strings and numbers; "true" or "" of bools
	items   []node   // of arrays, and the text values of one query key
	members []member // of objects, in the order given
}

type member struct {
	name  string
	value node
}
