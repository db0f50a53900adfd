package httpapi

import (
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// UserSummary is a member, contact or the system where another record names it.
type UserSummary struct {
	Type        string           `json:"type" enum:"dev_user,rev_user,service_account,sys_user"`
	DisplayID   string           `json:"display_id,omitempty"`
	DisplayName string           `json:"display_name,omitempty"`
	Picture     *ArtifactSummary `json:"display_picture,omitempty" doc:"Shows the contact; artifacts.picture has it."`
	Email       string           `json:"email,omitempty"`
	ExternalRef string           `json:"external_ref,omitempty" doc:"Of a contact."`
	FullName    string           `json:"full_name,omitempty"`
	ID          string           `json:"id"`
	RevOrg      *OrgSummary      `json:"rev_org,omitempty" doc:"Of a contact: its workspace or account."`
	State       string           `json:"state,omitempty" enum:"active,deactivated,deleted,locked,shadow,unassigned"`
}

// OrgSummary is an account or workspace where another record names it.
type OrgSummary struct {
	Type        string `json:"type" enum:"account,dev_org,rev_org"`
	DisplayID   string `json:"display_id,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	ID          string `json:"id"`
}

// AccountSummary is an account where only an account can be.
type AccountSummary struct {
	DisplayID   string `json:"display_id,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	ID          string `json:"id"`
}

// TagWithValue is a tag on a record.
type TagWithValue struct {
	Tag   TagSummary `json:"tag"`
	Value string     `json:"value,omitempty"`
}

// TagSummary is a tag where a record names it.
type TagSummary struct {
	DisplayID string    `json:"display_id,omitempty"`
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	StyleNew  *TagStyle `json:"style_new,omitempty"`
}

// TagStyle is how a tag looks.
type TagStyle struct {
	Color string `json:"color" doc:"As #RRGGBB."`
}

// Atom is what every record has.
type Atom struct {
	CreatedBy    *UserSummary `json:"created_by,omitempty"`
	CreatedDate  wire.Time    `json:"created_date"`
	DisplayID    string       `json:"display_id"`
	ID           string       `json:"id"`
	ModifiedBy   *UserSummary `json:"modified_by,omitempty"`
	ModifiedDate wire.Time    `json:"modified_date"`
}

// view turns records into answers to one call. What names holds nothing of was
// deleted and is not shown.
type view struct {
	actor   auth.Actor
	names   *directory.Names
	authors map[string]*UserSummary // made so far; most records of a page have the same
}

func (c call) view(names *directory.Names) view {
	return view{c.Actor, names, map[string]*UserSummary{}}
}

func (v view) format(id don.ID) string { return v.actor.Scope.Space.Format(id) }

func (v view) atom(id don.ID, created time.Time, createdBy string, modified time.Time, modifiedBy string) Atom {
	return Atom{
		ID: v.format(id), DisplayID: id.Display(), CreatedDate: wire.At(created), CreatedBy: v.author(createdBy),
		ModifiedDate: wire.At(modified), ModifiedBy: v.author(modifiedBy),
	}
}

// author is whoever a record says made it; nil when that is not known.
func (v view) author(tail string) *UserSummary {
	if known, ok := v.authors[tail]; ok {
		return known
	}
	id := don.FromTail(tail)
	if id.Type == "" {
		return nil
	}
	u := v.user(id)
	v.authors[tail] = &u
	return &u
}

func (v view) user(id don.ID) UserSummary {
	u := v.whole(id)
	if v.actor.Contact == nil {
		return u
	}
	return v.forCustomer(id, u)
}

func (v view) whole(id don.ID) UserSummary {
	u := UserSummary{Type: id.Type.Wire(), ID: v.format(id), DisplayID: id.Display()}
	switch id.Type {
	case don.Member:
		m, ok := v.names.Members[id.N]
		if !ok && v.actor.Member.N == id.N {
			m = v.actor.Member // whoever calls is known without a look
		}
		u.DisplayName, u.FullName, u.Email, u.State = m.DisplayName, m.FullName, m.Email, string(m.State)
	case don.Contact:
		if c := v.names.Contacts[id.N]; c != nil {
			u.DisplayName, u.FullName, u.Email, u.State = c.DisplayName, c.FullName, c.Email(), c.State
			u.ExternalRef, u.RevOrg, u.Picture = shownRef(c), v.customer(c), v.picture(c.Picture)
		}
	case don.SysUser:
		u.DisplayName, u.State = "kith", string(org.Active)
	default: // nobody else makes records
	}
	return u
}

func (v view) users(ns []int64) []UserSummary {
	out := make([]UserSummary, len(ns))
	for i, n := range ns {
		out[i] = v.user(don.Of(don.Member, n))
	}
	return out
}

func (v view) place(id don.ID) OrgSummary {
	id = v.names.Now(id)
	return OrgSummary{Type: id.Type.Wire(), ID: v.format(id), DisplayID: id.Display(), DisplayName: v.names.Of(id)}
}

func (v view) account(n int64) *AccountSummary {
	if v.names.Accounts[n] == nil {
		return nil
	}
	id := v.names.Now(don.Of(don.Account, n))
	return &AccountSummary{ID: v.format(id), DisplayID: id.Display(), DisplayName: v.names.Of(id)}
}

// customer is the workspace or account that stands for a contact's company.
func (v view) customer(c *contact.Contact) *OrgSummary {
	a := v.names.Customer(c)
	if a == nil {
		return nil
	}
	s := v.place(don.Of(a.Type, a.N))
	return &s
}

func (v view) tags(uses []tag.Use) []TagWithValue {
	var out []TagWithValue
	for _, u := range uses {
		t := v.names.Tags[u.N]
		if t == nil {
			continue
		}
		out = append(out, TagWithValue{Tag: v.tagSummary(t), Value: u.Value})
	}
	return out
}

func (v view) tagSummary(t *tag.Tag) TagSummary {
	id := don.Of(don.Tag, t.N)
	return TagSummary{ID: v.format(id), DisplayID: id.Display(), Name: t.Name, StyleNew: style(t.Color)}
}

func style(color string) *TagStyle {
	if color == "" {
		return nil
	}
	return &TagStyle{color}
}

// Numbers of the stock schemas, as clients know them.
const (
	stockContact   = "32026"
	stockWorkspace = "32027"
	stockAccount   = "32028"
	stockTicket    = "32029"
	stockDeal      = "32030"
	stockTalk      = "32031"
)

// stockOf is the number of a kind's stock schema.
func stockOf(t don.Type) string {
	return map[don.Type]string{
		don.Contact: stockContact, don.Account: stockAccount, don.Workspace: stockWorkspace, don.Ticket: stockTicket, don.Opportunity: stockDeal,
		don.Conversation: stockTalk,
	}[t]
}

func (v view) stock(schema string) string {
	return "don:core:" + v.actor.Scope.Space.Partition + ":stock_sf/" + schema
}
