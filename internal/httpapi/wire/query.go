package wire

import (
	"net/url"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// parseQuery reads a query string into the tree a JSON body would give, except
// that its leaves are text. Keys nest by dots (created_date.after) and by
// brackets (custom_fields[tnt__plan][0]); key[] adds one element; a key given
// several times adds up.
func parseQuery(raw string) (node, error) {
	root := node{kind: objectKind}
	if len(raw) > MaxQuery {
		return root, errs.New(errs.TooLarge, "request_entity_too_large",
			"the query string is longer than %d bytes; send the request as POST with a JSON body", MaxQuery).With("max_bytes", MaxQuery)
	}
	pairs := 0
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		if pairs++; pairs > maxQueryKeys {
			return root, errs.BadRequest("the query string has more than %d keys; send the request as POST with a JSON body", maxQueryKeys)
		}
		if err := root.addPair(pair); err != nil {
			return root, err
		}
	}
	return root, nil
}

func (n *node) addPair(pair string) error {
	rawKey, rawValue, _ := strings.Cut(pair, "=")
	key, err := url.QueryUnescape(rawKey)
	if err != nil || flawOf(key) != sound {
		return errs.BadRequest("the query key %q is not readable: %% must be followed by two hex digits of UTF-8", clip(rawKey))
	}
	path, form := splitKey(key)
	if len(path) > maxDepth {
		return errs.BadRequest("the query key %q is nested too deeply", clip(key))
	}
	value, err := url.QueryUnescape(rawValue)
	if err != nil {
		return errs.NotPermitted(fieldPath(path), "%% must be followed by two hex digits; write a percent sign as %%25")
	}
	return n.insert(path, node{kind: form, text: value, flaw: flawOf(value)})
}

// insert adds leaf under the path. The leaf values of one key are gathered in
// one listText node.
func (n *node) insert(path []string, leaf node) error {
	at := n
	for i, name := range path {
		last := i == len(path)-1
		child := at.find(name)
		if child == nil {
			kind := objectKind
			if last {
				kind = listText
			}
			at.members = append(at.members, member{name: name, value: node{kind: kind}})
			child = &at.members[len(at.members)-1].value
		}
		if (child.kind == listText) != last {
			return errs.NotPermitted(fieldPath(path[:i+1]), "is given both as a value and as an object or list; give one form")
		}
		at = child
	}
	at.items = append(at.items, leaf)
	return nil
}

func (n *node) find(name string) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i].value
		}
	}
	return nil
}

// splitKey splits a query key into its path and returns the form of text its
// value is: one element behind a final [] or [0], a list otherwise. A final []
// is not part of the path. A key with unbalanced brackets is one name.
func splitKey(key string) (path []string, form kind) {
	name, rest := cutName(key)
	path, form = append(path, name), listText
	for rest != "" {
		form = listText
		if rest[0] == '.' {
			name, rest = cutName(rest[1:])
			path = append(path, name)
			continue
		}
		end := strings.IndexByte(rest, ']')
		if end < 0 || end+1 < len(rest) && rest[end+1] != '[' && rest[end+1] != '.' {
			return []string{key}, listText
		}
		name, rest = rest[1:end], rest[end+1:]
		if name == "" && rest == "" {
			return path, pushText
		}
		if isIndex(name) {
			form = elementText
		}
		path = append(path, name)
	}
	return path, form
}

// cutName cuts s before the first dot or opening bracket.
func cutName(s string) (name, rest string) {
	if i := strings.IndexAny(s, ".["); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func isIndex(s string) bool { return s != "" && len(s) <= 6 && digits(s) == len(s) }

// elements returns the values of a query key that stands for a list, quotes
// removed.
func (n *node) elements() []node {
	var out []node
	for _, leaf := range n.items {
		if leaf.kind != listText {
			out = append(out, node{kind: elementText, text: unquote(leaf.text), flaw: leaf.flaw})
			continue
		}
		for _, text := range splitList(leaf.text) {
			out = append(out, node{kind: elementText, text: text, flaw: leaf.flaw})
		}
	}
	return out
}

// splitList splits a comma-joined list as the official clients write it: each
// element in double quotes, quotes inside it not escaped. It also reads lists
// without quotes, and lists that mix both.
//
// A comma outside quotes separates. Since inner quotes are not escaped, the
// end of a quoted element is a quote followed by `,"`, by the end, or by a comma
// and unquoted elements; only a value that itself contains `","` or one of
// those cannot be told apart.
func splitList(s string) []string {
	if s == "" {
		return nil
	}
	var out []string
	for {
		end := elementEnd(s)
		out = append(out, unquote(s[:end]))
		if end == len(s) {
			return out
		}
		s = s[end+1:]
	}
}

// elementEnd returns the index of the comma that ends the first element of s,
// or len(s).
func elementEnd(s string) int {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexByte(s, ','); i >= 0 {
			return i
		}
		return len(s)
	}
	inside := true
	for i := 1; i < len(s); i++ {
		if s[i] == '"' {
			inside = !inside
		}
		if s[i] != ',' || i < 2 || s[i-1] != '"' {
			continue
		}
		rest := s[i+1:]
		if strings.HasPrefix(rest, `"`) || !inside && startsUnquoted(rest) {
			return i
		}
	}
	return len(s)
}

// startsUnquoted reports whether s begins with elements that bear no quotes, up
// to its end or to a quoted element.
func startsUnquoted(s string) bool {
	for {
		item, rest, more := strings.Cut(s, ",")
		if strings.Contains(item, `"`) {
			return false
		}
		if !more || strings.HasPrefix(rest, `"`) {
			return true
		}
		s = rest
	}
}

// unquote removes one pair of surrounding double quotes.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
