package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/page"
)

type contactFilter struct {
	madeFilter
	Associations []string `json:"associations" doc:"In any of these accounts and workspaces."`
	RevOrg       []string `json:"rev_org" doc:"In any of these workspaces."`
	Email        []string `json:"email" doc:"With any of these addresses, main or not."`
	ExternalRef  []string `json:"external_ref" doc:"With any of these references."`
	ExternalRefs []string `json:"external_refs" doc:"The same as external_ref."`
	IsVerified   *bool    `json:"is_verified" doc:"Known by more than claims, or not."`
	PhoneNumbers []string `json:"phone_numbers" doc:"With any of these numbers, in any form that has a country code."`
}

func (f contactFilter) read(c call) (contact.Filter, bool, error) {
	s := sieve{c: c}
	out := contact.Filter{
		Emails: s.values(f.Email, contact.Email),
		Refs:   s.values(s.either("external_ref", f.ExternalRef, "external_refs", f.ExternalRefs), contact.Ref),
		Phones: s.phones(f.PhoneNumbers),
		Tags:   s.tags(f.Tags), Owners: s.numbers("owned_by", f.OwnedBy, don.Member), CreatedBy: s.authors(f.CreatedBy),
		Verified: f.IsVerified,
	}
	out.CreatedAfter, out.CreatedBefore = f.CreatedDate.bounds()
	out.ModifiedAfter, out.ModifiedBefore = f.ModifiedDate.bounds()
	out.Places = s.ids("associations", f.Associations, don.Account, don.Workspace)
	out.Spaces = s.ids("rev_org", f.RevOrg, don.Workspace)
	return out, s.none || !c.sees(don.Contact), s.err
}

type revUsersListIn struct {
	page.Request
	contactFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, display_name, email, display_id. created_date:desc when absent." example:"created_date:desc"`
}

func (d DirectoryDeps) listContacts(ctx context.Context, c call, in *revUsersListIn) (*revUsersOut, error) {
	out := &revUsersOut{RevUsers: []RevUser{}}
	l, err := d.listing(c, in.Request, in.SortBy, contactSorts, in.contactFilter)
	if err != nil {
		return nil, err
	}
	got, err := d.contacts(ctx, c, in.contactFilter, l.query)
	if err != nil {
		return nil, err
	}
	out.RevUsers, out.Links = got.users, l.links(got.next, got.prev)
	return out, nil
}

type revUsersScanIn struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	contactFilter
}

func (d DirectoryDeps) scanContacts(ctx context.Context, c call, in *revUsersScanIn) (*revUsersScanOut, error) {
	l, err := d.scan(c, in.Cursor, in.contactFilter)
	if err != nil {
		return nil, err
	}
	got, err := d.contacts(ctx, c, in.contactFilter, l.query)
	if err != nil {
		return nil, err
	}
	return &revUsersScanOut{RevUsers: got.users, NextCursor: l.links(got.next, nil).NextCursor}, nil
}

type contactPage struct {
	users      []RevUser
	next, prev []any
}

func (d DirectoryDeps) contacts(ctx context.Context, c call, in contactFilter, q directory.Query) (contactPage, error) {
	out := contactPage{users: []RevUser{}}
	filter, none, err := in.read(c)
	if err != nil || none {
		return out, err
	}
	if q.Where, err = in.where(in.CustomFields, nil); err != nil {
		return out, err
	}
	p, err := d.Service.ListContacts(ctx, c.Scope, filter, q)
	if err != nil {
		return out, err
	}
	v := c.view(p.Names)
	for _, item := range p.Items {
		out.users = append(out.users, v.contact(item))
	}
	out.next, out.prev = p.Next, p.Prev
	return out, nil
}
