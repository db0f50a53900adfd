package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

// Identifier is one fact that names a contact.
type Identifier struct {
	Kind   string    `json:"kind" doc:"email, phone, external_ref, or the name of a channel or source."`
	Value  string    `json:"value"`
	Main   bool      `json:"main" doc:"Whether it is the main one of its kind."`
	Proof  string    `json:"proof" enum:"claimed,entered,attested,signed" doc:"How far it is trusted."`
	Source string    `json:"source" doc:"Where it is known from: api, import/12, …"`
	Since  wire.Time `json:"since"`
}

type identifiersOut struct {
	Identifiers []Identifier `json:"identifiers"`
}

func (c call) identifiers(f directory.ContactFound, err error) (*identifiersOut, error) {
	if err != nil {
		return nil, err
	}
	return &identifiersOut{identifiersOf(f.Item)}, nil
}

// identifiersOf shows a contact's identifiers by kind, the main one of each first.
func identifiersOf(c *contact.Contact) []Identifier {
	out := []Identifier{}
	for _, i := range c.Identifiers {
		out = append(out, identifierOf(c, i))
	}
	slices.SortStableFunc(out, func(a, b Identifier) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// rank sorts identifiers for show: by kind, and the main one of each first.
func rank(i Identifier) int {
	at := slices.Index(directory.Kinds(), i.Kind)
	if at < 0 {
		at = len(directory.Kinds())
	}
	if i.Main {
		return 2 * at
	}
	return 2*at + 1
}

// identifierOf fills in what an identifier has in common with its contact.
func identifierOf(c *contact.Contact, i contact.Identifier) Identifier {
	source := directory.SourceAPI
	if c.ImportN != 0 {
		source = don.Of(don.Import, c.ImportN).Tail()
	}
	since := i.Since
	if since.IsZero() {
		since = c.CreatedAt
	}
	return Identifier{
		Kind: string(i.Kind), Value: i.Value, Main: i.Main, Proof: i.Proof.String(), Source: cmp.Or(i.Source, source), Since: wire.At(since),
	}
}

// identifierKind is a kind of identifier that can be given by hand.
type identifierKind string

// Allowed returns the kinds.
func (identifierKind) Allowed() []string { return directory.Kinds() }

type identifierIn struct {
	ID    string         `json:"id" required:"true" format:"id" doc:"The contact."`
	Kind  identifierKind `json:"kind" required:"true"`
	Value string         `json:"value" required:"true" doc:"In any form that its kind accepts."`
}

type identifierAddIn struct {
	identifierIn
	Main bool `json:"main" doc:"Make it the main one of its kind."`
}

func registerIdentifiers(api *API, d DirectoryDeps) {
	const tag = "rev-users"
	operate(api, readOp("rev-users.identifiers.list", "List what names a contact", tag), d.listIdentifiers)
	operate(api, writeOp("rev-users.identifiers.add", "Give a contact one more e-mail address, phone or reference", tag, http.StatusConflict), d.addIdentifier)
	operate(api, writeOp("rev-users.identifiers.remove", "Take an e-mail address, phone or reference from a contact", tag), d.removeIdentifier)
	operate(api, writeOp("rev-users.identifiers.set-main", "Make an identifier the main one of its kind", tag), d.setMainIdentifier)
	verify := writeOp("rev-users.identifiers.verify", "Vouch for an identifier that somebody has checked", tag, http.StatusConflict)
	verify.Description = "It counts as attested from then on, also one that a visitor only claimed. History keeps who said so. For admins in person."
	operate(api, verify, d.verifyIdentifier)
}

func (d DirectoryDeps) listIdentifiers(ctx context.Context, c call, in *idIn) (*identifiersOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	return c.identifiers(d.Service.GetContact(ctx, c.Scope, id.N))
}

func (d DirectoryDeps) addIdentifier(ctx context.Context, c call, in *identifierAddIn) (*identifiersOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	found, err := d.Service.AddIdentifier(ctx, c.Scope, id.N, contact.Kind(in.Kind), in.Value, in.Main)
	return c.identifiers(found, asValue(err))
}

// asValue names the field value in an error about an identifier, which names
// the field that the identifier has in other operations.
func asValue(err error) error {
	if e := errs.As(err); e != nil && e.Field != "" {
		named := *e
		named.Field = "value"
		return &named
	}
	return err
}

func (d DirectoryDeps) removeIdentifier(ctx context.Context, c call, in *identifierIn) (*identifiersOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	return c.identifiers(d.Service.RemoveIdentifier(ctx, c.Scope, id.N, contact.Kind(in.Kind), in.Value))
}

func (d DirectoryDeps) setMainIdentifier(ctx context.Context, c call, in *identifierIn) (*identifiersOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	return c.identifiers(d.Service.SetMainIdentifier(ctx, c.Scope, id.N, contact.Kind(in.Kind), in.Value))
}

func (d DirectoryDeps) verifyIdentifier(ctx context.Context, c call, in *identifierIn) (*identifiersOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	found, err := d.Service.VerifyIdentifier(ctx, c.Scope, id.N, contact.Kind(in.Kind), in.Value)
	return c.identifiers(found, asValue(err))
}
