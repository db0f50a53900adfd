package contact

import "encoding/json"

// Packed is what a stored contact has beside its plain fields: lists as JSON,
// an empty list as empty text, and the keys that it is sorted by.
type Packed struct {
	Identifiers, Associations, Owners, Tags string
	NameKey, EmailKey                       string
}

// Pack returns the stored form of c's lists.
func Pack(c *Contact) Packed {
	return Packed{
		Identifiers:  packIdentifiers(c.Identifiers),
		Associations: pack(c.Associations), Owners: pack(c.Owners), Tags: pack(c.Tags),
		NameKey: FoldName(c.DisplayName), EmailKey: c.EmailKey(),
	}
}

// PackList returns the stored form of one list.
func PackList[T any](list []T) string { return pack(list) }

func pack[T any](list []T) string {
	if len(list) == 0 {
		return ""
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // lists of plain structs always encode
	}
	return string(text)
}

// packIdentifiers is pack for the list that every contact has.
func packIdentifiers(ids []Identifier) string {
	if len(ids) == 0 {
		return ""
	}
	b := make([]byte, 0, 48*len(ids))
	for _, i := range ids {
		if !i.Since.IsZero() || i.Proof > 9 || i.Proof < 0 {
			return pack(ids)
		}
		b = AppendIdentifier(b, i.Kind, i.Value, i.Key, i.Proof, i.Source, i.Main)
	}
	return string(append(b, ']'))
}

// AppendIdentifier appends the stored form of one identifier to a list that the
// caller closes with a bracket. It is written by hand because an import packs
// millions. Proof is a single digit.
func AppendIdentifier[T string | []byte](list []byte, kind Kind, value, key T, proof Proof, source string, main bool) []byte {
	if len(list) == 0 || list[len(list)-1] != '}' {
		list = append(list, '[')
	} else {
		list = append(list, ',')
	}
	list = append(append(append(list, `{"k":"`...), kind...), `","v":`...)
	list = appendJSON(list, value)
	if len(key) > 0 {
		list = appendJSON(append(list, `,"y":`...), key)
	}
	list = append(append(list, `,"p":`...), '0'+byte(proof))
	if source != "" {
		list = appendJSON(append(list, `,"s":`...), source)
	}
	if main {
		list = append(list, `,"m":true`...)
	}
	return append(list, '}')
}

// appendJSON appends s as a JSON string. Plain ASCII stands in JSON as it is.
func appendJSON[T string | []byte](b []byte, s T) []byte {
	if plain(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	text, err := json.Marshal(string(s))
	if err != nil {
		panic(err) // strings always encode
	}
	return append(b, text...)
}

// plain reports whether s stands in JSON as it is.
func plain[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
