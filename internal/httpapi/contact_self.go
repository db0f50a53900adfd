package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

// revUserSelfIn is what customers may change of themselves: how they are called
// and look. What they are known by is what their tokens, members and channels say.
type revUserSelfIn struct {
	DisplayName wire.Opt[string] `json:"display_name" doc:"At most 256 characters."`
	FullName    wire.Opt[string] `json:"full_name" doc:"At most 256 characters."`
	Picture     wire.Opt[string] `json:"display_picture" format:"id" doc:"A file that shows you, as rev-users.update takes it; not with a public token. null takes it away."`
}

func registerContactSelf(api *API, d AuthDeps) {
	const tag = "rev-users"
	get := readOp("rev-users.self.get", "Get the calling contact", tag)
	get.Description = "For session tokens. Shows no notes, tags or owners. A visitor with a public token sees what they said of themselves."
	operate(api, get, d.getContactSelf)
	update := writeOp("rev-users.self.update", "Change the calling contact's names and picture", tag)
	update.Description = "For session tokens."
	operate(api, update, d.updateContactSelf)
}

func (d AuthDeps) getContactSelf(ctx context.Context, c call, _ *struct{}) (*revUserOut, error) {
	if c.Contact == nil {
		return nil, errs.Denied("%s is for session tokens of contacts", c.op)
	}
	if c.visitor() {
		return c.ownUser(d.Records.Said(ctx, c.Scope, c.Contact.N))
	}
	return c.ownUser(d.Records.GetContact(ctx, c.Scope, c.Contact.N))
}

func (d AuthDeps) updateContactSelf(ctx context.Context, c call, in *revUserSelfIn) (*revUserOut, error) {
	if c.Contact == nil {
		return nil, errs.Denied("%s is for session tokens of contacts", c.op)
	}
	patch := directory.ContactPatch{DisplayName: given(in.DisplayName), FullName: given(in.FullName)}
	var err error
	if patch.Picture, err = c.optional("display_picture", in.Picture, don.Artifact); err != nil {
		return nil, err
	}
	if !c.visitor() {
		return c.ownUser(d.Records.UpdateContact(ctx, c.Scope, c.Contact.N, patch))
	}
	if in.Picture.Set {
		return nil, errs.NotPermitted("display_picture", "cannot be given with a public token; leave it out")
	}
	if err := d.Records.Say(ctx, c.Scope, c.Contact.N, patch); err != nil {
		return nil, err
	}
	return c.ownUser(d.Records.Said(ctx, c.Scope, c.Contact.N))
}

// visitor reports whether the caller is a contact who proves nothing.
func (c call) visitor() bool { return c.Token.Kind == auth.Visitor }

// ownUser shows contacts themselves: without what members note about them.
func (c call) ownUser(f directory.ContactFound, err error) (*revUserOut, error) {
	if err != nil {
		return nil, err
	}
	u := c.view(f.Names).contact(f.Item)
	u.IsBlocked = false
	u.Description, u.Tags, u.OwnedBy, u.CreatedBy, u.ModifiedBy = "", nil, []UserSummary{}, nil, nil
	return &revUserOut{u}, nil
}
