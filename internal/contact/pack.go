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

// packIdentifiers is pack for the list that every contact has. Plain ASCII is
// written directly: an import packs millions.
func packIdentifiers(ids []Identifier) string {
	if len(ids) == 0 {
		return ""
	}
	b := append(make([]byte, 0, 48*len(ids)), '[')
	for n, i := range ids {
		if !i.Since.IsZero() || !plain(i.Value) || !plain(i.Key) || !plain(i.Source) || i.Proof > 9 || i.Proof < 0 {
			return pack(ids)
		}
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"k":"`...)
		b = append(b, i.Kind...)
		b = append(b, `","v":"`...)
		b = append(b, i.Value...)
		if i.Key != "" {
			b = append(b, `","y":"`...)
			b = append(b, i.Key...)
		}
		b = append(b, `","p":`...)
		b = append(b, '0'+byte(i.Proof))
		if i.Source != "" {
			b = append(b, `,"s":"`...)
			b = append(b, i.Source...)
			b = append(b, '"')
		}
		if i.Main {
			b = append(b, `,"m":true`...)
		}
		b = append(b, '}')
	}
	return string(append(b, ']'))
}

// plain reports whether s stands in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
