package contact

import (
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
)

// SchemaEnv is what custom values of any record are checked with.
func SchemaEnv(space don.Space) schema.Env {
	return schema.Env{Space: space, Email: Email, Fold: FoldName, Phone: func(v string) (string, error) { return Phone(v, "") }}
}

// CustomAttrs returns the index entries of a contact's subtype and custom values.
func CustomAttrs(subtype string, values schema.Values) []Attr {
	var out []Attr
	if subtype != "" {
		out = append(out, Attr{attrLetter + "subtype", subtype})
	}
	for _, e := range values.Index(FoldName) {
		out = append(out, Attr{attrLetter + e.Field, e.Value})
	}
	return out
}

// attrLetter stands before the names of fields, as in AttrName.
const attrLetter = "c."
