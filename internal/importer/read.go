package importer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// The first pass: the file becomes a row file and sorted keys.

// chunkRows is how many rows are validated at a time.
const chunkRows = 1000

// plan is what the first pass leaves.
type plan struct {
	rows   int64
	path   string // the row file
	table  *table
	refs   *runs // keys of external references
	emails *runs
	phones *runs
	attrs  *runs
}

func (p *plan) close() error {
	var err error
	for _, r := range []*runs{p.refs, p.emails, p.phones, p.attrs} {
		if r != nil {
			err = errors.Join(err, r.close())
		}
	}
	return err
}

// chunk is a piece of the file on its way through validation.
type chunk struct {
	rows []sheet.Row
	done chan struct{}
	out  []byte // encoded entries
	keys []chunkKey
	text []byte // the keys' text
	read int64  // bytes of the input read so far
	err  error
}

type chunkKey struct {
	sorter   byte // r, e, p or a
	from, to int
	row      uint32
}

// open prepares the table. It refuses one that lacks a mandatory column.
func (r *run) open(src io.Reader) (*sheet.Reader, *table, error) {
	in, t, err := r.match(src)
	if err != nil {
		return nil, nil, err
	}
	return in, t, t.complete()
}

// match reads the header and maps the columns.
func (r *run) match(src io.Reader) (*sheet.Reader, *table, error) {
	in, err := sheet.Open(src, sheet.Options{})
	if err != nil {
		return nil, nil, err
	}
	custom, err := r.svc.Schema(r.ctx, r.scope, r.imp.Type)
	if err != nil {
		return nil, nil, err
	}
	fields, err := fieldsFor(r.imp.Type, r.scope.Settings, r.imp.Options, custom)
	if err != nil {
		return nil, nil, err
	}
	t := &table{kind: r.imp.Type, fields: fields, custom: newCustomColumns(custom, fields, r.scope.Space), header: in.Header(), refFrom: -1, update: r.imp.Options.Update}
	over := map[string]string{}
	for f, c := range r.imp.Options.Map {
		over[f] = c
	}
	if err := t.chooseRef(r.imp.Options.RefFrom, over); err != nil {
		return nil, nil, err
	}
	if t.mapping, err = sheet.MatchHeaders(in.Header(), fields, over); err != nil {
		return nil, nil, err
	}
	if c := r.imp.Options.DefaultCountry; c != "" {
		if t.country, err = contact.Country(c); err != nil {
			return nil, nil, err
		}
	}
	t.tags, err = r.importTags()
	p := &r.imp.Progress
	fileInfo(p, in.Info())
	p.Header = in.Header()
	p.Ignored = t.ignored()
	return in, t, err
}

// chooseRef applies --ref-from: email, phone, or a column of the file.
func (t *table) chooseRef(from string, over map[string]string) error {
	if from == "" {
		return nil
	}
	if t.kind != don.Contact {
		return errs.NotPermitted("ref_from", "is for contacts only; accounts need a column external_refs")
	}
	switch strings.ToLower(from) {
	case "email":
		t.refFrom = fEmail
	case "phone", "phone_numbers":
		t.refFrom = fPhones
	default:
		over["external_ref"] = from
	}
	return nil
}

// missing returns the mandatory columns that the file lacks.
func (t *table) missing() []string {
	var missing []string
	for _, m := range t.mapping.Missing {
		if m == "external_ref" && t.refFrom >= 0 {
			if !t.mapping.Has(t.refFrom) {
				missing = append(missing, t.fields[t.refFrom].Name)
			}
			continue
		}
		missing = append(missing, m)
	}
	return missing
}

// complete refuses a file that lacks a mandatory column.
func (t *table) complete() error {
	missing := t.missing()
	if len(missing) == 0 {
		return nil
	}
	hint := ""
	if slices.Contains(missing, "external_ref") {
		hint = "; or take the reference from another column with ref_from (email, phone or a column's name)"
	}
	return errs.BadRequest("the file has no column for %s; its columns are %s: name the column with map%s",
		strings.Join(missing, ", "), sheet.Names(t.header), hint)
}

// importTags finds the tags that every record of the import gets.
func (r *run) importTags() ([]tag.Use, error) {
	var uses []tag.Use
	err := r.svc.DB.Read(r.ctx, r.scope, func(tx Tx) error {
		uses = nil
		found, err := tx.TagsNamed(r.ctx, r.imp.Options.Tags)
		if err != nil {
			return err
		}
		for _, name := range r.imp.Options.Tags {
			t := found[contact.FoldName(name)]
			if t == nil {
				return errs.NotPermitted("tags", "there is no tag %q; create it first, imports do not", name)
			}
			uses = append(uses, tag.Use{N: t.N})
		}
		return nil
	})
	return uses, err
}

// read runs the first pass.
func (r *run) read() (*plan, error) {
	src, err := os.Open(filepath.Join(r.dir, sourceName))
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // it is only read
	size, err := src.Stat()
	if err != nil {
		return nil, err
	}
	in, t, err := r.open(src)
	if err != nil {
		return nil, err
	}
	p := &plan{path: filepath.Join(r.dir, rowsName), table: t}
	for _, s := range []**runs{&p.refs, &p.emails, &p.phones, &p.attrs} {
		*s = newRuns(r.dir)
	}
	if err := r.pump(in, t, p, size.Size()); err != nil {
		return nil, errors.Join(err, p.close())
	}
	fileInfo(&r.imp.Progress, in.Info()) // the encoding may have shown late
	return p, nil
}

// pump moves chunks from the reader through the validators into the plan, in
// the file's order.
func (r *run) pump(in *sheet.Reader, t *table, p *plan, size int64) error {
	out, err := os.Create(p.path)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }() // what went wrong shows when it is flushed
	w := bufio.NewWriterSize(out, 1<<20)
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	order := make(chan *chunk, 2*runtime.GOMAXPROCS(0))
	readErr := make(chan error, 1)
	go func() { readErr <- r.feed(ctx, in, t, order) }()
	for c := range order {
		<-c.done
		if err == nil {
			err = c.err
		}
		if err != nil {
			cancel()
			continue // drain, so that the feeder ends
		}
		if err = p.take(c, w); err != nil {
			continue
		}
		err = r.report(Reading, 0.25*float64(c.read)/float64(max(size, 1)), p.rows)
	}
	if feedErr := <-readErr; err == nil {
		err = feedErr
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

// feed reads chunks and starts their validation.
func (r *run) feed(ctx context.Context, in *sheet.Reader, t *table, order chan<- *chunk) error {
	defer close(order)
	look := newLookups(r.svc.DB, r.scope)
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	first := int64(1)
	for {
		c := &chunk{done: make(chan struct{})}
		end, err := c.fill(in)
		if look.full() {
			look = newLookups(r.svc.DB, r.scope) // chunks under way keep the old one
		}
		if err == nil && len(c.rows) > 0 {
			err = look.prepare(ctx, t, c.rows)
		}
		if err != nil {
			return err
		}
		if len(c.rows) > 0 {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			start, known := first, look
			first += int64(len(c.rows))
			go func() {
				c.validate(t, known, start)
				<-slots
				close(c.done)
			}()
			select {
			case order <- c:
			case <-ctx.Done():
				<-c.done
				return ctx.Err()
			}
		}
		if end {
			return nil
		}
	}
}

func (c *chunk) fill(in *sheet.Reader) (end bool, err error) {
	cells := make([]string, 0, chunkRows*12)
	defer func() { c.read = in.InputOffset() }()
	for len(c.rows) < chunkRows {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		from := len(cells)
		cells = append(cells, row.Cells...)
		row.Cells = cells[from:len(cells):len(cells)]
		c.rows = append(c.rows, row)
	}
	return false, nil
}

// maxRows bounds one import: row numbers are 32 bits in the sorters.
const maxRows = 100_000_000

func (c *chunk) validate(t *table, look *lookups, first int64) {
	if first+int64(len(c.rows)) > maxRows {
		c.err = errs.New(errs.TooLarge, "request_entity_too_large", "the file has more than %d rows; split it", maxRows)
		return
	}
	for i, row := range c.rows {
		e := t.validate(row, look)
		if e.kind == rowValid && t.kind == don.Contact {
			e.draft.nameKey = contact.FoldName(e.draft.name)
			c.addKeys(&e.draft, uint32(first+int64(i)))
			if t.special(&e.draft, look.scope.Settings) {
				e.kind = rowSpecial
			}
		}
		c.out = appendEntry(c.out, &e)
	}
}

// special reports whether a new contact has to be looked at by itself: because
// something is missing, because it may belong to too much, or because it has
// identifiers that are not reserved.
func (t *table) special(d *draft, s org.Settings) bool {
	crowded := len(d.more) > 0 && (s.SingleAssociation || len(d.more) > maxPlaces-2)
	return crowded || len(d.moreRefs) > 0 || len(d.moreEmails) > 0 || len(t.lacks(d)) > 0 || len(d.phones) > s.AtMost(contact.MaxPhones)
}

func (c *chunk) addKeys(d *draft, row uint32) {
	c.key('r', row, identity.Key(contact.KindRef, ""), d.ref)
	if d.emailKey != "" {
		c.key('e', row, identity.Key(contact.KindEmail, ""), d.emailKey)
	}
	for _, p := range d.phones {
		c.key('p', row, identity.Key(contact.KindPhone, ""), p)
	}
	c.key('a', row, contact.AttrName+"\x00", d.nameKey)
	for _, a := range contact.CustomAttrs(d.subtype, d.values) {
		c.key('a', row, a.Field+"\x00", a.Value)
	}
	if len(d.places)+len(d.more)+len(d.tags)+len(d.owners) == 0 {
		return
	}
	for _, a := range contact.Refers(d.associations(""), d.tags, d.owners) {
		c.key('a', row, a.Field+"\x00", a.Value)
	}
}

func (c *chunk) key(sorter byte, row uint32, prefix, value string) {
	from := len(c.text)
	c.text = append(append(c.text, prefix...), value...)
	c.keys = append(c.keys, chunkKey{sorter, from, len(c.text), row})
}

// take adds a validated chunk to the plan.
func (p *plan) take(c *chunk, w *bufio.Writer) error {
	if _, err := w.Write(c.out); err != nil {
		return err
	}
	p.rows += int64(len(c.rows))
	for _, k := range c.keys {
		s := p.refs
		switch k.sorter {
		case 'e':
			s = p.emails
		case 'p':
			s = p.phones
		case 'a':
			s = p.attrs
		}
		if err := s.add(c.text[k.from:k.to], k.row); err != nil {
			return err
		}
	}
	return nil
}
