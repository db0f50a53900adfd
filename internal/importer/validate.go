package importer

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/tag"
)

// known answers what cells refer to. Lookups of a chunk are made beforehand, so
// these never wait.
type known interface {
	account(ref string) (int64, bool)
	workspace(ref string) (n, accountN int64, ok bool)
	tag(name string) (*tag.Tag, bool)
	owner(text string) (int64, bool)
}

// table is what validation knows about the file.
type table struct {
	kind    don.Type
	fields  []sheet.Field
	mapping sheet.Mapping
	header  []string
	country string
	tags    []tag.Use // added to every record
	refFrom int       // field whose value is the reference; -1 for the reference's own column
	update  bool      // blanks are allowed where an existing record has the value
	custom  *customColumns
}

// check is the validation of one row.
type check struct {
	t        *table
	row      sheet.Row
	known    known
	problems []Problem
}

// validate turns a row into a draft, or into all of its problems.
func (t *table) validate(row sheet.Row, k known) entry {
	e := entry{kind: rowValid, line: row.Line, cells: row.Cells}
	if row.Err != nil {
		code := RaggedRow
		if row.Err.Code == sheet.TooLong {
			code = TooLong
		} else if row.Err.Code != sheet.RaggedRow {
			code = InvalidValue
		}
		e.kind, e.failure = rowInvalid, []Problem{{Code: code, Message: row.Err.Message}}
		return e
	}
	if t.isSample(row) {
		e.kind = rowSample
		return e
	}
	c := &check{t: t, row: row, known: k}
	if t.kind == don.Account {
		c.account(&e.draft)
	} else {
		c.contact(&e.draft)
	}
	if len(c.problems) > 0 {
		e.kind, e.failure, e.draft = rowInvalid, c.problems, draft{}
	}
	return e
}

// isSample reports whether the row still is the sample file's: every required
// column that the file has says so.
func (t *table) isSample(row sheet.Row) bool {
	seen := false
	for i, f := range t.fields {
		if !f.Required || !t.mapping.Has(i) {
			continue
		}
		if !strings.EqualFold(strings.TrimSpace(t.cell(row, i)), SampleWord) {
			return false
		}
		seen = true
	}
	return seen
}

func (t *table) cell(row sheet.Row, field int) string {
	return sheet.Unguard(t.mapping.Cell(row, field))
}

// column names a field as the file does.
func (t *table) column(field int) string {
	if cols := t.mapping.Columns[field]; len(cols) > 0 && cols[0] < len(t.header) {
		return t.header[cols[0]]
	}
	return t.fields[field].Name
}

func (c *check) add(field int, value string, code Code, message string) {
	c.problems = append(c.problems, Problem{Column: c.t.column(field), Value: cut(value), Code: code, Message: message})
}

// text reads a cell by one of the contact package's rules.
func (c *check) text(field int, rule func(string) (string, error)) string {
	cell := strings.TrimSpace(c.t.cell(c.row, field))
	if cell == "" {
		if c.t.fields[field].Required && !c.t.update {
			c.missing(field)
		}
		return ""
	}
	v, err := rule(cell)
	if err != nil {
		c.invalid(field, cell, InvalidValue, err)
	}
	return v
}

func (c *check) missing(field int) {
	c.problems = append(c.problems, c.t.lacking(field, "every row needs one"))
}

func (t *table) lacking(field int, rule string) Problem {
	return Problem{Column: t.column(field), Code: MissingRequired, Message: t.fields[field].Name + " is empty; " + rule}
}

// lacks returns what a valid row of an update lacks to become a new record. A
// row that matches a record needs none of it, for blanks clear nothing.
func (t *table) lacks(d *draft) (problems []Problem) {
	const rule = "a new record needs one"
	if d.name == "" {
		problems = append(problems, t.lacking(fName, rule)) // the same position for accounts
	}
	if t.kind == don.Contact && t.fields[fAccount].Required && !slices.ContainsFunc(d.places, func(p place) bool { return p.t == don.Account }) {
		problems = append(problems, t.lacking(fAccount, rule))
	}
	if wrong := t.custom.lacks(&d.customDraft); wrong != nil {
		problems = append(problems, *wrong)
	}
	return problems
}

func (c *check) invalid(field int, value string, code Code, err error) {
	if _, long := contact.LimitOf(err); long {
		code = TooLong
	}
	message := "is not accepted"
	if e := errs.As(err); e != nil {
		message = e.Message
	}
	c.add(field, value, code, message)
}

func (c *check) contact(d *draft) {
	d.name = c.text(fName, contact.DisplayName)
	d.fullName = c.text(fFullName, contact.FullName)
	d.about = c.text(fAbout, contact.Description)
	d.email = strings.TrimSpace(c.t.cell(c.row, fEmail))
	if d.email != "" {
		key, err := contact.Email(d.email)
		if err != nil {
			c.invalid(fEmail, d.email, InvalidEmail, err)
		}
		d.emailKey = key
	}
	d.phones = c.phones()
	d.ref = c.reference(d)
	d.places = c.places()
	c.others(d)
	d.tags = c.tags(fTags)
	d.owners = c.owners(fOwners)
	c.custom(&d.customDraft)
}

// reference finds the row's external reference: its own cell, or what RefFrom says.
func (c *check) reference(d *draft) string {
	cell := ""
	switch c.t.refFrom {
	case -1:
		cell = c.t.cell(c.row, fRef)
	case fEmail:
		cell = d.emailKey
	case fPhones:
		if len(d.phones) > 0 {
			cell = d.phones[0]
		}
	}
	if strings.TrimSpace(cell) == "" {
		field := fRef
		if c.t.refFrom >= 0 {
			field = c.t.refFrom
		}
		if !slices.ContainsFunc(c.problems, func(p Problem) bool { return p.Column == c.t.column(field) }) {
			c.missing(field)
		}
		return ""
	}
	ref, err := contact.Ref(cell)
	if err != nil {
		c.invalid(fRef, cell, InvalidValue, err)
	}
	return ref
}

func (c *check) phones() []string {
	cell := c.t.cell(c.row, fPhones)
	if cell == "" {
		return nil
	}
	list := []string{cell}
	if strings.ContainsAny(cell, ",`") {
		list = sheet.SplitArray(cell)
	}
	var out []string
	for _, v := range list {
		if strings.TrimSpace(v) == "" {
			continue
		}
		p, err := contact.Phone(v, c.t.country)
		if err != nil {
			c.invalid(fPhones, v, InvalidPhone, err)
			continue
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if len(out) > contact.MaxPhones {
		c.add(fPhones, cell, TooLong, "has more than "+strconv.Itoa(contact.MaxPhones)+" phone numbers")
	}
	return out
}

func noAccount(ref string) string {
	return fmt.Sprintf("no account has the external reference %q; import the accounts first or correct it", cut(ref))
}

func noSpace(ref string) string {
	return fmt.Sprintf("no workspace has the external reference %q; create it first or correct it", cut(ref))
}

func (c *check) places() []place {
	var out []place
	account := strings.TrimSpace(c.t.cell(c.row, fAccount))
	if account == "" && c.t.fields[fAccount].Required && !c.t.update {
		c.missing(fAccount)
	}
	if account != "" {
		if n, ok := c.known.account(account); ok {
			out = append(out, place{don.Account, n})
		} else {
			c.add(fAccount, account, UnknownAccount, noAccount(account))
		}
	}
	if ref := strings.TrimSpace(c.t.cell(c.row, fSpace)); ref != "" {
		n, accountN, ok := c.known.workspace(ref)
		switch {
		case !ok:
			c.add(fSpace, ref, UnknownSpace, noSpace(ref))
		case len(out) > 0 && out[0].n != accountN:
			c.add(fSpace, ref, InvalidValue, fmt.Sprintf("the workspace %q belongs to another account than the row's; correct one of the two", cut(ref)))
		default:
			if len(out) == 0 {
				out = append(out, place{don.Account, accountN})
			}
			out = append(out, place{don.Workspace, n})
		}
	}
	return out
}

// others reads what the contact has beside its first reference, address,
// account and workspace.
func (c *check) others(d *draft) {
	for _, ref := range c.list(fOtherRefs, InvalidValue, contact.MaxRefs-1, contact.Ref) {
		if ref != d.ref {
			d.moreRefs = append(d.moreRefs, ref)
		}
	}
	c.list(fOtherEmails, InvalidEmail, contact.MaxEmails-1, func(text string) (string, error) {
		key, err := contact.Email(text)
		if err == nil && key != d.emailKey && !slices.Contains(d.moreKeys, key) {
			d.moreEmails, d.moreKeys = append(d.moreEmails, text), append(d.moreKeys, key)
		}
		return key, err
	})
	for _, ref := range sheet.SplitArray(c.t.cell(c.row, fOtherAccounts)) {
		if n, ok := c.known.account(ref); ok {
			d.also(place{don.Account, n})
		} else {
			c.add(fOtherAccounts, ref, UnknownAccount, noAccount(ref))
		}
	}
	for _, ref := range sheet.SplitArray(c.t.cell(c.row, fOtherSpaces)) {
		if n, _, ok := c.known.workspace(ref); ok {
			d.also(place{don.Workspace, n})
		} else {
			c.add(fOtherSpaces, ref, UnknownSpace, noSpace(ref))
		}
	}
}

func (d *draft) also(p place) {
	if !slices.Contains(d.places, p) && !slices.Contains(d.more, p) {
		d.more = append(d.more, p)
	}
}

func (c *check) tags(field int) []tag.Use {
	out := slices.Clone(c.t.tags)
	cell := c.t.cell(c.row, field)
	if cell == "" {
		return out
	}
	for _, name := range sheet.SplitArray(cell) {
		t, value := c.tag(name)
		if t == nil {
			c.add(field, name, UnknownTag, fmt.Sprintf("there is no tag %q; create it first, imports do not", cut(name)))
			continue
		}
		if !t.Allows(value) {
			c.add(field, name, InvalidValue, fmt.Sprintf("the tag %q does not allow the value %q; give one that it allows", t.Name, cut(value)))
			continue
		}
		if !slices.ContainsFunc(out, func(u tag.Use) bool { return u.N == t.N }) {
			out = append(out, tag.Use{N: t.N, Value: value})
		}
	}
	if len(out) > contact.MaxTags {
		c.add(field, cell, TooLong, "has more than "+strconv.Itoa(contact.MaxTags)+" tags")
	}
	return out
}

// tag finds the tag that a cell names, alone or with =value behind it. Both may
// have an equals sign of their own, so the first reading that fits counts.
func (c *check) tag(text string) (found *tag.Tag, value string) {
	for name, v := range tagReadings(text) {
		t, ok := c.known.tag(name)
		if !ok {
			continue
		}
		if found == nil || t.Allows(v) {
			found, value = t, v
		}
		if t.Allows(v) {
			break
		}
	}
	return found, value
}

// tagReadings yields the ways to read a text as a tag's name and value, the
// longest name first.
func tagReadings(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if !yield(text, "") {
			return
		}
		for i := len(text) - 1; i > 0; i-- {
			if text[i] == '=' && !yield(text[:i], text[i+1:]) {
				return
			}
		}
	}
}

func (c *check) owners(field int) []int64 {
	var out []int64
	cell := c.t.cell(c.row, field)
	if cell == "" {
		return nil
	}
	for _, text := range sheet.SplitArray(cell) {
		n, ok := c.known.owner(text)
		if !ok {
			c.add(field, text, UnknownOwner, fmt.Sprintf("no active member has the e-mail address or id %q; add the member or correct it", cut(text)))
			continue
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func (c *check) account(d *draft) {
	d.name = c.text(aName, contact.DisplayName)
	d.about = c.text(aAbout, contact.Description)
	d.account = &accountDraft{Tier: c.text(aTier, contact.Tier)}
	d.account.Refs = c.list(aRefs, InvalidValue, contact.MaxRefs, contact.Ref)
	if len(d.account.Refs) == 0 && len(c.problems) == 0 {
		c.missing(aRefs)
	}
	d.account.Domains = c.list(aDomains, InvalidDomain, contact.MaxDomains, contact.Domain)
	d.account.Websites = c.list(aWebsites, InvalidValue, contact.MaxWebsites, website)
	d.tags = c.tags(aTags)
	d.owners = c.owners(aOwners)
	c.custom(&d.customDraft)
	if len(d.account.Refs) > 0 {
		d.ref = d.account.Refs[0]
	}
}

func website(s string) (string, error) {
	if _, ok := contact.WebsiteDomain(s); !ok {
		return "", errs.NotPermitted("", "is not a web address; give one such as https://example.com")
	}
	return s, nil
}

// list reads an array cell, each value by the rule.
func (c *check) list(field int, code Code, most int, rule func(string) (string, error)) []string {
	var out []string
	cell := c.t.cell(c.row, field)
	for _, v := range sheet.SplitArray(cell) {
		n, err := rule(v)
		if err != nil {
			c.invalid(field, v, code, err)
			continue
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	if len(out) > most {
		c.add(field, cell, TooLong, "has more than "+strconv.Itoa(most)+" values")
	}
	return out
}
